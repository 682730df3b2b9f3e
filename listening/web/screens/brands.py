"""Brands and queries: edit a query and see at once what it gains and loses over what is stored."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from listening.config import Brand
from listening.crawl import know
from listening.errors import ConfigError, ListeningError, QueryError
from listening.lab import Comparison, compare
from listening.query import Or, doubts
from listening.rematch import rematch
from listening.store import Question, Scope, Store
from listening.web.access import Form, action, page, who
from listening.web.jobs import Job
from listening.web.pages import desk_of, go, refuse, render, tell
from listening.web.screen import Screen
from listening.web.undoing import undo_path
from pipelines.match import tree

_LOOKED_AT, _WINDOW = 1000, timedelta(days=90)  # posts and days that a preview covers: more would keep typing waiting
_JUDGED = 2000  # posts with labels beside these
_EDIT = re.compile(r"brands\.toml\.[0-9a-f-]+")
APPLY, LEARN = "apply", "learn"  # kinds of jobs


@dataclass(frozen=True, slots=True)
class Row:
    """A brand in the list."""

    brand: Brand
    query: str
    mentions: int
    labels: Mapping[str, int]


def brands(request: Request) -> Response:
    """All brands with their queries, what they found in 30 days, and how many labels they have."""
    desk, now = desk_of(request), datetime.now(UTC)
    with desk.store() as store:
        figures = {each.brand: each.mentions for each in store.brand_figures(now - timedelta(days=30), now)}
        labels: dict[str, Counter[str]] = {}
        for label in store.labels():
            labels.setdefault(label.brand, Counter())[label.kind.partition(":")[0]] += 1
    rows = [Row(b, str(tree(b)), figures.get(b.name, 0), labels.get(b.name, {})) for b in desk.config.brands]
    edit = request.query_params.get("edit", "")
    undo = undo_path("/brands", edit) if _EDIT.fullmatch(edit) else ""
    return render(request, "brands/list.html", rows=rows, jobs=desk.jobs.those(APPLY, LEARN), undo=undo)


def new_brand(request: Request) -> Response:
    """An empty form; the name may come from the address."""
    return _form(request, {"name": request.query_params.get("name", ""), "ours": True, "plurals": True}, "")


def edit_brand(request: Request) -> Response:
    """A brand's form, as its file says."""
    name = request.query_params.get("name", "")
    if not name:
        return go(request, "/brands")
    try:
        entry = desk_of(request).editor().entry("brand", name)
    except ConfigError:
        return refuse(request, 404, f"There is no brand “{name}” in brands.toml (any more).")
    values = {"ours": True, "plurals": True, **entry.values}
    return _form(request, values, entry.version)


def _form(request: Request, values: Mapping[str, Any], seen: str, problem: str = "", status: int = 200) -> Response:
    filled = {"name": "", "query": "", "owner": "", "ours": True, "plurals": True, "aliases": [], **values}
    was = filled["name"] if seen else ""
    preview = _preview(request, filled, was) if filled["name"] or filled["query"] else {}
    return render(
        request, "brands/form.html", status, values=filled, seen=seen, was=was, problem=problem, **_shown(preview)
    )


def preview(request: Request) -> Response:
    """The part of the form that shows what the query, as it is being typed, would gain and lose."""
    given = request.query_params
    values = {
        "name": given.get("name", ""), "query": given.get("query", ""), "plurals": "plurals" in given,
        "aliases": _aliases(given.get("aliases", "")),
    }  # fmt: skip
    return render(request, "brands/_preview.html", **_shown(_preview(request, values, given.get("was", ""))))


def _shown(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"mistake_at": "", "found": None, "tree": "", "capped": False, "saved": False, "days": [], **found}


def _preview(request: Request, values: Mapping[str, Any], was: str) -> dict[str, Any]:
    desk = desk_of(request)
    name = str(values["name"]).strip() or "?"
    old = next((brand for brand in desk.config.brands if brand.name == was), None)
    try:
        brand = Brand(name=name, query=values["query"], aliases=values["aliases"], plurals=bool(values["plurals"]))
        tree(brand)
    except QueryError as error:
        return {"mistake_at": str(error)}
    except ValueError:
        return {"mistake_at": "A name is needed, of at most 200 characters."}
    with desk.store() as store:
        found, capped = _compared(store, who(request).scope(store), old or brand, brand)
    return {
        "found": found, "tree": str(tree(brand)), "notes": doubts(tree(brand)), "days": _days(found),
        "capped": capped, "looked_at": _LOOKED_AT, "saved": old is not None,
    }  # fmt: skip


def _compared(store: Store, scope: Scope, old: Brand, brand: Brand) -> tuple[Comparison, bool]:
    """A brand as it is being typed beside the saved one, whose labels count; and if there is more than is looked at."""
    since, saved, edited = datetime.now(UTC) - _WINDOW, tree(old), tree(brand)
    either = edited if str(saved) == str(edited) else Or((saved, edited))
    ids = store.candidates(Question(either, datetime.now(UTC)), since, limit=_LOOKED_AT + 1)
    capped, ids = len(ids) > _LOOKED_AT, ids[:_LOOKED_AT]
    labels = store.relevance_labels(old.name, since, scope.hidden)
    others = sorted(labels.keys() - set(ids))[-_JUDGED:] if capped else []
    if capped:
        labels = {ident: labels[ident] for ident in {*ids, *others} & labels.keys()}
    posts = (stored for stored in store.read(ids) if stored.source not in scope.hidden)
    plurals = {"saved": old.plurals, "edited": brand.plurals}
    return compare(saved, edited, posts, labels, plurals=plurals, labelled=store.read(others)), capped


