"""Why a text was written: rules that are data, found all at once, each intent with its words and a confidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listening.post import Evidence, Intent
from pipelines.intents.finder import Finder, Pattern, Span, phrase, query
from pipelines.intents.line import Line
from pipelines.intents.models import IntentRules, Rule

_REACH = 4  # words before a find in which a negation turns it round
_MOST_WORDS = 2  # finds of one rule that are shown
_MOST_RULES = 5  # rules that are shown for one intent
_NEGATION = 1 << 30  # the key under which negations are looked for
_SUREST, _LEAST = 0.99, 0.01  # no rule is beyond doubt
_GREETS = frozenset(
    "thisbrand otherbrand hi hey hello so and but ok okay well um dear also yo please pls guys anyway oh ugh omg lol "
    "wow seriously honestly question quick".split()
)


class _Compiled:
    """A rule and what stands ready for it. Its vetoes are looked for under the key `veto`."""

    __slots__ = (
        "_asks",
        "_negated",
        "_starts",
        "always",
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
        self._asks, self._starts, self._negated = rule.asks, rule.starts, rule.negated
        self.always = rule.negated and not (rule.starts or vetoes or rule.asks is not None)

    def holds(self, score: float | None, stars: float | None) -> bool:
        """Whether the bounds allow it."""
        rule = self.rule
        if score is None:
            if rule.below is not None or rule.above is not None:
                return False
        elif (rule.below is not None and score >= rule.below) or (rule.above is not None and score <= rule.above):
            return False
        if stars is None:
            return rule.stars_to is None and rule.stars_from is None
        return (rule.stars_to is None or stars <= rule.stars_to) and (
            rule.stars_from is None or stars >= rule.stars_from
        )

    def counting(self, line: Line, spans: Sequence[Span], found: Mapping[int, Sequence[Span]]) -> list[Span]:
        """Those of the finds that count where they stand, as many as are shown."""
        if self.always:
            return list(spans[:_MOST_WORDS])
        vetoes, negations = found.get(self.veto, ()), () if self._negated else found.get(_NEGATION, ())
        if not (vetoes or negations or self._starts or self._asks is not None):
            return list(spans[:_MOST_WORDS])
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
        if self._asks is not None and self._asks is not asks:
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
        self._wordless: list[tuple[int, list[Span]]] = [
            (index, []) for index, each in enumerate(self._rules) if not each.patterns
        ]
        patterns: dict[int, Sequence[Pattern]] = {_NEGATION: negations}
        for index, each in enumerate(self._rules):
            patterns[index], patterns[each.veto] = each.patterns, each.vetoes
        self._finder = Finder(patterns)

    def find(self, line: Line, score: float | None, stars: float | None) -> tuple[Intent, ...]:
        cases: dict[str, _Case] = {}
        found = self._finder.find(line)
        for index, places in [*found.items(), *self._wordless]:
            if index < 0 or index == _NEGATION:
                continue
            each = self._rules[index]
            if each.bounded and not each.holds(score, stars):
                continue
            spans = places
            if places:
                spans = each.counting(line, places, found)
                if not spans:
                    continue
            elif each.rule.asks and " ? " not in line.text:
                continue
            case = cases.get(each.intent)
            if case is None:
                case = cases[each.intent] = _Case()
            case.add(each.confidence)
            if each.confidence > 0:
                case.held.append((each, spans))
        self._imply(cases)
        shown = [
            Intent(name, round(min(case.confidence, _SUREST), 2), _why(line, case, score))
            for name, case in cases.items() if case.confidence >= self._thresholds[name]
        ]  # fmt: skip
        shown.sort(key=lambda intent: -intent.confidence)
        return tuple(shown)

    def _imply(self, cases: dict[str, _Case]) -> None:
        """Let each intent that was found say what it says of others."""
        telling = [
            (name, other, share * case.confidence)
            for name, case in cases.items() if name in self._implies and case.confidence >= self._thresholds[name]
            for other, share in self._implies[name].items()
        ]  # fmt: skip
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

    def add(self, confidence: float) -> None:
        if confidence < 0:
            self.against *= max(1 + confidence, _LEAST)
        else:
            self.doubt *= 1 - confidence

    @property
    def confidence(self) -> float:
        return max(0.0, 1 - self.doubt / self.against)


def _why(line: Line, case: _Case, score: float | None) -> tuple[Evidence, ...]:
    """The strongest rules that held, with the words they found."""
    why = []
    case.held.sort(key=lambda one: -one[0].confidence)
    for each, spans in case.held[:_MOST_RULES]:
        if spans:
            shown = tuple(dict.fromkeys([line.written(*span) for span in spans]))
        else:
            shown = (f"{score:+.2f}",) if each.feels and score is not None else ()
        why.append(Evidence(each.name, shown))
    return (*why, *(Evidence(f"{name} implies it") for name in case.implied))
