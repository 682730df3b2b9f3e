"""Settings, backup: copies of the database, made while it is in use, listed, checked, taken away and deleted."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from listening.store import Store
from listening.store.backup import verify
from listening.web.access import Form, action, page, who
from listening.web.jobs import Job
from listening.web.pages import desk_of, go, refuse, render
from listening.web.screen import Screen

_PATH, BACKUP = "/settings/backup", "backup"
_SPARE = 64 * 1024 * 1024  # bytes that stay free on the disk


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the database; `ident` names it in addresses, so that no path ever does."""

    ident: str
    path: Path
    made: str
    size: int
    ours: bool  # made by this page, into its folder


def backups(request: Request) -> Response:
    """The copies, and how to put one back."""
    desk = desk_of(request)
    with desk.store() as store:
        found, needs = _copies(store, folder(desk.database)), desk.database.stat().st_size
    return render(
        request, "settings/backup.html", copies=found, jobs=desk.jobs.those(BACKUP), folder=folder(desk.database),
        needs=needs, free=shutil.disk_usage(desk.database.resolve().parent).free,
    )  # fmt: skip


def folder(database: Path) -> Path:
    """Where copies are put: beside the database."""
    return database.resolve().with_name("backups")


def _copies(store: Store, own: Path) -> list[Copy]:
    found = []
    for each in store.backups():
        path = Path(each.path)
        ident = hashlib.sha256(each.path.encode()).hexdigest()[:16]
        found.append(Copy(ident, path, each.made, path.stat().st_size, path.parent == own))
    return found


def make(request: Request, _: Form) -> Response:
    """Copy the database, in a job."""
    desk = desk_of(request)
    target = folder(desk.database)
    needs, free = desk.database.stat().st_size + _SPARE, shutil.disk_usage(desk.database.resolve().parent).free
    if free < needs:
        short = f"It needs {needs / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free. Make room first."
        return go(request, _PATH, f"There is no room for a copy. {short}")

    def work(job: Job) -> str:
        now = datetime.now(UTC)
        target.mkdir(mode=0o700, exist_ok=True)
        path = target / f"{desk.database.stem}-{now:%Y%m%d-%H%M%S}.db"
        with desk.store() as store:
            store.backup(path, lambda left, total: job.progress(total - left, total), now=now)
        return f"{path.name} is made and checked: {path.stat().st_size / 1e6:,.1f} MB."

    desk.jobs.start(BACKUP, "Making a backup", who(request).name, work, role="admin")
    return go(request, _PATH)


def check(request: Request, form: Form) -> Response:
    """Read a copy from end to end, in a job."""
    found = _chosen(request, form.text("copy"))
    if found is None:
        return _gone(request)

    def work(_: Job) -> str:
        verify(found.path)
        return f"{found.path.name} is whole, and can be put back."

    desk_of(request).jobs.start(BACKUP, f"Checking {found.path.name}", who(request).name, work, role="admin")
    return go(request, _PATH)


def download(request: Request) -> Response:
    """A copy, streamed."""
    found = _chosen(request, request.path_params["copy"])
    if found is None:
        return _gone(request)
    return FileResponse(found.path, media_type="application/vnd.sqlite3", filename=found.path.name)


def remove(request: Request, form: Form) -> Response:
    """Delete a copy that this page made."""
    found = _chosen(request, form.text("copy"))
    if found is None:
        return _gone(request)
    if not found.ours:
        return refuse(request, 400, "That copy was put elsewhere by somebody: delete it where it is.")
    with desk_of(request).store() as store:
        store.forget_backup(str(found.path))
    return go(request, _PATH, f"{found.path.name} is deleted.")


def _chosen(request: Request, ident: str) -> Copy | None:
    desk = desk_of(request)
    with desk.store() as store:
        return next((each for each in _copies(store, folder(desk.database)) if each.ident == ident), None)


def _gone(request: Request) -> Response:
    return refuse(request, 404, "That backup is not there any more.")


SCREEN = Screen(
    routes=[
        page(_PATH, backups, "admin"),
        page(f"{_PATH}/{{copy}}", download, "admin", name="download_backup"),
        action(_PATH, make, "admin", name="make_backup"),
        action(f"{_PATH}/check", check, "admin", name="check_backup"),
        action(f"{_PATH}/remove", remove, "admin", name="remove_backup"),
    ]
)