def _days(found: Comparison) -> list[tuple[str, int, int, int, int]]:
    """(day, saved, edited, and both as heights of 0 to 40) of all days from the first to the last that has any."""
    if not found.days:
        return []
    counts = {day: (saved, edited) for day, saved, edited in found.days}
    most = max(max(pair) for pair in counts.values())
    first, last = date.fromisoformat(found.days[0][0]), date.fromisoformat(found.days[-1][0])
    days = [str(first + timedelta(days=place)) for place in range((last - first).days + 1)]
    each = [(day, *counts.get(day, (0, 0))) for day in days]
    return [(day, one, other, round(40 * one / most), round(40 * other / most)) for day, one, other in each]


def save(request: Request, form: Form) -> Response:
    """Write a brand into brands.toml and look back over what is stored."""
    seen, was = form.text("seen"), form.text("was")
    aliases, ours = _aliases(form.text("aliases")), form.ticked("ours")
    values: dict[str, Any] = {
        "name": form.text("name"), "query": form.text("query") or None, "aliases": aliases or None,
        "ours": None if ours else False, "plurals": None if form.ticked("plurals") else False,
        "owner": form.text("owner") or None,
    }  # fmt: skip
    editor = desk_of(request).editor()
    try:
        if seen:
            edited = editor.change("brand", was, values, seen=seen)
        else:
            edited = editor.add("brand", {key: value for key, value in values.items() if value is not None})
    except ConfigError as error:
        shown = {**values, "query": form.text("query"), "owner": form.text("owner"), "aliases": aliases}
        shown |= {"ours": ours, "plurals": form.ticked("plurals")}
        return _form(request, shown, seen, problem=str(error), status=400)
    name = form.text("name")
    if seen and was != name:
        _rename(request, was, name)
    answer = _apply(request, [name])
    back = f"/brands?{urlencode({'edit': edited.undo})}" if edited.undo else "/brands"
    return answer or go(request, back, f"{name} is saved." if edited.undo else "Nothing changed.")


def _rename(request: Request, old: str, new: str) -> None:
    with desk_of(request).store() as store:
        if store.rename_brand(old, new):
            know(store, desk_of(request).config)


def undo(request: Request, _: Form) -> Response:
    """Put brands.toml back as it was before an edit, and look back over what is stored with that."""
    desk = desk_of(request)
    before = {brand.name: brand for brand in desk.config.brands}
    desk.editor().undo(request.path_params["edit"], file="brands.toml")
    after = {brand.name: brand for brand in desk.config.brands}
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    if len(gone) == len(come) == 1:  # one edit changes one brand: its name
        _rename(request, *gone, *come)
    changed = [name for name, brand in after.items() if brand != before.get(name)]
    return (_apply(request, changed) if changed else None) or go(request, "/brands", "Undone.")


def remove(request: Request, form: Form) -> Response:
    """Take a brand out of brands.toml; what was found and typed stays in the file and comes back with it."""
    name = form.text("name")
    edited = desk_of(request).editor().remove("brand", name, seen=form.text("seen"))
    undo = undo_path("/brands", edited.undo)
    return tell(render(request, "brands/_removed.html", name=name), f"{name} is removed.", undo=undo)


def apply(request: Request, form: Form) -> Response:
    """Apply queries to all that is stored."""
    names = [name for name in form.all("name") if name]
    return _apply(request, names) or go(request, "/brands")


def _apply(request: Request, names: Sequence[str]) -> Response | None:
    desk = desk_of(request)
    chosen = [brand for brand in desk.config.brands if brand.name in names]

    def work(job: Job) -> str:
        with desk.team() as team:
            done = rematch(
                team.store, team.understanding, chosen, now=datetime.now(UTC),
                progress=lambda so_far, total: job.progress(so_far.posts, total),
            )  # fmt: skip
        return f"{done.posts:,} posts looked at: {done.new:,} mentions new, {done.gone:,} gone."

    try:
        desk.jobs.start(APPLY, f"Looking back for {', '.join(names)}", who(request).name, work, role="analyst")
    except ListeningError as error:
        return go(request, "/brands", f"Saved. {error} Then apply it.")
    return None


def _aliases(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


SCREEN = Screen(
    title="Brands", path="/brands", icon="brands", group="set-up",
    routes=[
        page("/brands", brands, "viewer"),
        page("/brands/new", new_brand, "analyst"),
        page("/brands/edit", edit_brand, "analyst"),
        page("/brands/preview", preview, "analyst", name="preview_brand"),
        action("/brands/save", save, "analyst", name="save_brand"),
        action("/brands/remove", remove, "analyst", name="remove_brand"),
        action("/brands/undo/{edit}", undo, "analyst", name="undo_brands"),
        action("/brands/apply", apply, "analyst", name="apply_brand"),
    ],
)  # fmt: skip
