"""Watching long work and stopping it, from whatever page shows it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from listening.web.access import Form, action, page, who
from listening.web.jobs import Job
from listening.web.pages import desk_of, go, refuse, render
from listening.web.screen import Screen


def watch(request: Request) -> Response:
    """How far a job is; the page that shows it is loaded anew when it has ended, for its lists have changed."""
    job = _found(request)
    if job is None:
        return refuse(request, 404, "There is no such job.")
    answer = render(request, "_job.html", job=job)
    if job.state != "running" and "hx-request" in request.headers:
        answer.headers["HX-Refresh"] = "true"
    return answer


def stop(request: Request, _: Form) -> Response:
    """Ask a job to stop; what was done stays."""
    job = _found(request)
    if job is None:
        return refuse(request, 404, "There is no such job.")
    job.stop.set()
    return render(request, "_job.html", job=job) if "hx-request" in request.headers else go(request, "/")


def _found(request: Request) -> Job | None:
    job = desk_of(request).jobs.find(request.path_params["kind"])
    return job if job is not None and job.role and who(request).may(job.role) else None


SCREEN = Screen(
    routes=[
        page("/jobs/{kind}", watch, "analyst", name="watch_job"),
        action("/jobs/{kind}/stop", stop, "analyst", name="stop_job"),
    ]
)
