"""Why a text was written: rules that are data, found all at once, each intent with its words and a confidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listening.post import Intent
from pipelines.intents.case import SUREST, Case, why
from pipelines.intents.compiled import NOWHERE, Compiled
from pipelines.intents.finder import Finder, Span
from pipelines.intents.models import IntentRules, Rule
from pipelines.intents.patterns import Pattern, phrase, query
from pipelines.line import Line
from pipelines.wording import WORDED, Wording, shortness

_MOST_KEPT = 10_000  # of what depends on scores alone
_NEGATION = 1 << 30  # the key under which negations are looked for
_FACTS = ("rules", "rules, short")  # what is known beside the wording
# Which way they feel, and how much of that there must be at least where nothing but the wording speaks for them.
_FELT = {"complaint": (-1.0, 0.05), "praise": (1.0, 0.05), "leaving": (-1.0, -0.0499), "safety": (-1.0, -0.0499)}
_ANY = (0.0, 0.0)
_LESS_TO = 0.3  # by how much, in a logarithm, words say less in what is addressed to somebody: rules know that
_TELLING = 2  # words that are given as reasons


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
        known = self._of(language or "en")
        return () if known is None else known.find(line, score, stars)

    def cases(self, line: Line, language: str, score: float | None = None) -> dict[str, Case]:
        """What rules alone say for and against each intent of which they say anything."""
        known = self._of(language or "en")
        return {} if known is None else known.cases(line, score, None)

    def _of(self, language: str) -> _Language | None:
        known = self._languages.get(language)
        if known is None and language in self._known:
            known = self._languages[language] = _Language(self, language)
        return known

    def compiled(self, language: str) -> tuple[list[Compiled], list[Pattern]]:
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

    def _compile(self, name: str, rule: Rule, key: int) -> Compiled:
        lists = {**self.lists, **self.rules[name].lists}
        patterns = [found for text in rule.phrases for found in phrase(text, lists)]
        patterns += [found for text in rule.queries for found in query(text, lists)]
        return Compiled(name, rule, patterns, [found for text in rule.unless for found in query(text, lists)], key)


class _Language:
    """The rules of one language in one finder."""

    def __init__(self, intents: Intents, language: str) -> None:
        self._rules, negations = intents.compiled(language)
        self._thresholds = {name: each.threshold for name, each in intents.rules.items() if each.enabled}
        self._implies = {name: each.implies for name, each in intents.rules.items() if each.implies}
        self._wordless = [each for each in self._rules if not each.patterns]
        self._language = language
        self._columns = Wording.learnt(language).columns(self._thresholds, _FACTS) if language in WORDED else []
        self._known: dict[tuple[float | None, float | None, bool], dict[str, Case]] = {}
        patterns: dict[int, Sequence[Pattern]] = {_NEGATION: negations}
        for index, each in enumerate(self._rules):
            patterns[index], patterns[each.veto] = each.patterns, each.vetoes
        self._finder = Finder(patterns)

    def find(self, line: Line, score: float | None, stars: float | None) -> tuple[Intent, ...]:
        cases = self.cases(line, score, stars)
        if self._columns and stars is None:  # which tell more
            self._word(cases, line, score)
        shown = []
        for name, case in cases.items():
            confidence = case.confidence
            if confidence >= self._thresholds[name] and case.told:
                shown.append(Intent(name, round(min(confidence, SUREST), 2), why(name, line, case, score)))
        if len(shown) > 1:
            shown.sort(key=_confidence, reverse=True)
        return tuple(shown)

    def cases(self, line: Line, score: float | None, stars: float | None) -> dict[str, Case]:
        """What rules say for and against each intent of which they say anything."""
        found, rules = self._finder.find(line), self._rules
        negations = found.pop(_NEGATION, NOWHERE)
        cases: dict[str, Case] = {}
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
        return cases

    def _word(self, cases: dict[str, Case], line: Line, score: float | None) -> None:
        """Weigh the wording with what rules say; it knows no intents but those of the package."""
        said, short = line.said(self._language), shortness(len(line.words))
        margins, less = said.averaged(), _LESS_TO if line.addresses and self._language == "en" else 0.0
        for at, name, rules, rules_short in self._columns:
            margin, case = margins[at] - less, cases.get(name)
            if case is None and margin < 0:
                continue
            if case is None or not case.held:  # nothing but the wording speaks for it
                way, least = _FELT.get(name, _ANY)
                if score is not None and score * way < least:
                    continue
                if case is None:
                    case = cases[name] = Case()
            case.margin = margin = margin + case.evidence * (rules + rules_short * short)
            if margin >= 0 and case.by_rules < self._thresholds[name]:
                case.words = said.telling(name, _TELLING)

    def _silent(self, score: float | None, stars: float | None, *, asks: bool) -> dict[str, Case]:
        """What the rules without words that hold say of each intent; kept, since there are not many scores."""
        known = self._known.get((score, stars, asks))
        if known is None:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            known = self._known[score, stars, asks] = {}
            for each in self._wordless:
                if (not each.bounded or each.holds(score, stars)) and (not each.asks or asks):
                    _count(known, each, NOWHERE)
        return known

    def _imply(self, cases: dict[str, Case]) -> None:
        """Let each intent that was found say what it says of others."""
        telling = []
        for name, case in cases.items():
            if name in self._implies:
                confidence = case.by_rules
                if confidence >= self._thresholds[name]:
                    telling += [(name, other, share * confidence) for other, share in self._implies[name].items()]
        for name, other, confidence in telling:
            if other not in self._thresholds:
                continue
            case = cases.setdefault(other, Case())
            case.add(confidence)
            if confidence > 0:
                case.implied.append(name)


def _count(cases: dict[str, Case], each: Compiled, spans: list[Span]) -> None:
    """Add a rule that held to its intent's case."""
    case = cases.get(each.intent)
    if case is None:
        case = cases[each.intent] = Case()
    if each.confidence > 0:
        case.doubt *= 1 - each.confidence
        case.held.append((each, spans))
    else:
        case.add(each.confidence)


def _confidence(intent: Intent) -> float:
    return intent.confidence
