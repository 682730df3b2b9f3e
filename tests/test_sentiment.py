"""The fast scorer against vaderSentiment itself, and sentiment toward each of two brands that share a post."""

from __future__ import annotations

import csv
import itertools
import pickle
import random
import re
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from listening.post import Evidence, Sentiment
from pipelines import vocabulary
from pipelines.sentiment import Feeling, Judgement, Scorer, label
from pipelines.sentiment.clauses import passages
from pipelines.sentiment.figures import figures as figures_of
from pipelines.sentiment.marks import marks_of
from pipelines.sentiment.places import Places
from pipelines.sentiment.rules import Rule, Rules
from pipelines.sentiment.words import fold

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
ORIGINAL = SentimentIntensityAnalyzer()
SCORER, FEELING = Scorer(), Feeling()
SIGNS = {"+": "positive", "-": "negative", "0": "neutral"}


def figures(sentiment: Sentiment) -> str:
    """The four figures as text, because 0.0 == -0.0 would hide a difference."""
    return repr((sentiment.neg, sentiment.neu, sentiment.pos, sentiment.compound))


def originals(text: str, analyzer: Any = ORIGINAL) -> str:
    return figures(Sentiment(**analyzer.polarity_scores(text)))


def differing(texts: Iterable[str], scorer: Scorer = SCORER, analyzer: Any = ORIGINAL) -> list[str]:
    return [text for text in texts if figures(scorer.score(text)) != originals(text, analyzer)]


# --- the same four figures ---------------------------------------------------------------------------------------

TRICKY = """\
VADER is smart, handsome, and funny.|VADER is VERY SMART, handsome, and FUNNY!!!
VADER is not smart, handsome, nor funny.|At least it isn't a horrible book.
The book was only kind of good.|It was kind of you|KIND OF good|a kind of bliss
Today SUX!|Today only kinda sux! But I'll get by, lol|Make sure you :) or :D today!|:-) ;) :D :d (: <3 </3 :'( X-D
Not bad at all|never so good|it was never so good|never this good|they were so very good|this is what I call good
without doubt good|without a doubt good|without any doubt good|he was without a doubt good|no doubt good|doubt doubt
no|No.|no no no|no good|good no|no problem|no or good|there is no fun nor good|not no good|NO good|NO GOOD|no ... fun
least good|the least good|at least good|very least good|the very least good thing|LEAST good|least|good least bad
the shit|this is the shit|it was all the bomb|this is bad ass stuff|badass|one two three badass|we took the bus stop
oh yes yeah right good|yeah right|he is yeah right fun|that was the kiss of death for us|a cake to die for|to die for
so it was to die for ok|my own beating heart|it is sort of good|it is just enough good|he is sort of a good sort of
good but bad|bad but good|but good|good but|but|BUT good|good BUT bad, but fine|good good but good good
good very good but very good good but good|great GREAT great but great GREAT|but but but good but bad
good bad good bad but bad good bad good|nice nice nice! but nice? nice?? nice???|ok but, great|great but. awful
good!|good!!|good!!!!!|good?|good??|good???|good????|!!!! ????|bad!?!?!?|?good!|meh!!!!
GOOD|GOOD bad|good BAD|VERY good|very GOOD|GOOD GOOD|ok GOOD 1|1 2 GOOD|A GOOD|a GOOD|NOT GOOD|NOT good|VERY bad A
don't like|I don't really like|DON'T like it|dont like|can't stand|cannot stand it|n't good|xn'ty good|isn’t good
not very good|not good not|hardly good|barely very good|really really really good|so so so so good|less bad|little sad
good. bad, (good) "good" 'bad' *great* _bad_ ~good~ [bad] {good} <bad> good-bad good/bad|.good.|..ok..|a.|.a|--
great\u00a0bad|great\u2003bad|great\u200bbad|great\x1cbad\x1fgood\x85bad|great\u3000bad|\ufeffgood|\u2028good\u2029bad
😀|😀😁|good😀|😀good|😀 good|bad 😀|😀 😀|I 😍 it but 😡|\t😀\t|❤️ ❤|☹️☺|👍🏽 👎|👩‍❤️‍👩|🆙 🔛|© good ®|#️⃣ 1️⃣|🇬🇧 fine
İYİ good|STRASSE straße GOOD|ﬁne good|ǅ good|ΌΔΟΣ good|good ΌΔΟΣ BAD|ŉ't good|\u212aIND of|KIND o\u017f good|\ud83d good
don\u0027t \u2019 good|ｇｏｏｄ|go\u0301od|GOOD\u0301|\u0661 good|Ⅷ good|ⓐ GOOD|ª good|ʰ GOOD bad|𝐠𝐨𝐨𝐝|日本 good 日本
http://good.com/bad|@good #bad #fail|good&amp;bad|$:|%)|'good|good'|o_O O.o|:Þ ( '}{' ) >:(|fed up|screwed up|x_x
| |  |\t|\x00|\x00 good|.|?|a|an|the|...|'|\u00a0|\u200b"""


