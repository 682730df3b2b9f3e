"""Where we listen, and where we are blind: sources and sites against those that people speak of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

import tldextract

from listening.insight.period import Period, period
from listening.insight.why import why
from listening.store import EVERYTHING, Count, Days, Scope, SourceState, Store

_TEXTS = 1500
_LATE = 3  # times its interval, and it is overdue
_QUIET = timedelta(days=7)  # nothing new for so long, where it used to bring more
_LINK = re.compile(r"(?:https?://|www\.)([\w.-]+\.[a-z]{2,24})", re.I)
_NAMES = {  # sites that people name without an address -> what they say
    "reddit.com": "reddit|subreddit", "youtube.com": "youtube", "tiktok.com": "tiktok|tik tok",
    "instagram.com": "instagram|insta", "facebook.com": "facebook", "x.com": "twitter|tweet|tweeted",
    "linkedin.com": "linkedin", "trustpilot.com": "trustpilot", "amazon.com": "amazon", "yelp.com": "yelp",
    "google.com": "google review|google reviews", "apps.apple.com": "app store", "play.google.com": "play store",
    "news.ycombinator.com": "hacker news", "discord.com": "discord", "telegram.org": "telegram",
    "bsky.app": "bluesky", "mastodon.social": "mastodon", "quora.com": "quora",
    "stackoverflow.com": "stack overflow|stackoverflow",
}  # fmt: skip
_NAMED = [(name, re.compile(rf"\b{name}\b"), site) for site, names in _NAMES.items() for name in names.split("|")]
_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)  # what comes along: nothing is fetched


@dataclass(frozen=True, slots=True)
class Heard:
    """One source: `state` is "well", "quiet", "late", "failing", "never ran" or "reads less than announced"."""

    source: SourceState
    mentions: Count
    state: str
    remark: str  # a sentence; empty where all is well


@dataclass(frozen=True, slots=True)
class Blind:
    """A site that mentions link to or name, where nothing listens."""

    site: str
    links: int
    named: int
    opens: str  # the mentions that do


@dataclass(frozen=True, slots=True)
class Missing:
    """A brand that nothing was heard of in any source of a kind that hears of others."""

    brand: str
    kind: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where we listen (`sources`, `kinds`, `sites`), and where not (`blind`, `missing`)."""

    days: Days
    sources: tuple[Heard, ...]
    kinds: tuple[tuple[str, int, int], ...]  # kind, sources, mentions
    sites: tuple[tuple[str, Count], ...]
    blind: tuple[Blind, ...]
    missing: tuple[Missing, ...]
    looked_at: int  # texts in which links and names were sought
    expected: int
    found: int

    @property
    def gaps(self) -> tuple[Heard, ...]:
        """Sources that are not well."""
        return tuple(each for each in self.sources if each.state != "well")


def coverage(
    store: Store, since: datetime, until: datetime, *, now: datetime, scope: Scope = EVERYTHING,
    brands: Sequence[str] = (), texts: int = _TEXTS,
) -> Coverage:  # fmt: skip
    """Where was listened in the whole days that [since, until) touches; for all brands, or for some.

    Sites that are spoken of are sought in about so many `texts`.
    """
    names = list(brands) or [name for name, _ in store.brand_names()]
    at = period(store, since, until, now, names)
    counts = store.figures(names, at.days, ["brand", "source"], scope=scope)
    states = store.source_states(at.days, scope=scope)
    sites = {
        name: n for (name,), n in store.figures(names, at.days, ["name"], kind="site", scope=scope).items() if name
    }
    heard = [_heard(state, counts, now) for state in states]
    blind, looked_at = _blind(store, names, at, scope, {*sites, *_hosts(states)}, texts)
    return Coverage(
        at.days, tuple(heard), _kinds(heard), tuple(sorted(sites.items(), key=lambda each: -each[1].mentions)),
        tuple(blind), tuple(_missing(states, counts, names)), looked_at,
        sum(state.expected for state in states), sum(state.found for state in states),
    )  # fmt: skip


