"""Why a text was written: rules that are data, found all at once, each intent with its words and a confidence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from listening.post import Evidence, Intent
from pipelines.intents.finder import Finder, Span
from pipelines.intents.line import Line
from pipelines.intents.models import IntentRules, Rule
from pipelines.intents.patterns import Pattern, phrase, query

_REACH = 4  # words before a find in which a negation turns it round
_MOST_WORDS = 2  # finds of one rule that are shown
_MOST_KEPT = 10_000  # of what depends on scores alone
_MOST_RULES = 4  # rules that are shown for one intent
_NEGATION = 1 << 30  # the key under which negations are looked for
_NOWHERE: list[Span] = []
_SUREST, _LEAST = 0.99, 0.01  # no rule is beyond doubt
_GREETS = frozenset(
    "thisbrand otherbrand hi hey hello so and but ok okay well um dear also yo please pls guys anyway oh ugh omg lol "
    "wow seriously honestly question quick".split()
)


class _Compiled:
    """A rule and what stands ready for it. Its vetoes are looked for under the key `veto`."""

    __slots__ = (
        "_above",
        "_below",
        "_negated",
        "_placed",
        "_starred",
        "_stars_from",
        "_stars_to",
        "_starts",
        "always",
        "asks",
        "bounded",
        "confidence",
        "feels",
        "intent",
        "name",
        "patterns",
        "rule",
        "veto",
        "vetoes",
    )

    def __init__(
        self, intent: str, rule: Rule, patterns: Sequence[Pattern], vetoes: Sequence[Pattern], key: int
    ) -> None:
        self.intent, self.rule, self.patterns, self.vetoes = intent, rule, patterns, vetoes
        self.name, self.confidence, self.veto = f"{intent}/{rule.name}", rule.confidence, ~key
        self.bounded, self.feels = rule.bounded, not (rule.below is rule.above is None)
        self._above, self._below = (
            -2.0 if rule.above is None else rule.above,
            2.0 if rule.below is None else rule.below,
        )
        self._starred = not (rule.stars_from is rule.stars_to is None)
        self._stars_from = rule.stars_from or 0.0
        self._stars_to = math.inf if rule.stars_to is None else rule.stars_to
        self.asks, self._starts, self._negated = rule.asks, rule.starts, rule.negated
        self._placed = rule.starts or rule.asks is not None
        self.always = rule.negated and not (rule.starts or vetoes or rule.asks is not None)

    def holds(self, score: float | None, stars: float | None) -> bool:
        """Whether the bounds allow it."""
        if self.feels and (score is None or not self._above < score < self._below):
            return False
        return not self._starred or (stars is not None and self._stars_from <= stars <= self._stars_to)

    def counting(
        self, line: Line, spans: list[Span], negations: Sequence[Span], found: Mapping[int, Sequence[Span]]
    ) -> list[Span]:
        """Those of the finds that count where they stand, as many as are shown."""
        if self._negated:
            negations = _NOWHERE
        vetoes = found.get(self.veto, _NOWHERE)
        if not (vetoes or negations or self._placed):
            return spans
        counting: list[Span] = []
        for span in spans:
            if self._counts(line, span, vetoes, negations):
                counting.append(span)
                if len(counting) == _MOST_WORDS:
                    break
        return counting

    def _counts(self, line: Line, span: Span, vetoes: Sequence[Span], negations: Sequence[Span]) -> bool:
        start = span[0]
        begin, until, asks = line.sentence(start + 1)
        if self.asks is not None and self.asks is not asks:
            return False
        text = line.text
        for first, last in negations:
            if begin <= first and last <= start and text.count(" ", last, start) < _REACH:
                return False
        for first, last in vetoes:
            if begin <= first and last <= until:
                return False
        if not self._starts:
            return True
        return all(word in _GREETS or word[0] in "@#" or word[:4] == "http" for word in text[begin:start].split())


class Intents:
    """All intents' rules, compiled for each language when it is first met; safe to pickle.

    `rules` by intent; `lists` are shared by all. Raises ValueError for a phrase or query that cannot be looked for.
    """

    def __init__(self, rules: Mapping[str, IntentRules], lists: Mapping[str, list[str]]) -> None:
        self.rules, self.lists = rules, lists
        self.points = {name: each.urgency for name, each in rules.items()}  # of urgency, at full confidence
        self._languages: dict[str, _Language] = {}
        self._known = frozenset(rule.language for each in rules.values() for rule in each.rule)

    def __reduce__(self) -> tuple[type[Intents], tuple[Mapping[str, IntentRules], Mapping[str, list[str]]]]:
        return type(self), (self.rules, self.lists)

    def find(
        self, line: Line, language: str, score: float | None = None, stars: float | None = None
    ) -> tuple[Intent, ...]:
        """The intents of a text, the surest first. `score`: its feeling toward the brand, -1 to 1; `stars` of 5."""
        language = language or "en"
        known = self._languages.get(language)
        if known is None:
            if language not in self._known:
                return ()
            known = self._languages[language] = _Language(self, language)
        return known.find(line, score, stars)

    def compiled(self, language: str) -> tuple[list[_Compiled], list[Pattern]]:
        """The rules of one language, ready to be looked for, and its negations."""
        negations = [form for name in ("not", f"not_{language}") for form in self.lists.get(name, [])]
        chosen = [
            (name, rule)
            for name, intent in self.rules.items() if intent.enabled
            for rule in intent.rule if rule.language in {language, "*"}
        ]  # fmt: skip
        rules = [self._compile(name, rule, key) for key, (name, rule) in enumerate(chosen)]
        return rules, [found for form in negations for found in phrase(form, {})]

    def check(self, name: str, rule: Rule) -> None:
        """Raises ValueError for a rule that cannot be looked for."""
        self._compile(name, rule, 0)

    def _compile(self, name: str, rule: Rule, key: int) -> _Compiled:
        lists = {**self.lists, **self.rules[name].lists}
        patterns = [found for text in rule.phrases for found in phrase(text, lists)]
        patterns += [found for text in rule.queries for found in query(text, lists)]
        return _Compiled(name, rule, patterns, [found for text in rule.unless for found in query(text, lists)], key)


class _Language:
    """The rules of one language in one finder."""

    def __init__(self, intents: Intents, language: str) -> None:
        self._rules, negations = intents.compiled(language)
        self._thresholds = {name: each.threshold for name, each in intents.rules.items()}
        self._implies = {name: each.implies for name, each in intents.rules.items() if each.implies}
        self._wordless = [each for each in self._rules if not each.patterns]
        self._known: dict[tuple[float | None, float | None, bool], dict[str, _Case]] = {}
        patterns: dict[int, Sequence[Pattern]] = {_NEGATION: negations}
        for index, each in enumerate(self._rules):
            patterns[index], patterns[each.veto] = each.patterns, each.vetoes
        self._finder = Finder(patterns)

    def find(self, line: Line, score: float | None, stars: float | None) -> tuple[Intent, ...]:
        found, rules = self._finder.find(line), self._rules
        negations = found.pop(_NEGATION, _NOWHERE)
        cases: dict[str, _Case] = {}
        for index, spans in found.items():
            if index < 0:
                continue
            each = rules[index]
            if each.bounded and not each.holds(score, stars):
                continue
            if each.always or (spans := each.counting(line, spans, negations, found)):
                _count(cases, each, spans)
        for name, silent in self._silent(score, stars, asks=line.asks).items():
            case = cases.get(name)
            if case is None:
                cases[name] = silent.copy()
            else:
                case.join(silent)
        if not self._implies.keys().isdisjoint(cases):
            self._imply(cases)
        shown = []
        for name, case in cases.items():
            confidence = 1 - case.doubt / case.against
            if confidence >= self._thresholds[name]:
                shown.append(Intent(name, round(min(confidence, _SUREST), 2), _why(line, case, score)))
        if len(shown) > 1:
            shown.sort(key=_confidence, reverse=True)
        return tuple(shown)

    def _silent(self, score: float | None, stars: float | None, *, asks: bool) -> dict[str, _Case]:
        """What the rules without words that hold say of each intent; kept, since there are not many scores."""
        known = self._known.get((score, stars, asks))
        if known is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            known = self._known[score, stars, asks] = {}
            for each in self._wordless:
                if (not each.bounded or each.holds(score, stars)) and (not each.asks or asks):
                    _count(known, each, _NOWHERE)
        return known

    def _imply(self, cases: dict[str, _Case]) -> None:
        """Let each intent that was found say what it says of others."""
        telling = []
        for name, case in cases.items():
            if name in self._implies:
                confidence = 1 - case.doubt / case.against
                if confidence >= self._thresholds[name]:
                    telling += [(name, other, share * confidence) for other, share in self._implies[name].items()]
        for name, other, confidence in telling:
            if other not in self._thresholds:
                continue
            case = cases.setdefault(other, _Case())
            case.add(confidence)
            if confidence > 0:
                case.implied.append(name)


class _Case:
    """What speaks for one intent and against it: the two cancel each other, and what is left is the confidence."""

    __slots__ = ("against", "doubt", "held", "implied")

    def __init__(self) -> None:
        self.doubt = self.against = 1.0  # 1 is nothing; each rule multiplies
        self.held: list[tuple[_Compiled, list[Span]]] = []
        self.implied: list[str] = []

    def copy(self) -> _Case:
        """The same case, to go on with; nothing implies it yet."""
        case = _Case()
        case.doubt, case.against, case.held = self.doubt, self.against, self.held.copy()
        return case

    def join(self, other: _Case) -> None:
        """Add what another case holds."""
        self.doubt *= other.doubt
        self.against *= other.against
        self.held += other.held

    def add(self, confidence: float) -> None:
        if confidence < 0:
            self.against *= max(1 + confidence, _LEAST)
        else:
            self.doubt *= 1 - confidence


def _count(cases: dict[str, _Case], each: _Compiled, spans: list[Span]) -> None:
    """Add a rule that held to its intent's case."""
    case = cases.get(each.intent)
    if case is None:
        case = cases[each.intent] = _Case()
    if each.confidence > 0:
        case.doubt *= 1 - each.confidence
        case.held.append((each, spans))
    else:
        case.add(each.confidence)


def _confidence(intent: Intent) -> float:
    return intent.confidence


def _why(line: Line, case: _Case, score: float | None) -> tuple[Evidence, ...]:
    """The strongest rules that held, with the words they found."""
    why = []
    if len(case.held) > 1:
        case.held.sort(key=_strength, reverse=True)
    for each, spans in case.held[:_MOST_RULES]:
        if len(spans) == 1:
            shown: tuple[str, ...] = (line.written(*spans[0]),)
        elif spans:
            shown = tuple(dict.fromkeys([line.written(*span) for span in spans[:_MOST_WORDS]]))
        else:
            shown = (f"{score:+.2f}",) if each.feels and score is not None else ()
        why.append(Evidence(each.name, shown))
    return (*why, *[Evidence(f"{name} implies it") for name in case.implied])


def _strength(held: tuple[_Compiled, list[Span]]) -> float:
    return held[0].confidence