def _tricky() -> list[str]:
    written = TRICKY.replace("\n", "|").split("|")
    before = [
        "",
        "very",
        "NOT",
        "isn't",
        "never",
        "so",
        "this",
        "without",
        "doubt",
        "no",
        "least",
        "kind of",
        "but",
        "x",
    ]
    contexts = [" ".join((*pair, word)) for pair in itertools.product(before, before) for word in ("good", "BAD")]
    return written + contexts + [f"one {context} two" for context in contexts]


def test_tricky_texts_score_as_in_the_original() -> None:
    assert differing(_tricky()) == []


class Generator:
    """Texts that meet as many rules as possible, the same ones for the same seed."""

    SPACES: tuple[str, ...] = (*[" "] * 20, "  ", "\n", "\t", "\u00a0", "\u2003", "\x1c", "\x85", "\u200b", "", " \n ")
    MARKS: tuple[str, ...] = (*[""] * 12, *"!?.,'\"()*_…:;-~’", "!!", "??", "???", "!!!!!", "...", "n't", ")))")
    PLAIN = (
        "phone was is the it you I a My İstanbul ΑΣ ß ŉ ﬁne don’t '' -- 3.5 http://t.co/aB1 @user #fail &amp;".split()
    )

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        rules = "but but BUT but, least at very kind of no or nor so this never without doubt sort of just enough"
        phrases = [word for phrase in SPECIAL_CASES for word in phrase.split()]
        self.rules = [*BOOSTER_DICT, *NEGATE, *phrases, *SPECIAL_CASES, *rules.split() * 4]
        self.lexicon, self.emoji = list(ORIGINAL.lexicon), list(ORIGINAL.emojis)

    def cased(self, word: str) -> str:
        changes = (word, word, word, word.upper(), word.upper(), word.capitalize(), word.swapcase(), word.title())
        return self.random.choice(changes)

    def word(self) -> str:
        pool = self.random.choices((self.rules, self.lexicon, self.emoji, self.PLAIN, None), (35, 35, 8, 17, 5))[0]
        word = self.cased(self.random.choice(pool)) if pool else chr(self.random.randrange(33, 0xD7FF))
        return self.random.choice(self.MARKS) + word + self.random.choice(self.MARKS)

    def text(self) -> str:
        length = self.random.choice((0, 1, 2, 3, 4, 5, 6, 8, 12, 20, 40))
        # Few words, often repeated, are what the original's search for equal valences trips over.
        few = [self.word() for _ in range(4)] if self.random.random() < 0.3 else None
        words = (self.random.choice(few) if few else self.word() for _ in range(length))
        return "".join(word + self.random.choice(self.SPACES) for word in words)

    def changed(self, text: str) -> str:
        words = text.split(" ")
        for _ in range(self.random.randrange(1, 4)):
            place = self.random.randrange(len(words))
            words[place] = self.random.choice((self.word(), words[place].upper(), words[place] + self.word(), "but"))
        return " ".join(words)


def test_generated_texts_score_as_in_the_original() -> None:
    generator = Generator(seed=20)
    assert differing(generator.text() for _ in range(5_000)) == []


def test_long_texts_score_as_in_the_original() -> None:
    generator = Generator(seed=21)
    assert differing(" ".join(generator.text() for _ in range(40)) for _ in range(25)) == []


def test_added_words_score_as_if_in_the_originals_lexicon() -> None:
    named = dict.fromkeys(
        "but so least of kind very no never this or nor at without doubt not isn't the xyz".split(), 1.5
    )
    extra = {**named, "phone": -3, "good": 0.0, "ass": -0.0, "it": 0.0, "ｇｏｏｄ": 2.0, "ΌΔΟΣ".lower(): -4.0}
    analyzer = SentimentIntensityAnalyzer()
    analyzer.lexicon.update(extra)
    generator, scorer = Generator(seed=22), Scorer(extra)
    texts = _tricky() + [generator.text() for _ in range(2_000)]
    assert differing(texts, scorer, analyzer) == []
    assert differing(["good phone", "the xyz is so ok"]) == [], "added words reached another scorer"


def _real_texts() -> list[str]:
    with (SHARED / "airline_tweets.csv").open(encoding="utf-8", newline="") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    for path in sorted((SHARED / "vader_gold").glob("*_GroundTruth.txt")):
        texts += [line.split("\t")[-1] for line in path.read_text(encoding="utf-8").splitlines()]
    for path in sorted((SHARED / "languages").glob("*/train_text.txt")):
        texts += path.read_text(encoding="utf-8").splitlines()
    return texts


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled texts are not beside this checkout")
def test_real_texts_score_as_in_the_original() -> None:
    generator, texts = Generator(seed=23), _real_texts()
    assert differing(texts[::4]) == []
    assert differing(generator.changed(text) for text in texts[::12]) == []


def test_the_figures_come_much_faster_than_from_the_original() -> None:
    generator = Generator(seed=24)
    texts = [" ".join(generator.word() for _ in range(50)) for _ in range(100)]
    spent = {score: min(_spent(score, texts) for _ in range(5)) for score in (ORIGINAL.polarity_scores, SCORER.score)}
    ratio = spent[ORIGINAL.polarity_scores] / spent[SCORER.score]
    print(f"{ratio:.1f} times faster")
    assert ratio > 3


