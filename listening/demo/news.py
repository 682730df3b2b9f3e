"""The demo's blog "Groundwork": its pages and its feed."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256

from markupsafe import Markup

from listening.demo.corpus import Article, Corpus
from listening.demo.exchange import RSS, Answer, Request, render
from listening.demo.markup import markdown_html


class News:
    """Answers what is asked below `/news/`."""

    def __init__(self, corpus: Corpus, address: str) -> None:
        """Make the blog of a corpus, at an address such as "127.0.0.1:8000"."""
        self._root = f"http://{address}/news/"
        self._articles = corpus.articles
        self._by_slug = {article.slug: article for article in corpus.articles}

    def answer(self, request: Request) -> Answer | None:
        """Return the page, or None where the path is not the blog's."""
        if not request.path.startswith("/news/"):
            return None
        path = request.path.removeprefix("/news/").rstrip("/")
        if path == "":
            return Answer(render("news/index.html", title="Groundwork", articles=self._articles))
        if path == "feed.xml":
            return self._feed(request)
        article = self._by_slug.get(path)
        if article is None:
            return None
        return Answer(render("news/article.html", title=f"{article.title} · Groundwork", article=article, html=_html))

    def _feed(self, request: Request) -> Answer:
        """Return the feed, or 304 where the asker has it already (RFC 9110, section 13.2.2)."""
        newest = self._articles[0].written
        text = render("news/feed.xml", root=self._root, articles=self._articles, html=_html, mail_date=mail_date)
        tag = f'"{sha256(text.encode()).hexdigest()[:20]}"'
        headers = {"ETag": tag, "Last-Modified": mail_date(newest), "Cache-Control": "max-age=60"}
        if _known(request, tag, newest):
            return Answer("", RSS, 304, headers)
        return Answer(text, RSS, headers=headers)


def mail_date(moment: datetime) -> str:
    """Return a time as feeds and HTTP headers write it."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _known(request: Request, tag: str, newest: datetime) -> bool:
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return "*" in tags or tag in (each.strip().removeprefix("W/") for each in tags.split(","))
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except ValueError:
        return False
    return newest <= (since if since.tzinfo else since.replace(tzinfo=UTC))


def _html(article: Article) -> Markup:
    return Markup(markdown_html(article.text))  # noqa: S704
