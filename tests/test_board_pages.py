"""What one page of a board tells of another."""

from __future__ import annotations

from tests.cases import FIXTURES
from tests.test_boards import _engine


def test_a_month_of_pipermail_tells_what_its_mails_do_not() -> None:
    engine, index, _ = _engine(FIXTURES / "board" / "pipermail-index")
    month, mail = (_engine(FIXTURES / "board" / f"pipermail-{name}")[1] for name in ("forum", "topic"))
    (forum,) = engine.read_index(index).forums
    listing = engine.read_forum(month, forum)
    assert listing.next == f"{engine.root}2026-February/thread.html"
    read = engine.read_topic(mail, listing.topics[1], None)
    (post,) = read.posts
    assert (post.position, read.total, read.following) == (2, 4, (f"{engine.root}2026-March/000010.html",))
    assert str(post.published) == "2026-03-02 00:00:31+00:00", "by the list, whatever clock its own page goes by"
    assert post.thread is not None
    assert post.thread.url == f"{engine.root}2026-March/000007.html"
