"""Previews that take longer than a page: what a form asked for last is worked out beside the pages, one at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from listening.errors import ListeningError
from listening.web.jobs import Job, Stopped

_KEPT = 20  # forms whose last preview is remembered
_LAST_WORDS = 10.0  # seconds that one gets to end
T = TypeVar("T")


@dataclass
class Preview:
    """One preview: how far it is, and what it found. `key` says what of."""

    key: str
    job: Job
    found: Any = None
    ready: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Previews:
    """The newest preview of each form. Whoever goes on typing ends the one before."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, Preview] = OrderedDict()
        self._turn, self._one = threading.Lock(), threading.Lock()

    def ask(self, form: str, key: str, work: Callable[[Job], Any], patience: float) -> Preview:
        """The preview of what a form holds now, started where there is none, after at most `patience` seconds.

        What another form asked for by the same key is not worked out again.
        """
        with self._turn:
            shown = self._of.get(form)
            if shown is None or shown.key != key:
                if shown is not None:  # where it is done, and another form's, too, that changes nothing
                    shown.job.stop.set()
                shown = self._known(key) or self._started(key, work)
            self._put(form, shown)
        shown.ready.wait(patience)
        return shown

    def keep(self, form: str, key: str, work: Callable[[], T]) -> T:
        """What `work` finds, here and now, where it was not found by the same key just before."""
        with self._turn:
            known = self._of.get(form)
        if known is not None and known.key == key:
            found: T = known.found
            return found
        found = work()
        kept = Preview(key, Job("preview", "", "", state="done"), found)
        kept.ready.set()
        with self._turn:
            self._put(form, kept)
        return found

    def _put(self, form: str, shown: Preview) -> None:
        self._of[form] = shown
        self._of.move_to_end(form)
        while len(self._of) > _KEPT:
            self._of.popitem(last=False)[1].job.stop.set()

    def _known(self, key: str) -> Preview | None:
        return next((each for each in self._of.values() if each.key == key and each.job.state == "done"), None)

    def _started(self, key: str, work: Callable[[Job], Any]) -> Preview:
        shown = Preview(key, Job("preview", "Looking back", ""))
        shown.thread = threading.Thread(target=self._work, args=(shown, work), name="preview", daemon=True)
        shown.thread.start()
        return shown

    def _work(self, shown: Preview, work: Callable[[Job], Any]) -> None:
        job = shown.job
        try:
            with self._one:
                job.progress(0, 0)
                shown.found = work(job)
            job.state = "done"
        except Stopped:
            job.state = "stopped"
        except ListeningError as error:
            job.state, job.says = "failed", str(error)
        except Exception:
            job.state, job.says = "failed", "It failed; the log says more."
            raise
        finally:
            shown.ready.set()

    def wait(self) -> None:
        """Wait for the end of all of them."""
        with self._turn:
            shown = list(self._of.values())
        for each in shown:
            if each.thread is not None:
                each.thread.join(_LAST_WORDS)

    def close(self) -> None:
        """End all of them."""
        with self._turn:
            for each in self._of.values():
                each.job.stop.set()
        self.wait()
