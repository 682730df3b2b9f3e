"""Undoing an edit of a config file, from the page whose entries it holds."""

from __future__ import annotations

from collections.abc import Collection

from starlette.requests import Request
from starlette.responses import Response

from listening.web.access import Form, Guarded, action
from listening.web.pages import desk_of, go


def undoing(path: str, file: str, role: str, *, only: Collection[str] = (), back: str = "") -> Guarded:
    """The route below `path` that puts a file back as it was before an edit of these tables ("": of any)."""

    def undo(request: Request, _: Form) -> Response:
        desk_of(request).editor().undo(request.path_params["edit"], file=file, only=only)
        return go(request, back or path, "Undone.")

    return action(f"{path}/undo/{{edit}}", undo, role, name=f"undo{path.replace('/', '_')}")


def undo_path(path: str, edit: str) -> str:
    """Where to post to undo an edit; "" for one that cannot be undone."""
    return f"{path}/undo/{edit}" if edit else ""