def _spent(score: Callable[[str], object], texts: Sequence[str]) -> float:
    start = time.process_time()
    for text in texts:
        score(text)
    return time.process_time() - start


# --- the scorer as a part ----------------------------------------------------------------------------------------


def test_an_empty_text_scores_nothing() -> None:
    assert SCORER.score("") == SCORER.score(" \n") == Sentiment(neg=0.0, neu=0.0, pos=0.0, compound=0.0)


def test_added_words_are_found_in_any_case() -> None:
    assert Scorer({"Laggy": -2.0}).score("so LAGGY today").compound < 0 == SCORER.score("so laggy today").compound


@pytest.mark.parametrize("valence", [4.1, -5, float("nan"), float("inf")])
def test_a_valence_outside_the_scale_is_refused(valence: float) -> None:
    with pytest.raises(ValueError, match=r"'laggy'.*between -4 and 4"):
        Scorer({"laggy": valence})


def test_a_pickled_scorer_scores_the_same() -> None:
    scorer = Scorer({"laggy": -2.0})
    copy: Scorer = pickle.loads(pickle.dumps(scorer))
    assert copy.score("laggy but nice") == scorer.score("laggy but nice") != SCORER.score("laggy but nice")


def test_what_is_kept_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_MOST_KEPT", 100)
    scorer = Scorer()
    texts = [f"good number{number} {'very' * number}long bad" for number in range(300)]
    assert differing(texts, scorer) == []
    assert len(scorer._words) <= 100
    assert max(map(len, scorer._words)) <= vocabulary._LONGEST_KEPT


def test_a_long_text_of_equal_words_and_buts_is_scored_at_once() -> None:
    assert SCORER.score("good but " * 100_000).compound == 1.0
    assert SCORER.score("but " + "good bad great no " * 50_000).neu < 0.3


@pytest.mark.parametrize(
    ("score", "name"),
    [
        (1, "positive"),
        (0.05, "positive"),
        (0.0499, "neutral"),
        (0, "neutral"),
        (-0.0499, "neutral"),
        (-0.05, "negative"),
    ],
)
def test_labels_follow_the_customary_thresholds(score: float, name: str) -> None:
    assert label(score) == name


# --- two brands in one post --------------------------------------------------------------------------------------


def toward(text: str, own: Iterable[tuple[int, int]], others: Iterable[tuple[int, int]]) -> float:
    return FEELING.judge(FEELING.read(text, [*own, *others]), "Acme", list(own), list(others)).score


def marked(written: str) -> tuple[str, list[tuple[int, int]], list[tuple[int, int]]]:
    """A text without its marks, and the spans of [this brand] and of {other brands} in it."""
    text = ""
    spans: dict[str, list[tuple[int, int]]] = {"[": [], "{": []}
    for part in re.split(r"(\[[^]]*\]|\{[^}]*\})", written):
        name = part.strip("[]{}")
        if name != part:
            spans[part[0]].append((len(text), len(text) + len(name)))
        text += name
    return text, spans["["], spans["{"]


