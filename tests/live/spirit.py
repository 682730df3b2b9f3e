"""Spirit, from PyPI."""

from __future__ import annotations

import re
from typing import ClassVar

from tests.live.corpus import Said, markdown
from tests.live.software import Software


class Spirit(Software):
    """A Django project made of Spirit's own settings, in German."""

    name: ClassVar[str] = "spirit"
    version: ClassVar[str] = "0.14.3"
    requirements = ("django-spirit==0.14.3", "Django==5.2.19")
    options: ClassVar[dict[str, str]] = {"time_zone": "Europe/Berlin"}  # its pages do not tell
    again = 2  # the page that is given, and the list of all topics

    def written(self, said: Said) -> str:
        """Markdown; the line that names whom a quote quotes stands in the quote."""
        return markdown(said.parts, lambda author: f"> @{account(author)} sagte:")


def account(name: str) -> str:
    """People have a name, and an account in which no space may be."""
    return re.sub(r"\W", "", name)
