"""What a page says of itself in schema.org's words: JSON-LD and microdata as items of one kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from selectolax.lexbor import LexborNode

from spiders.boards.page import Page, attribute, line, number
from spiders.boards.shape import words

_BEFORE = re.compile(r"\s*(?://|/\*)?\s*(?:<!--|<!\[CDATA\[)[^\n{\[]*")
_LOOSE_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.S)
_DECODER = json.JSONDecoder(strict=False)  # people's line ends stand in texts as they are
_DEEPEST = 40  # items in items; people need five
_ADDRESS = {"a": "href", "area": "href", "link": "href", "img": "src", "iframe": "src", "source": "src"}


@dataclass(slots=True)
class Item:
    """One thing a page describes, such as a post or a person."""

    types: frozenset[str] = frozenset()
    id: str = ""
    values: dict[str, list[Item | str]] = field(default_factory=dict)
    node: LexborNode | None = None  # of microdata: what holds it
    nodes: dict[str, list[LexborNode]] = field(default_factory=dict)  # of microdata: what holds each value
    order: int = 0  # of microdata: which comes first on the page

    def items(self, *names: str) -> list[Item]:
        """The items that some properties hold, in their order."""
        return [value for name in names for value in self.values.get(name, ()) if isinstance(value, Item)]

    def texts(self, *names: str) -> list[str]:
        """The texts that some properties hold, in their order; empty ones are left out."""
        return [value for name in names for value in self.values.get(name, ()) if isinstance(value, str) and value]

    def text(self, *names: str) -> str:
        """The first text of some properties; empty where they have none."""
        return next(iter(self.texts(*names)), "")

    def all(self, depth: int = 0) -> Iterator[Item]:
        """The item itself and those in it."""
        yield self
        for values in self.values.values() if depth < _DEEPEST else ():
            for value in values:
                if isinstance(value, Item):
                    yield from value.all(depth + 1)


def linked(page: Page) -> list[Item]:
    """The outermost items of a page's JSON-LD, those of `@graph` one by one."""
    found: list[Any] = []
    for script in page.html.css('script[type*="ld+json"]'):
        found += _values(script.text(deep=True))
    entries = [entry for value in found for entry in _spread(value)]
    known = {words(entry.get("@id")): entry for entry in _dicts(entries) if len(entry) > 2 and entry.get("@id")}
    return [_item(entry, known, 0) for entry in entries]


def embedded(page: Page) -> list[Item]:
    """The outermost items of a page's microdata."""
    if b"itemscope" not in page.body.lower():
        return []
    marked = {node.mem_id: node for node in page.html.css("[itemscope], [itemprop]")}  # one that fits twice comes twice
    scopes = {ident: _scope(node, at) for at, (ident, node) in enumerate(marked.items()) if "itemscope" in node.attrs}
    outside = _referred(page, scopes)
    top = []
    for ident, node in marked.items():
        own, names = scopes.get(ident), attribute(node, "itemprop").split()
        owner = _owner(node, scopes, outside) if names else None
        if owner is None:
            top += [own] if own is not None else []
            continue
        for name in names:
            owner.values.setdefault(name, []).append(own if own is not None else _value(node, page))
            owner.nodes.setdefault(name, []).append(node)
    return top


def crumbs(page: Page, facts: Iterable[Iterable[Item]]) -> list[tuple[str, str]]:
    """The names and addresses of what is above a page, and mostly of itself."""
    for item in (inner for items in facts for top in items for inner in top.all()):
        if "BreadcrumbList" in item.types:
            steps = sorted(item.items("itemListElement"), key=lambda step: number(step.text("position")) or 0)
            return [crumb for step in steps if (crumb := _crumb(page, step))[0]]
    shown = page.html.css_first("[class*='breadcrumb'], [aria-label*='readcrumb']")
    return [(line(link), page.link(attribute(link, "href"))) for link in (shown.css("a[href]") if shown else ())]


def _crumb(page: Page, step: Item) -> tuple[str, str]:
    held = next(iter(step.items("item")), Item())
    url = step.text("item", "url") or held.id or held.text("url")
    link = _first_link(held.node or step.node)
    name = next((text for text in (step.text("name"), held.text("name"), line(link)) if text and "://" not in text), "")
    return unescape(name), page.link(url or attribute(link, "href")) if url or link is not None else ""