# What people read in the post about [this brand] and about {the other}, before it; indented lines go on.
SHARED_POSTS = r"""
+-|[Acme] is great. {Globex} is terrible.
-+|[Acme] is terrible. {Globex} is great.
+-|I love [Acme] but I hate {Globex}.
-+|I hate [Acme], but {Globex} is wonderful!
+-|The [Acme] drill is excellent; the {Globex} one is awful
+-|While {Globex} was a nightmare, [Acme] turned out to be brilliant.
-+|Whereas {Globex} is reliable and friendly, [Acme] is rude and slow, the worst.
-+|[Acme] ruined my holiday while {Globex} saved it
--|[Acme] and {Globex} are both terrible.
++|I love [Acme] and {Globex}
--|I hate [Acme], {Globex} and everything like them.
++|Thanks [Acme] and {Globex} for the wonderful evening!
-+|Finally left [Acme] for {Globex} and I am so happy with it.
-+|Sick of [Acme]. Moved to {Globex} last week. Love it.
+-|[Acme] fixed my account within an hour, amazing service. {Globex} never even replied, pathetic.
-+|[Acme] support is useless. They lied to me twice. {Globex} on the other hand was lovely. Polite, quick, helpful.
+-|Bought a [Acme] anvil: beautiful, strong, perfect. The {Globex} anvil cracked on day one, what garbage.
+-|I switched from {Globex} to [Acme] and it is fantastic.
+-|[Acme] is so much better than {Globex}!
-+|[Acme] is worse than {Globex}.
+-|Compared to {Globex}, [Acme] is a joy to use.
-+|Unlike {Globex}, [Acme] is horrible at parking.
-+|[Acme]: horrible.\n{Globex}: lovely.
-+|- [Acme] broke after a week, very disappointed\n- {Globex} still works great
-+|[Acme] lost my bag and was rude about it... {Globex} was so kind when they found it
+-|Flew [Acme] out and it was fantastic! Flew {Globex} back and it was a disaster!
+-|[Acme] 😍 {Globex} 😡
-+|Never again [Acme] 😡😡 {Globex} you are the best ❤️
+-|Props to @[acme] for the quick help. Shame on @{globex} for ignoring me.
+-|The food at [Acme] was delicious. We also tried {Globex}. It was disgusting.
-+|@{globex} you are awesome. @[acme] you are a joke, I want my money back, terrible.
0+|I was on the phone with [Acme] yesterday. Then I called {Globex} and they were wonderful.
0-|[Acme] opens at nine. {Globex} opens at ten and the staff are awful.
+-|[Acme] costs $3.50 and tastes great. {Globex} costs $4.20 and tastes bad.
-+|Mr. Smith of [Acme] Inc. insulted me. {Globex} apologised and gave me a nice refund.
+-|See https://example.com/a.b?c=d. [Acme] is superb. {Globex} is a scam.
-+|[Acme]は最悪 terrible。{Globex} is great。
+-|[Acme] is not bad at all. {Globex} is not good.
-+|I regret buying [Acme], should have bought {Globex}, which is superb.
-+|My [Acme] phone died again. I am so angry. Going back to {Globex}, they never failed me and I trust them.
++|[Acme] has great coffee, and {Globex} has great cake.
+-|[Acme] has great coffee and {Globex} has stale, disgusting cake.
-0|Why is [Acme] so terrible? Asking for a friend at {Globex}.
+-|Love my new [Acme]! So glad I got rid of the awful {Globex} one.
--|Both [Acme] and {Globex} cheated us.
-+|Although [Acme] was cheap it was a horrible experience; {Globex} cost more and was worth it, excellent.
+-|{Globex} failed. [Acme] won.
-0|[Acme] has the worst customer service. I have been waiting for hours. I'm furious. {Globex} please let me in.
+-|I recommend [Acme]. I would avoid {Globex}.
-+|[Acme] vs {Globex}: [Acme] is slow and ugly, {Globex} is fast and beautiful.
+-|Just ordered from [Acme] instead of {Globex} and wow, I am impressed.
-+|If you want pain, go with [Acme]. If you want success, go with {Globex}.
+-|[Acme] gave me a full refund with a smile, however {Globex} charged me twice and denied it.
-+|{Globex} made me smile today. [Acme] made me cry.
++|Big fan of [Acme]! Big fan of {Globex} too!
--|Stop buying from [Acme] and {Globex}, they are evil.
+-|Yes the [Acme] is expensive, but it is a gem. The {Globex} is cheap trash.
-+|[Acme] customer care = useless. {Globex} customer care = superb.
-+|I used to like {Globex} and I still do. [Acme] I cannot stand, total fraud.
+-|lol [acme] just works and makes me happy. meanwhile {globex} crashed again, worst app ever
-+|[Acme] app keeps crashing, I'm annoyed. Tried the {Globex} app. Smooth, pretty, easy. Great job.
00|[Acme] and {Globex} announced their figures on Tuesday.
0-|Does [Acme] deliver to Leeds? {Globex} told me no and were very rude.
+-|Happy with [Acme] after {Globex} messed up my order, what a disgrace.
-+|[Acme] stole my deposit!!! {Globex} helped me get it back, thank you so much!!!
+-|The engineers at [Acme] are kind and smart, e.g. they fixed my car for free. {Globex} engineers are lazy and
  dishonest.
-+|[Acme] has nice colours. But it breaks, it is ugly inside, it is a horrible waste of money and the worst I ever
  owned. {Globex} is good.
+-|[Acme] was a bit slow to answer. Still, the best, kindest, most helpful people I ever dealt with! {Globex} is a
  fraud.
-+|[Acme] sent a nice card. They lied to me. They insulted my wife. They stole my money! {Globex} was honest.
+-|I had a small problem with my [Acme]. They were wonderful about it, super friendly, and gave me a perfect new one.
  {Globex} ignored me.
-+|The [Acme] box is pretty. The drill inside is terrible!!! Absolutely terrible!!! I love {Globex}.
+-|The [Acme] box is ugly. The drill inside is amazing!!! Best drill ever!!! I hate {Globex}.
-+|Thanks [Acme] for cancelling my flight. I missed a funeral. I was crying at the gate. Awful. {Globex} was lovely
  about it.
+-|[Acme] delayed me by ten minutes, no problem. Lovely crew, great food, so happy. {Globex} is the worst.
-+|[Acme] was fine for a year. Then it died and the warranty was a lie and the support was evil. So I went to {Globex}
  and I am delighted.
+-|First I was angry at [Acme]. Then they refunded me, apologised, and gave me a gift. I love them now. {Globex}?
  Horrible people.
-+|Cool logo, [Acme]. Horrible, horrible, horrible shoes. I am in pain. Meanwhile {Globex} has the best shoes.
++|[Acme] is good. {Globex} is good too, though the queue was bad. Amazing cakes, great coffee, friendly staff.
--|[Acme] is awful. {Globex} is awful too, though the cake was nice. Dirty tables, rude staff, horrible coffee, a
  disgrace.
-+|I like the [Acme] app. I do not like that it crashed and lost all my data, a disaster, I am furious and devastated.
  {Globex} saved me.
+-|I worry about [Acme] prices. But I adore their work, it is excellent, beautiful and honest. {Globex} is a horrible
  company.
-+|[Acme] said sorry. Great. They still have my money, they are liars and thieves and I hate them. {Globex} is a
  friendly alternative.
+-|[Acme] lost one parcel, sad. In ten years they delivered every other one with a smile, brilliant, superb, thank
  you! {Globex} is trash, I hate it.
-0|[Acme] was ok. The room was dirty. The food was bad. The bed was terrible. Nice view. {Globex} is next door.
+0|[Acme] was noisy. The room was lovely. The food was great. The bed was perfect. Bad view. {Globex} is next door.
-0|{Globex} is where we went first. [Acme] was next: rude waiter, cold soup, stupid prices, a disgusting toilet. Good
  bread.
+0|{Globex} is where we went first. [Acme] was next: charming waiter, fine soup, fair prices, the best dessert. Bad
  bread.
+-|[Acme] helped. {Globex} failed us, lied to us, and then, to be fair, said sorry with a nice letter.
-+|[Acme] failed us, lied to us, cheated us, and then said thanks for being a valued friend. {Globex} helped.
+-|[Acme]: no complaints. Great value. Solid. Lovely. One tiny crack, no worries. {Globex}: cheap, nasty, dangerous.
"""