def _heard(state: SourceState, counts: dict[tuple[str, ...], Count], now: datetime) -> Heard:
    mentions = sum((count for (_, source), count in counts.items() if source == state.name), Count())
    return Heard(state, mentions, *_condition(state, now))


def _condition(state: SourceState, now: datetime) -> tuple[str, str]:
    if state.verdict is None:
        return "never ran", "It was never asked: `listening crawl` asks it."
    if state.errors_in_row:
        return "failing", f"It failed {state.errors_in_row} times in a row: {state.last_error}"
    if state.next_due and datetime.fromisoformat(state.next_due) + timedelta(seconds=_LATE * state.every) < now:
        return "late", "It should have been asked again long ago: is the schedule running?"
    if state.expected > state.found:
        share = 1 - state.found / state.expected
        return (
            "reads less than announced",
            f"Of {state.expected:,} posts that it announced {share:.0%} could not be read.",
        )
    if state.last_new is None or datetime.fromisoformat(state.last_new) < now - _QUIET:
        since = f"since {state.last_new[:10]}" if state.last_new else "so far"
        return "quiet", f"It answers, but brought nothing new {since}."
    return "well", ""


def _kinds(heard: Sequence[Heard]) -> tuple[tuple[str, int, int], ...]:
    sources, mentions = Counter[str](), Counter[str]()
    for each in heard:
        sources[each.source.kind] += 1
        mentions[each.source.kind] += each.mentions.mentions
    return tuple((kind, sources[kind], mentions[kind]) for kind in sorted(sources, key=lambda k: (-mentions[k], k)))


def _missing(
    states: Sequence[SourceState], counts: dict[tuple[str, ...], Count], brands: Iterable[str]
) -> Iterable[Missing]:
    kind_of = {state.name: state.kind for state in states}
    there = {(brand, kind_of[source]) for (brand, source) in counts if source in kind_of}
    for kind in sorted({kind for _, kind in there}):
        yield from (Missing(brand, kind) for brand in brands if (brand, kind) not in there)


def _blind(
    store: Store, brands: Sequence[str], at: Period, scope: Scope, known: set[str], texts: int
) -> tuple[list[Blind], int]:
    """Sites that mentions link to or name, of which none is ours: those most spoken of first."""
    heard_at = {_site(host) for host in known}
    links, named, looked_at = Counter[str](), Counter[str](), 0
    for brand in brands:
        for voice in store.sample(brand, at.days, max(50, texts // len(brands)), scope=scope):
            text = f"{voice.title}\n{voice.text}"[:8000]
            looked_at += 1
            links.update({_site(host.lower()) for host in _LINK.findall(text)})
            lower = text.lower()
            named.update({site for name, word, site in _NAMED if name in lower and word.search(lower)})
    found = {site: (links[site], named[site]) for site in {*links, *named} if site and site not in heard_at}
    ordered = sorted(found, key=lambda site: (-sum(found[site]), site))[:15]
    days = why(store, "", "", at.days, scope).opens
    return [Blind(site, *found[site], f"{days}&{_asked(site)}") for site in ordered], looked_at


def _asked(site: str) -> str:
    names = [f'"{name}"' for name in _NAMES.get(site, "").split("|") if name]
    return urlencode([("q", " OR ".join([f"link:{site}", *names]))])


def _hosts(states: Sequence[SourceState]) -> set[str]:
    hosts = set()
    for state in states:
        try:
            hosts.add((urlsplit(state.url).hostname or "").removeprefix("www."))
        except ValueError:
            continue
        hosts.update({"reddit": ["reddit.com"], "hackernews": ["news.ycombinator.com"]}.get(state.kind, []))
    return hosts


def _site(host: str) -> str:
    """The site that a host belongs to: forum.example.co.uk is example.co.uk's."""
    host = host.removeprefix("www.").rstrip(".")
    if host in _NAMES:
        return host
    found = _extract(host)
    return f"{found.domain}.{found.suffix}" if found.domain and found.suffix else host
