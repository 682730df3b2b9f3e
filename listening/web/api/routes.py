"""All addresses of the API, its document, and the page that tells people of it."""

from __future__ import annotations

from functools import lru_cache

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from listening.export import FORMATS
from listening.web.access import page
from listening.web.api import figures, lists, people, setting, work
from listening.web.api.document import document
from listening.web.api.endpoint import ROOT, Endpoint
from listening.web.pages import render
from listening.web.screen import Screen

ENDPOINTS: tuple[Endpoint, ...] = (
    *lists.ENDPOINTS, *work.ENDPOINTS, *figures.ENDPOINTS, *people.ENDPOINTS, *setting.ENDPOINTS,
)  # fmt: skip


def show(request: Request) -> Response:
    """What programs can ask for, for people."""
    return render(
        request, "api/api.html", endpoints=ENDPOINTS, root=ROOT, base=str(request.base_url).rstrip("/"), formats=FORMATS
    )


def openapi(_: Request) -> Response:
    """The document."""
    return JSONResponse(_document())


@lru_cache(maxsize=1)
def _document() -> object:
    return document(ENDPOINTS)


SCREEN = Screen(
    routes=[
        page(ROOT, show, "viewer", name="api"),
        page(f"{ROOT}/openapi.json", openapi, "viewer"),
        *(endpoint.route() for endpoint in ENDPOINTS),
    ]
)
