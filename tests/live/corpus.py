"""What is put into a board: invented people, topics and posts with everything that makes posts hard to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2025, 3, 1, 8, 7, 31, tzinfo=UTC)  # winter and summer time, midnights and noons come after it
GONE = "Gone Fishing"  # an account that is deleted after its posts were written

PEOPLE = {  # name -> signature
    "mia": "Globex forever, says my signature",
    "smith_son": "",
    "Zoë Übel": "-- sent from my Initech phone",
    "o'reilly & co": "",
    "夜更かし": "",
    "bot4711": "I am no robot",
    GONE: "",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a post: `say`, `code` or `list` in its author's own words, `quote` in somebody else's."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    author: str = ""
    parts: tuple[Part, ...] = ()


def say(text: str) -> Part:
    return Part("say", text)


def code(text: str) -> Part:
    return Part("code", text)


def listed(*items: str) -> Part:
    return Part("list", items=items)


def quote(author: str, *parts: Part) -> Part:
    return Part("quote", author=author, parts=parts)


@dataclass(frozen=True, slots=True)
class Said:
    """One post."""

    author: str
    at: datetime
    parts: tuple[Part, ...]
    edited: datetime | None = None

    @property
    def own(self) -> str:
        """The author's own words, a paragraph a line."""
        return "\n".join(
            "\n".join(part.items) if part.kind == "list" else part.text for part in self.parts if part.kind != "quote"
        )

    @property
    def quotes(self) -> list[str]:
        """Whom it quotes: the outermost first, those within a quote after it."""
        return [part.author for part in _quotes(self.parts)]


@dataclass(slots=True)
class Talk:
    """One topic."""

    forum: str
    title: str
    posts: list[Said] = field(default_factory=list)
    pinned: bool = False
    closed: bool = False


def _quotes(parts: Sequence[Part]) -> Iterator[Part]:
    for part in parts:
        if part.kind == "quote":
            yield part
            yield from _quotes(part.parts)


FIRST = say("Since Monday my Acme anvil sings at every blow. Has anybody else heard that?")
SECOND = say("Mine does. It began when I moved it to the cellar.")
SPECIAL: tuple[tuple[str, tuple[Part, ...]], ...] = (
    ("mia", (FIRST, say("It is the 55 pound one, bought in May."))),
    ("smith_son", (quote("mia", FIRST), SECOND)),
    ("Zoë Übel", (quote("smith_son", quote("mia", FIRST), SECOND), say("A cellar is too damp, Straße ½ €20."))),
    ("o'reilly & co", (say("What helped me:"), listed("a magnet", "sand & a heavier stump", "patience"), say("Done."))),
    ("夜更かし", (say("金床が歌うのは初めて聞きました。Globex のものは静かです。🔨👍"),)),
    ("bot4711", (say("Tune it with this:"), code("if sings < 3 && loud:\n    add(sand)"), say("It is no joke."))),
    (GONE, (say("I sold mine to a neighbour before I left."),)),
    ("mia", (say("See https://acme.example/manuals/anvil-55-revision-three.pdf for the torque, page 12."),)),
    ("smith_son", (say("Is <b>Acme</b> better than Globex & Initech? 3 < 4, and 5 > 4, that is sure."),)),
    ("Zoë Übel", (say("First my own words."), quote("o'reilly & co", say("patience")), say("Then again my own."))),
    (
        "o'reilly & co",
        (quote("夜更かし", say("Globex のものは静かです。")), say("And:"), quote("mia", FIRST), say("So.")),
    ),
    ("夜更かし", (say("mia wrote: that is how a quote looks that is none."),)),
    ("bot4711", (say("One line.\nAnother line right below.\nA third."), say("And a paragraph after them."))),
)
IDLE = (
    "The handle of the {brand} one is shorter than the old one.",
    "I would not buy {brand} again, the paint came off in a week.",
    "Four years with a {brand} and nothing to complain about.",
    "Does {brand} answer mail? I wrote twice, in May and in June.",
    "Bought, tried, sent back. {brand} paid the postage, fair enough.",
    "Ich habe meinen {brand} seit März, läuft wie am ersten Tag.",
    "Le mien vient de chez {brand}, et il tient bon.",
)
BRANDS = ("Acme", "Globex", "Initech", "Soylent Cola", "Zörbig Müsli")
FORUMS = ("Anvils & hammers", "Küche", "Second hand")  # each below "The shop" where a board can do that
ABOVE = "The shop"


def corpus() -> list[Talk]:
    """The topics: a long one, a pinned one, one in another language, and more than a page of short ones."""
    clock = _clock()
    long = Talk(FORUMS[0], 'The anvil that sings <3 & "hums"')
    long.posts = [Said(author, next(clock), parts) for author, parts in SPECIAL]
    long.posts[4] = replace(long.posts[4], edited=long.posts[4].at + timedelta(hours=5))
    long.posts += [_idle(number, next(clock)) for number in range(24)]
    rules = Talk(
        FORUMS[0], "House rules", [Said("bot4711", next(clock), (say("Be kind."), say("Stay dry.")))], True, True
    )
    german = Talk(FORUMS[1], "Müsli & Körner: wem schmeckt's?", [_idle(number, next(clock)) for number in range(3, 10)])
    short = [
        Talk(FORUMS[2], f"Selling number {n}", [_idle(n + k, next(clock)) for k in range(1 + n % 2)]) for n in range(26)
    ]
    return [rules, long, german, *short]


def late(talk: Talk) -> Said:
    """One post more, after all others, in a topic."""
    at = talk.posts[-1].at + timedelta(days=200)
    return Said("smith_son", at, (quote("mia", FIRST), say("Months later: it still sings, and Acme does not care.")))


def _idle(number: int, at: datetime) -> Said:
    people = [name for name in PEOPLE if name != GONE]
    words = IDLE[number % len(IDLE)].format(brand=BRANDS[number % len(BRANDS)])
    return Said(people[number * 5 % len(people)], at, (say(words), say(f"That is all, number {number}.")))


def _clock() -> Iterator[datetime]:
    """Times that go on, some just before midnight, some at noon to the minute."""
    now = BEGIN
    while True:
        yield now
        now += timedelta(hours=15, minutes=53) if now.day % 3 else timedelta(hours=9, minutes=11)


# As each way of writing has it


def markdown(parts: Sequence[Part], attribution: Callable[[str], str]) -> str:
    """Parts as Markdown. `attribution` makes the line before a quote from whom it quotes."""
    return "\n\n".join(_markdown(part, attribution) for part in parts)


def _markdown(part: Part, attribution: Callable[[str], str]) -> str:
    match part.kind:
        case "code":
            return f"```\n{part.text}\n```"
        case "list":
            return "\n".join(f"* {item}" for item in part.items)
        case "quote":
            inner = markdown(part.parts, attribution)
            return attribution(part.author) + "".join(f"\n> {line}" for line in inner.split("\n"))
    return part.text


def mail(parts: Sequence[Part]) -> str:
    """Parts as people write them in plain mail."""
    return "\n\n".join(_mail(part) for part in parts)


def _mail(part: Part) -> str:
    match part.kind:
        case "list":
            return "\n".join(f"* {item}" for item in part.items)
        case "quote":
            inner = "".join(f"\n> {line}".rstrip() for line in mail(part.parts).split("\n"))
            return f"On Sat, 1 Mar 2025 at 09:07, {part.author} wrote:{inner}"
    return part.text
