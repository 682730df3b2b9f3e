"""FlaskBB, from PyPI."""

from __future__ import annotations

from typing import ClassVar
from urllib.parse import quote

from tests.live.corpus import Said, markdown
from tests.live.software import Software


class FlaskBB(Software):
    """The last release there; what it was made for is as old, so the newest that still work together stand here."""

    name: ClassVar[str] = "flaskbb"
    version: ClassVar[str] = "2.0.2"
    requirements = (
        "setuptools<70 alembic==1.4.3 attrs==23.2.0 Babel==2.9.1 blinker==1.4 celery==5.0.5 click==7.1.2 "
        "click-log==0.4.0 Flask==1.1.4 Flask-Alembic==2.0.1 flask-allows==0.4.0 Flask-BabelPlus==2.2.0 "
        "Flask-Caching==1.10.1 Flask-DebugToolbar==0.11.0 Flask-Limiter==1.4 Flask-Login==0.4.1 Flask-Mail==0.9.1 "
        "Flask-Redis==0.4.0 Flask-SQLAlchemy==2.4.4 Flask-Themes2==0.1.5 flask-whooshee==0.6.0 Flask-WTF==0.14.3 "
        "itsdangerous==1.1.0 Jinja2==2.11.3 limits==1.6 Mako==1.1.6 MarkupSafe==2.0.1 mistune==0.8.4 "
        "Pillow==10.4.0 pluggy==0.13.1 Pygments==2.17.2 python-dateutil==2.8.2 pytz==2023.3 redis==3.5.3 "
        "requests==2.31.0 simplejson==3.19.2 six==1.16.0 speaklater==1.3 SQLAlchemy==1.3.24 "
        "SQLAlchemy-Utils==0.36.8 Unidecode==1.3.8 Werkzeug==0.16.1 Whoosh==2.7.4 WTForms==2.2.1"
    ).split()
    alone = ("flaskbb==2.0.2",)
    again = 1  # the index says that nothing has changed

    def written(self, said: Said) -> str:
        """Markdown, as the button below each post quotes it."""
        return markdown(said.parts, lambda author: f"**[{author}](/user/{quote(author)}) wrote:**")
