"""Forms made from options: each option's own type, default and help become a field, and the field a value again."""

from __future__ import annotations

import types
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from listening.config.values import spell
from listening.web.access import Form


@dataclass(frozen=True, slots=True)
class Field:
    """One option as a form shows it."""

    name: str
    help: str
    widget: str  # text, number, tick, perhaps, choice, lines, pairs
    value: str  # as text; ticks: "1" or ""
    default: str  # as text
    choices: tuple[str, ...] = ()
    required: bool = False
    locked: bool = False  # shown, and not taken from a form
    given: bool = False  # the entry names it

    @property
    def label(self) -> str:
        """Its name as it is read."""
        return self.name.replace("_", " ")


def fields(
    model: type[BaseModel], values: Mapping[str, Any], leave_out: Collection[str] = (), locked: Collection[str] = ()
) -> Iterator[Field]:
    """A model's options with the values that an entry has, or that somebody has typed (then texts)."""
    for name, info in model.model_fields.items():
        if name in leave_out or info.exclude:
            continue
        widget, choices = _widget(info)
        default = _text(widget, None if info.is_required() else info.get_default(call_default_factory=True))
        value = _text(widget, values[name]) if name in values else default if widget in ("tick", "choice") else ""
        yield Field(
            name, info.description or "", widget, value, default, choices, info.is_required(), name in locked,
            name in values,
        )  # fmt: skip


def changed(form: Form, shown: Collection[Field]) -> dict[str, Any]:
    """What a form says otherwise than the fields that it was made from; None where an option shall be left out.

    What cannot be read as its type stays text: the check of the whole configuration says what is wrong with it.
    """
    found: dict[str, Any] = {}
    for each in shown:
        typed = _typed(form, each)
        if each.locked or typed == each.value:
            continue
        plain = typed == each.default and each.widget in ("tick", "choice")
        found[each.name] = None if plain or (typed == "" and each.widget != "tick") else _value(each.widget, typed)
    return found


def typed(form: Form, shown: Collection[Field]) -> dict[str, str]:
    """The texts that somebody typed, to be shown again; ticks as "1" or nothing."""
    return {each.name: each.value if each.locked else _typed(form, each) for each in shown}


def _typed(form: Form, field: Field) -> str:
    return ("1" if form.ticked(field.name) else "") if field.widget == "tick" else _lines(form.text(field.name))


def _lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _widget(info: FieldInfo) -> tuple[str, tuple[str, ...]]:
    inner, optional = _plain(info.annotation)
    if get_origin(inner) is Literal:
        return "choice", tuple(str(each) for each in get_args(inner))
    if inner is bool:
        return ("perhaps" if optional else "tick"), ()
    if inner in (int, float):
        return "number", ()
    return {list: "lines", tuple: "lines", dict: "pairs"}.get(get_origin(inner) or inner, "text"), ()


def _plain(annotation: Any) -> tuple[Any, bool]:
    """An annotation without None and without what is annotated, and whether it allowed None."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return _plain(parts[0])[0], len(parts) < len(get_args(annotation))
    return annotation, False


def _text(widget: str, value: Any) -> str:
    if value is None:
        return ""
    if widget == "tick":
        return "1" if value is True or value == "1" else ""
    if isinstance(value, bool | timedelta):
        return spell(value) if isinstance(value, timedelta) else "yes" if value else "no"
    if isinstance(value, Mapping):
        return "\n".join(f"{key} = {each}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(str(each) for each in value)
    return str(value)


def _value(widget: str, text: str) -> Any:
    if widget == "tick":
        return bool(text)
    if widget == "perhaps":
        return {"yes": True, "no": False}.get(text, text)
    if widget == "lines":
        return text.splitlines()
    if widget == "pairs":
        parts = (line.partition("=") for line in text.splitlines())
        return {key.strip(): value.strip() for key, _, value in parts}
    return _number(text) if widget == "number" else text


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