def test_two_brands_in_a_post_get_each_their_own() -> None:
    """A floor: raise it with the rule. What is missed now is mostly words that VADER's lexicon lacks ("pathetic")."""
    right = by_document = judged = 0
    for line in SHARED_POSTS.strip().replace("\n  ", " ").splitlines():
        signs, written = line.split("|", 1)
        text, own, others = marked(written.replace("\\n", "\n"))
        document = SCORER.score(text)
        for sign, mine, theirs in ((signs[0], own, others), (signs[1], others, own)):
            judged += 1
            right += label(toward(text, mine, theirs)) == SIGNS[sign]
            by_document += label(document.compound) == SIGNS[sign]
    assert judged == 180
    assert right >= 166, f"{right} of {judged}; the document's own score gets {by_document}"
    assert by_document < 100


# A post, and that part of it which counts toward [this brand].
PARTS = [
    # sentences and what only looks like their end
    ("[Acme] is good. {Globex} is bad.", "Acme is good."),
    ("Mr. Good of [Acme] Inc. is bad. {Globex} is nice.", "Mr. Good of Acme Inc. is bad."),
    ("[Acme] is great, e.g. the soup. {Globex} is bad.", "Acme is great, e.g. the soup."),
    ("[Acme] costs 3.50 and is good. {Globex} is bad", "Acme costs 3.50 and is good."),
    ("Good www.acme.com/a.b?c! [Acme] is fine. {Globex} is bad", "Good www.acme.com/a.b?c! Acme is fine."),
    ("[Acme] is good... really fine. {Globex} is bad", "Acme is good... really fine."),
    ("[Acme] is good... {Globex} is bad", "Acme is good..."),
    ("J. Good hates [Acme]. {Globex} is nice", "J. Good hates Acme."),
    ('He said "[Acme] is good!" {Globex} is bad', 'He said "Acme is good!"'),
    ("[Acme] is fine! 😍 {Globex} is bad", "Acme is fine! 😍"),
    ("[Acme] is fine. :) {Globex} is bad", "Acme is fine. :)"),
    ("[Acme] is good 。{Globex} is bad 。", "Acme is good 。"),
    ("[Acme] is good\n{Globex} is bad", "Acme is good"),
    ("[Yahoo!] is good. {Globex} is bad.", "Yahoo! is good."),
    ("{Dr. Good} is bad. [Acme] is nice", "Acme is nice"),
    # clauses
    ("[Acme] is good; {Globex} is bad", "Acme is good;"),
    ("[Acme]: good\n{Globex}: bad", "Acme: good"),
    ("[Acme] is good but {Globex} is bad", "Acme is good"),
    ("{Globex} is bad but [Acme] is good", "Acme is good"),
    ("{Globex} is bad while [Acme] is good", "Acme is good"),
    ("[Acme] is good whereas {Globex} is bad", "Acme is good"),
    ("Good food, but bad beds at [Acme]; {Globex} is bad", "Good food, but bad beds at Acme;"),
    # no brand named: as the part before, at the beginning as the first that names one
    ("Good people! [Acme] it is. {Globex} is bad.", "Good people! Acme it is."),
    ("Good people! {Globex} it is. [Acme] is bad.", "Acme is bad."),
    ("[Acme]. Good. Fine but dear. {Globex}. Bad.", "Acme. Good. Fine but dear."),
    ("[Acme]. Good. {Globex}. Bad. [Acme] again. Nice.", "Acme. Good.\nAcme again. Nice."),
    ("[Acme] and {Globex} are here. Awful people.", "Acme and Globex are here. Awful people."),
    # two in one sentence
    ("[Acme] and {Globex} are awful", "Acme and Globex are awful"),
    ("I love [Acme], {Globex} & [Acme]", "I love Acme, Globex & Acme"),
    ("I love [Acme] and {Globex} is awful", "I love Acme"),
    ("Unlike [Acme], {Globex} is awful", "Unlike Acme"),
    ("[Acme] is bad and worse than {Globex}, nice people", "Acme is bad and worse"),
    ("Happily left {Globex} for [Acme] and love it", "Acme and love it"),
    ("{Globex} took my good money so I love [Acme]", "I love Acme"),
    ("Good [Acme] 😍 {Globex} 😢", "Good Acme 😍"),
    ("[Acme] beats {Globex} happily", "Acme beats Globex happily"),
]


