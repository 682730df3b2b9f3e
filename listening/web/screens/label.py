"""Labelling: one mention at a time, the one that teaches most, with one key; then learning from what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from listening.learn import Lesson, Team
from listening.learn.choice import by_uncertainty
from listening.store import Open
from listening.web.access import Form, action, page, who, whole
from listening.web.jobs import Job
from listening.web.pages import desk_of, go, refuse, render
from listening.web.screen import Screen
from listening.web.screens.brands import LEARN

_TWENTY = 20  # labels from which one can learn


def label(request: Request) -> Response:
    """One mention to label: the one that teaches most."""
    name, given = request.query_params.get("name", ""), request.query_params.get("given", "0")
    if not name:
        return go(request, "/brands")
    if name not in [brand.name for brand in desk_of(request).config.brands]:
        return refuse(request, 404, f"There is no brand “{name}”.")
    skipped = set(map(whole, request.query_params.get("skipped", "").split(","))) - {0}
    with desk_of(request).store() as store:
        found = store.open_mentions(name, scope=who(request).scope(store))
        known = sum(1 for each in store.labels(name) if each.kind == "relevance")
    waiting = [one for one in by_uncertainty(found) if one.mention_id not in skipped]
    return render(
        request, "brands/label.html", name=name, mention=waiting[0] if waiting else None, labelled=known,
        twenty=_TWENTY, spans=_spans(waiting[0]) if waiting else [], given=whole(given),
        skipped=",".join(map(str, sorted(skipped))), jobs=desk_of(request).jobs.those(LEARN),
    )  # fmt: skip


def _spans(mention: Open) -> list[tuple[int, int]]:
    found, text = [], mention.text.casefold()
    for word in mention.words:
        start = text.find(word.casefold())
        if word and start >= 0:
            found.append((start, start + len(word)))
    return found


_ANSWERS: Mapping[str, Mapping[str, str]] = {
    "yes": {"relevance": "yes"},
    "no": {"relevance": "no"},
    **{name: {"sentiment": name, "relevance": "yes"} for name in ("negative", "neutral", "positive")},
}


def give_label(request: Request, form: Form) -> Response:
    """Keep a label and show the next mention."""
    desk, answer = desk_of(request), form.text("answer")
    onward = {"name": form.text("name"), "skipped": form.text("skipped"), "given": form.text("given", "0")}
    ids = form.numbers("mention")
    if answer == "skip":
        onward["skipped"] = ",".join(filter(None, [onward["skipped"], *map(str, ids)]))
        return _next(onward)
    if answer not in _ANSWERS or not ids:
        return refuse(request, 400, "That is no answer that is known here.")
    with desk.team() as team:
        mention = team.store.open_mention(ids[0], scope=who(request).scope(team.store))
        if mention is None:
            return refuse(request, 404, "That mention is gone.")
        team.say(mention, _ANSWERS[answer], now=datetime.now(UTC), who=who(request).name)
    onward["given"] = str(whole(onward["given"]) + 1)
    return _next(onward | {"last": str(mention.mention_id)})


def take_back(request: Request, form: Form) -> Response:
    """Take one's labels of a mention back."""
    with desk_of(request).team() as team:
        for ident in form.numbers("mention"):
            mention = team.store.open_mention(ident, scope=who(request).scope(team.store))
            if mention is not None:
                team.take_back(mention, _own(team, mention, who(request).name), datetime.now(UTC))
    count = max(0, whole(form.text("given", "1")) - 1)
    return _next({"name": form.text("name"), "skipped": form.text("skipped"), "given": str(count)})


def _own(team: Team, mention: Open, name: str) -> list[int]:
    said = [each for each in team.store.labels(mention.brand) if each.mention_id == mention.mention_id]
    return [each.id for each in said if each.who == name]


def _next(values: Mapping[str, str]) -> Response:

    return RedirectResponse(f"/brands/label?{urlencode({k: v for k, v in values.items() if v})}", 303)


def train(request: Request, form: Form) -> Response:
    """Learn from all labels, and judge all mentions again where that is better on labels held out."""
    desk, name = desk_of(request), form.text("name")

    def work(job: Job) -> str:
        with desk.team() as team:
            lessons = team.learn(datetime.now(UTC), say=lambda _: job.progress(0, 0))
            team.judge_again(datetime.now(UTC), job.progress)
        return _told(lessons)

    desk.jobs.start(LEARN, "Learning from labels", who(request).name, work, role="analyst")
    return go(request, f"/brands/label?name={name}" if name else "/brands")


def _told(lessons: Sequence[Lesson]) -> str:
    parts = [f"{sum(lesson.better for lesson in lessons)} of {len(lessons)} questions are answered by what was learnt."]
    for lesson in lessons:
        if lesson.rules is None or lesson.learnt is None:
            parts.append(f"{lesson.kind} {lesson.brand}: too few labels.")
            continue
        use = "used" if lesson.better else "not surely better, not used"
        figures = f"macro-F1 {lesson.rules.macro_f1:.2f} by the rules, {lesson.learnt.macro_f1:.2f} learnt: {use}."
        held_out = f" On labels held out, {lesson.kept()}." if lesson.kept() else ""
        parts.append(f"{lesson.kind} {lesson.brand}: {figures}{held_out}")
    return " ".join(parts)


SCREEN = Screen(
    routes=[
        page("/brands/label", label, "analyst"),
        action("/brands/label", give_label, "analyst"),
        action("/brands/label/back", take_back, "analyst"),
        action("/brands/train", train, "analyst"),
    ]
)
