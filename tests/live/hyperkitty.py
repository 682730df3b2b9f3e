"""HyperKitty, the archive of Mailman 3, from PyPI."""

from __future__ import annotations

from typing import ClassVar

from tests.live.corpus import Said, Talk, mail
from tests.live.software import Software


class HyperKitty(Software):
    """With the settings of mailman-web, in French, and no Mailman: it archives what it is given."""

    name: ClassVar[str] = "hyperkitty"
    version: ClassVar[str] = "1.3.12"
    requirements = (
        "hyperkitty==1.3.12", "mailman-web==0.0.9", "postorius==1.3.13", "django-mailman3==1.3.15", "Django==4.2.30",
        "django-allauth==65.21.1", "mistune==3.4.0",
    )  # fmt: skip
    options: ClassVar[dict[str, str]] = {"time_zone": "America/New_York"}  # its pages do not tell
    home = "/archives/"
    again = 4  # the lists, and the newest threads of each: nothing else tells what is new

    def written(self, said: Said) -> str:
        """Plain text."""
        return mail(said.parts)

    def own(self, said: Said) -> str:
        """A list keeps its bullets: they are typed by hand."""
        return mail([part for part in said.parts if part.kind != "quote"])

    def quotes(self, said: Said) -> list[str]:
        """What is quoted within a quote is part of it."""
        return [part.author for part in said.parts if part.kind == "quote"]

    def channel(self, talk: Talk) -> str:
        """Lists stand beside each other."""
        return talk.forum