@pytest.mark.parametrize(("written", "part"), PARTS)
def test_the_parts_that_count(written: str, part: str) -> None:
    text, own, others = marked(written)
    found, _ = passages(
        text, marks_of(text), own, others, lambda start, end: SCORER.score(text[start:end]).compound != 0
    )
    assert [text[start:end].strip() for start, end in found] == part.split("\n")


def test_words_of_both_brands_at_one_place_count_for_both() -> None:
    text = "Acme Tools is good. Bad weather."
    assert toward(text, [(0, 4)], [(0, 10)]) == toward(text, [(0, 10)], [(0, 4)])


def test_the_order_of_spans_does_not_matter() -> None:
    text, own, others = marked("[Acme] is good. {Globex} is bad. [Acme] is nice. {Globex} is poor.")
    assert toward(text, own[::-1], others[::-1]) == toward(text, own, others) > 0


@pytest.mark.parametrize(
    "filling", ["." * 200_000 + "x", '."' * 100_000 + "x", " " * 200_000, " 😀" * 99_999, "and " * 50_000]
)
def test_hostile_texts_are_parted_at_once(filling: str) -> None:
    text = f"Acme.{filling} Globex"
    assert -1 <= toward(text, [(0, 4)], [(len(text) - 6, len(text))]) <= 1


def test_many_names_are_parted_at_once() -> None:
    text, own, others = marked("[Acme] good and {Globex} bad and " * 25)
    assert toward(text, own, others) > 0.9
    assert toward(text, others, own) < -0.9
    text, own, others = marked("[Acme] good and {Globex} bad and " * 1_000)
    assert -1 <= toward(text, own, others) <= 1


# --- the team's own words ----------------------------------------------------------------------------------------


def judged(text: str, lexicon: dict[str, float] | None = None, **brands: dict[str, float]) -> Judgement:
    feeling = Feeling(lexicon, brands)
    names = [match.span() for match in re.finditer("Acme", text)]
    return feeling.judge(feeling.read(text, names), "Acme", names)


@pytest.mark.parametrize(
    ("text", "words", "valence"),
    [
        ("that Acme ride was sick", "sick", 2.0),
        ("My Acme was dead on arrival", "dead on arrival", -3),
        ("Acme's DEAD  on\narrival again", "Dead On Arrival", -3),
        ("new Acme jacket #drippy", "#drippy", 2.5),
        ("the Acme jacket 🫠", "🫠", -2),
        ("the Acme jacket 🔥", "🔥", 2),
        ("Acme est parti", "parti", -1.5),
        ("Acme is can't-miss", "can't miss", 3),
    ],
)
def test_the_teams_words_count_and_are_named_as_the_reason(text: str, words: str, valence: float) -> None:
    judgement = judged(text, {words: valence})
    assert judgement.score * valence > 0.3
    assert "your lexicon" in [evidence.rule for evidence in judgement.why]


def test_the_teams_phrase_wins_over_rules_and_words() -> None:
    text = "Acme has a terrible wait"
    assert judged(text).label == "negative"
    assert judged(text, {"terrible wait": 1.5}).label == "positive"


def test_negation_turns_the_teams_words() -> None:
    assert judged("Acme is drippy", {"drippy": 2}).score > 0 > judged("Acme is not drippy", {"drippy": 2}).score


def test_a_brands_own_words_count_for_that_brand_alone() -> None:
    feeling = Feeling({"wobbly": 2}, {"Globex": {"wobbly": -2}})
    read = feeling.read("wobbly")
    assert feeling.judge(read, "Acme", []).label == "positive"
    assert feeling.judge(read, "Globex", []).label == "negative"


def test_the_teams_words_are_in_the_documents_figures_as_in_the_originals_lexicon() -> None:
    analyzer = SentimentIntensityAnalyzer()
    analyzer.lexicon["sick"] = 2.0
    figures_of = Feeling({"sick": 2.0, "dead on arrival": -3}).read("a sick ride, dead on arrival").sentiment
    assert figures(figures_of) == originals("a sick ride, dead on arrival", analyzer)