def _first_link(node: LexborNode | None) -> LexborNode | None:
    return node.css_first("a[href]") if node is not None else None


def _values(text: str) -> list[Any]:
    """The JSON values in a script, as far as they can be read."""
    begun = _BEFORE.match(text)
    text = text[begun.end() :] if begun else text
    for attempt in (str, _tightened, lambda told: _tightened(unescape(told))):
        if found := _decoded(attempt(text)):
            return found
    return []


def _tightened(text: str) -> str:
    """JSON without the commas after last entries."""
    return _LOOSE_COMMA.sub(r"\1", text)


def _decoded(text: str) -> list[Any]:
    found, at = [], len(text) - len(text.lstrip())
    try:
        while at < len(text):
            value, at = _DECODER.raw_decode(text, at)
            found.append(value)
            at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n;,"))
    except (ValueError, RecursionError):
        return found
    return found


def _spread(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The objects in lists and graphs."""
    if isinstance(value, list) and depth < _DEEPEST:
        for entry in value:
            yield from _spread(entry, depth + 1)
    elif isinstance(value, dict):
        graph = value.get("@graph")
        yield from _spread(graph, depth + 1) if isinstance(graph, (list, dict)) and depth < _DEEPEST else [value]


def _dicts(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    if depth < _DEEPEST:
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from _dicts(inner, depth + 1)


def _item(entry: dict[str, Any], known: dict[str, dict[str, Any]], depth: int) -> Item:
    """An object as an item; one that is only named by its id is taken from where it is told."""
    ident = words(entry.get("@id"))
    if len(entry) <= 2 and ident in known and not {*entry} - {"@id", "@type"}:
        entry = known[ident]
    types = entry.get("@type")
    item = Item(frozenset(map(_local, map(words, types if isinstance(types, list) else [types]))), ident)
    for name, value in entry.items():
        inner: list[Item | str] = []
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and "@value" in each:
                inner.append(words(each["@value"]))
            elif isinstance(each, dict) and depth < _DEEPEST:
                inner.append(_item(each, known, depth + 1))
            elif not isinstance(each, (dict, list)):
                inner.append(words(int(each) if isinstance(each, float) and each.is_integer() else each))
        item.values[_local(name)] = inner
    return item


def _local(name: str) -> str:
    """A schema.org name without what says that it is one."""
    return name.rpartition("/")[2].rpartition("#")[2].rpartition(":")[2]


def _scope(node: LexborNode, order: int) -> Item:
    types = frozenset(map(_local, attribute(node, "itemtype").split()))
    return Item(types, attribute(node, "itemid"), node=node, order=order)


def _referred(page: Page, scopes: dict[int, Item]) -> dict[int, Item]:
    """Which item the elements belong to that an `itemref` names."""
    found = {}
    for item in scopes.values():
        for ident in attribute(item.node, "itemref").split():
            if re.fullmatch(r"[\w-]+", ident) and (node := page.html.css_first(f'[id="{ident}"]')) is not None:
                found[node.mem_id] = item
    return found


def _owner(node: LexborNode, scopes: dict[int, Item], outside: dict[int, Item]) -> Item | None:
    """The item whose property a node is."""
    current: LexborNode | None = node
    inner = False
    while current is not None:
        here = current.mem_id
        if (item := outside.get(here) or (scopes.get(here) if inner else None)) is not None:
            return item
        inner, current = True, current.parent
    return None


def _value(node: LexborNode, page: Page) -> str:
    """What a property says, as HTML has it."""
    attrs, tag = node.attrs, node.tag or ""
    if "content" in attrs:
        return attrs.sget("content").strip()
    if tag in _ADDRESS and (told := attrs.sget(_ADDRESS[tag])):
        return page.link(told)
    if tag in _ADDRESS and "url" in attrs.sget("itemprop").split():
        return ""  # which its text is not
    if tag in ("time", "data", "meter"):
        return attrs.sget("datetime" if tag == "time" else "value").strip() or line(node)
    return line(node)
