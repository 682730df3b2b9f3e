"""The database in Datasette: read-only, on loopback, with the questions people ask first."""

from __future__ import annotations

import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from listening.browse.plugins.secrets import SECRET
from listening.store.questions import QUERIES

_FILES = Path(__file__).parent

ABOUT = {
    "mention_list": "One row a mention: what one post says about one brand, with the feeling toward that brand.",
    "posts": "Every post kept: those that match a brand, and for a while those that match none.",
    "daily": "Mentions, copies too, and feelings per brand, day (UTC) and source: what charts are drawn from.",
    "copies": "Posts that say the same thing share a cluster; own: they add an opinion and count for themselves.",
    "runs": "Every crawl: what each source announced (expected), what was read (found), and the verdict.",
    "quarantine": "What could not be read, with its place and reason.",
    "checkpoints": "How far each source has been read: everything before is stored.",
}


def metadata(database: str, *, title: str = "listening", base_url: str = "/") -> dict[str, Any]:
    """Datasette's metadata for one database: titles, descriptions, canned queries, search, facets, column help."""
    tables: dict[str, Any] = {name: {"description": text} for name, text in ABOUT.items()}
    tables["mention_list"] |= {
        "sort_desc": "date", "fts_table": "posts_fts", "fts_pk": "post_id", "size": 50,
        "facets": ["brand", "sentiment", "source"],
        "columns": {
            "date": "when it was published (UTC)", "collected_at": "when it was stored (UTC)",
            "sentiment_score": "-1 to 1, toward this brand; empty where the language cannot be scored",
            "words": "the words that matched, as they were written",
            "intents": "why it was written", "urgency": "0 to 100, without the time it has waited since",
            "relevance": "how surely it is about the brand, 0 to 1, by what was learnt from labels",
            "shelved": "1: it is probably about something else, and is not counted",
            "why": "the rules of each judgement, and the author's words that they rest on",
            "cluster": "what it says is said by others of this number, too",
            "copy": "1: it only repeats another mention of its cluster, and is not counted",
        },
    }  # fmt: skip
    tables["posts"] |= {"sort_desc": "id", "fts_table": "posts_fts", "fts_pk": "id"}
    tables["runs"] |= {"sort_desc": "id"}
    tables |= {name: {"hidden": True} for name in ("_sqlite_migrations", "copy_keys", "copy_log", *SECRET)}
    queries = {name: query | {"params": _parameters(query["sql"]), "hide_sql": True} for name, query in QUERIES.items()}
    about = (
        "Mentions of your brands, gathered and kept on this machine. Read-only: nothing you do here changes a thing."
    )
    return {
        "title": title,
        "description": about,
        "databases": {
            database: {"title": "What people say", "description": about, "tables": tables, "queries": queries}
        },
        "extra_css_urls": [f"{base_url}-/static-listening/browse.css"],
    }


def _parameters(sql: str) -> list[str]:
    return [name for name in ("brand", "since", "words") if f":{name}" in sql]


def application(path: Path, *, title: str = "listening", base_url: str = "/", sql_limit: int = 2000) -> Datasette:
    """A Datasette over the file: read-only, queries limited to so many milliseconds, downloads of the file off."""
    return Datasette(
        [str(path)],
        metadata=metadata(path.stem, title=title, base_url=base_url),
        static_mounts=[("-/static-listening", str(_FILES / "static"))],
        template_dir=str(_FILES / "templates"),
        plugins_dir=str(_FILES / "plugins"),
        settings={
            "suggest_facets": False,  # on a million rows: 0.06 s a page instead of 1.7
            "sql_time_limit_ms": sql_limit,
            "base_url": base_url,
            "default_page_size": 50,
            "max_returned_rows": 1000,
            "truncate_cells_html": 400,
            "allow_download": False,
            "max_csv_mb": 0,
        },
    )


def serve(path: Path, listener: socket.socket, *, title: str = "listening") -> None:
    """Serve the page on a socket that listens already, until Ctrl-C."""
    import uvicorn

    app = application(path, title=title).app()
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on", access_log=False))
    with suppress(KeyboardInterrupt):  # the way to end it, raised once more after an orderly end
        server.run(sockets=[listener])