def test_a_pickled_feeling_judges_the_same() -> None:
    feeling = Feeling({"drippy": 2}, {"Acme": {"wobbly": -3}})
    copy: Feeling = pickle.loads(pickle.dumps(feeling))
    for text in ("Acme is drippy", "Acme is wobbly", "still waiting @acme"):
        assert copy.judge(copy.read(text), "Acme", []) == feeling.judge(feeling.read(text), "Acme", [])


# --- what customers write ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("third day without internet, thanks Acme", "waiting", "third day without"),
        ("been on hold with Acme for 2 hours", "waiting", "been on hold"),
        ("Why is Acme still charging me?", "question that complains", "Why is Acme still"),
        ("great, another delay by Acme", "sarcasm", "great, another delay"),
        ("shout out to the Acme crew", "praise", "shout out to"),
        ("switched from Acme to something else", "relation", "switched from Acme"),
        ("Acme #gotfired", "negative word", "#gotfired"),
    ],
)
def test_each_judgement_says_which_rule_and_words_made_it(text: str, rule: str, words: str) -> None:
    found = {evidence.rule: evidence.words for evidence in judged(text).why}
    assert any(words in each or each in words for each in found.get(rule, ())), found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acme please fix the typo on your site, thanks", "neutral"),
        ("thank you so much Acme, all sorted", "positive"),
        ("I do not think that Acme is a good company", "negative"),
        ("No problems with Acme in six years", "positive"),
        ("Does Acme deliver on Sundays?", "neutral"),
        ("Acme opens a store in Bergen", "neutral"),
        ("", "neutral"),
    ],
)
def test_courtesy_denial_and_questions(text: str, expected: str) -> None:
    assert judged(text).label == expected


def test_a_name_says_nothing_by_itself() -> None:
    feeling = Feeling()
    assert feeling.judge(feeling.read("@united", [(0, 7)]), "United", [(0, 7)]).score == 0
    assert feeling.judge(feeling.read("Best Buy", [(0, 8)]), "Best Buy", [(0, 8)]).score == 0


@pytest.mark.parametrize(
    "text",
    ["a" * 100_000, "#" + "a" * 100_000, "((((" * 25_000, "\x00\x1f" * 50_000, "not " * 25_000, "Acme " * 2_000,
     "😀" * 50_000, "still no " * 12_000, "why ..." * 15_000],
)  # fmt: skip
def test_hostile_texts_are_read_to_their_end(text: str) -> None:
    feeling = Feeling()
    names = [match.span() for match in re.finditer("Acme", text)][:200]
    assert -1 <= feeling.judge(feeling.read(text, names), "Acme", names[:100], names[100:]).score <= 1


def test_hashtags_are_read_as_words() -> None:
    assert fold("#EpicFail!!") == "# epic fail !"
    assert fold("#neveragain") == "# never again"
    assert fold("#acmefails") == "# acme fails"


def test_a_phrase_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="does not begin with a word"):
        Rules([("(a|) ..", Rule("x"))])


# --- what tells two brands apart ----------------------------------------------------------------------------------

APART = [  # the text, and what it feels toward Acme and toward Zenith
    ("Acme: 70 minutes. Zenith: 25 minutes.", "negative", "positive"),
    ("Acme wanted $110 for what Zenith sells at $60", "negative", "positive"),
    ("Acme 2 stars, Zenith 5 stars", "negative", "positive"),
    ("Acme took back a mattress, Zenith wouldn't take back unopened diapers", "positive", "negative"),
    ("Acme logs me out every day. Zenith remembers me.", "negative", "positive"),
    ('Another "smart" plan from Acme. Zenith has one price.', "negative", "positive"),
    ("Does anyone know if I can move my lists from Acme to Zenith?", "neutral", "neutral"),
    ("Is Acme any good? Zenith keeps dropping our calls.", "neutral", "negative"),
    ("I have no experience with Acme but Zenith has been a pleasure", "neutral", "positive"),
    ("Acme's docs are excellent and so are Zenith's", "positive", "positive"),
    ("You can't go wrong with Acme or Zenith", "positive", "positive"),
]


@pytest.mark.parametrize(("text", "acme", "zenith"), APART)
def test_two_brands_are_told_apart(text: str, acme: str, zenith: str) -> None:
    own, others = ([match.span() for match in re.finditer(name, text)] for name in ("Acme", "Zenith"))
    read = FEELING.read(text, [*own, *others])
    assert FEELING.judge(read, "Acme", own, others).label == acme
    assert FEELING.judge(read, "Zenith", others, own).label == zenith


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("$1,200 or 13,98 euro", [(1200, "money"), (13.98, "money")]),
        ("two weeks, half an hour", [(2, "time"), (0.5, "time")]),
        ("9/10 and 3 out of 5", [(9, "mark"), (3, "mark")]),
        ("a phone and one cable", []),
    ],
)
def test_figures_as_people_write_them(text: str, amounts: list[tuple[float, str]]) -> None:
    found = figures_of(text, marks_of(text).numbers)
    assert [(one.number, one.kind) for one in found] == amounts


# --- floors ------------------------------------------------------------------------------------------------------


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    scores = []
    for name in ("negative", "neutral", "positive"):
        hits = sum(one == two == name for one, two in pairs)
        scores.append(2 * hits / max(sum((one == name) + (two == name) for one, two in pairs), 1))
    return sum(scores) / 3


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled texts are not beside this checkout")
def test_tweets_to_airlines_are_understood_better_than_by_vader() -> None:
    with (SHARED / "airline_tweets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[::3]
    name = re.compile(r"@?(?:virginamerica|united|southwestair|jetblue|usairways|americanair)", re.I)
    mine, theirs = [], []
    for row in rows:
        spans = [match.span() for match in name.finditer(row["text"])]
        read = FEELING.read(row["text"], spans)
        mine.append((row["airline_sentiment"], FEELING.judge(read, "it", spans).label))
        theirs.append((row["airline_sentiment"], label(read.sentiment.compound)))
    assert macro_f1(theirs) < 0.5
    assert macro_f1(mine) >= 0.63


@pytest.mark.skipif(not SHARED.is_dir(), reason="the labelled texts are not beside this checkout")
@pytest.mark.parametrize("name", ["tweets", "amazonReviewSnippets"])
def test_on_vaders_own_ground_nothing_is_lost(name: str) -> None:
    lines = (SHARED / "vader_gold" / f"{name}_GroundTruth.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t", 2) for line in lines]
    raters = [float(row[1]) for row in rows]
    mine = [FEELING.judge(FEELING.read(row[2]), "it", []).score for row in rows]
    theirs = [SCORER.score(row[2]).compound for row in rows]
    assert statistics.correlation(raters, mine) >= statistics.correlation(raters, theirs) - 0.001
    judged_mine, judged_theirs = (
        macro_f1([(label(rated), label(score)) for rated, score in zip(raters, scores, strict=True)])
        for scores in (mine, theirs)
    )
    assert judged_mine >= judged_theirs


@pytest.mark.parametrize(
    "text", ["I left Acme's awful billing for Globex", "Globex is better than Acme", "Acme is great. Globex lies."]
)
def test_one_reading_serves_each_of_two_brands(text: str) -> None:
    feeling = Feeling()
    spans = {name: [(text.index(name), text.index(name) + len(name))] for name in ("Acme", "Globex")}
    pairs = [("Acme", "Globex"), ("Globex", "Acme")]
    read = feeling.read(text, [*spans["Acme"], *spans["Globex"]])
    together = [feeling.judge(read, one, spans[one], spans[two]) for one, two in pairs]
    alone = [
        feeling.judge(feeling.read(text, [*spans["Acme"], *spans["Globex"]]), one, spans[one], spans[two])
        for one, two in pairs
    ]
    assert together == alone
    assert together[0].label != together[1].label


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("one  two\n three", {0: 0, 3: 1, 5: 1, 10: 2}), ("\U0001f602 ok", {0: 0, 1: 5, 2: 5}), ("", {0: 0})],
)
def test_places_number_tokens(text: str, numbers: dict[int, int]) -> None:
    scorer = Scorer()
    reading = scorer.read(text)
    places = Places(reading.tokens, reading.spelt, scorer.widths(text))
    assert {place: places.token(place) for place in numbers} == numbers
    assert [places.upto(0), places.upto(len(text))] == [0, len(reading.tokens)]


def called(text: str) -> str:
    """What it feels toward the acme in it."""
    named = text.index("acme")
    own = [(named, named + 4)]
    return FEELING.judge(FEELING.read(text, own), "Acme", own).label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("third day without internet, thanks @acme", "negative"),
        ("parcel lost again. thanks @acme", "negative"),
        ("no internet since monday, thank you @acme", "negative"),
        ("thanks @acme", "positive"),
        ("thank you @acme for helping me when my line was down", "positive"),
        ("line was down for three days, thanks @acme for fixing it so fast", "positive"),
    ],
)
def test_thanks_say_little_where_something_is_wrong_but_for_help(text: str, label: str) -> None:
    assert called(text) == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("the acme charger caught fire in my kitchen", "negative"),
        ("ten years with acme and this is how you treat loyal customers", "negative"),
        ("just got my acme bill, 40% up on last year", "negative"),
        ("acme replaced the broken lid without asking for a receipt", "positive"),
        ("the lady at acme remembered my name", "positive"),
        ("honestly expected worse from acme", "positive"),
        ("it would be great if acme supported passkeys", "neutral"),
        ("acme is closed on sundays", "neutral"),
    ],
)
def test_facts_that_speak_for_themselves(text: str, label: str) -> None:
    assert called(text) == label


def test_pence_are_hundredths_of_a_pound() -> None:
    text = "a tea is 90p at Acme and £2 at Globex"
    assert [(one.number * one.unit, one.kind) for one in figures_of(text, [])] == [(0.9, "money"), (2.0, "money")]


def test_what_flows_is_equal_and_hashed_by_what_it_holds() -> None:
    assert {Evidence("praise", ("great",)), Evidence("praise", ("great",))} == {Evidence("praise", ("great",))}
