"""The bundled demo: what its corpus promises, and that its loopback sites publish every word of it."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import Request, urlopen

import feedparser
import praw
import pytest
from praw.config import Config
from praw.models.listing.generator import ListingGenerator
from selectolax.lexbor import LexborHTMLParser, LexborNode

from listening.demo import story
from listening.demo.corpus import Corpus, corpus
from listening.demo.markup import board_html, board_quotes, board_words, markdown_html, markdown_words
from listening.demo.moment import Moment
from listening.demo.search import found
from listening.demo.site import DemoSite

NOW = datetime(2026, 11, 22, 0, 31, tzinfo=UTC)
NAMES = {
    "Larkspur": re.compile(r"larkspurr?", re.IGNORECASE),
    "Brindle": re.compile(r"brind(?:le|el)", re.IGNORECASE),
    "Tamp & Tonic": re.compile(r"tamp\s?(?:&|and)\s?tonic|(?<!A)T&T", re.IGNORECASE),
}


@pytest.fixture(scope="module")
def told() -> Corpus:
    return corpus(NOW)


@pytest.fixture(scope="module")
def site(told: Corpus) -> Iterator[DemoSite]:
    with DemoSite(told) as running:
        yield running


@pytest.fixture
def reddit(site: DemoSite, monkeypatch: pytest.MonkeyPatch) -> Iterator[praw.Reddit]:
    monkeypatch.setattr(Config, "CONFIG", None)  # PRAW keeps it for the whole process
    with praw.Reddit(
        client_id="demo",
        client_secret="demo",
        user_agent="test of listening",
        check_for_updates=False,
        oauth_url=site.reddit_url,
        reddit_url=site.reddit_url,
    ) as client:
        yield client


def get(url: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Return status, headers (names in lower case) and text of a page."""
    request = Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urlopen(request, timeout=10) as answer:
            return (
                answer.status,
                {name.lower(): value for name, value in answer.headers.items()},
                answer.read().decode(),
            )
    except HTTPError as error:
        with error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read().decode()


def squeezed(text: str) -> str:
    return " ".join(text.split())


# The corpus


def test_the_corpus_is_as_large_and_varied_as_promised(told: Corpus) -> None:
    sayings = [saying for _, _, saying in told.sayings()]
    assert len(sayings) >= 340
    assert len({saying.author for saying in sayings}) >= 64
    assert [brand.ours for brand in told.brands] == [True, False, False]
    assert {brand.name for brand in told.brands} == set(NAMES) == {name for each in sayings for name in each.about}
    assert len(told.articles) >= 25
    assert len(told.submissions) + len(told.comments) >= 90
    assert 4 <= len(told.forums) <= 5
    languages = Counter(saying.language for saying in sayings)
    assert languages["de"] >= 40
    assert languages["en"] >= 200


def test_replies_quotes_and_every_feeling_are_there(told: Corpus) -> None:
    assert sum(post.position > 1 for post in told.board_posts) >= 150
    assert sum(comment.parent.startswith("t1_") for comment in told.comments) >= 10
    quotes = [quote for post in told.board_posts for quote in board_quotes(post.text)]
    assert len(quotes) >= 40
    assert any(author == "" for author, _ in quotes)
    feelings = Counter((brand, feeling) for *_, saying in told.sayings() for brand, feeling in saying.about.items())
    assert all(feelings[brand, feeling] >= 10 for brand in NAMES for feeling in ("negative", "neutral", "positive"))


def test_whoever_is_quoted_said_it_before_in_the_same_topic(told: Corpus) -> None:
    for topic in told.topics:
        for post in topic.posts:
            for author, words in board_quotes(post.text):
                earlier = [each.text for each in topic.posts[: post.position - 1] if each.author == author]
                assert author == "" or any(words in text for text in earlier), (topic.title, post.author, words)


def test_no_text_twice_and_hardly_a_sentence(told: Corpus) -> None:
    words = [saying.own for *_, saying in told.sayings()]
    assert len(set(words)) == len(words)
    holders: dict[str, set[int]] = defaultdict(set)
    for number, text in enumerate(words):
        for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
            if len(sentence) > 40:
                holders[sentence].add(number)
    sharing = {number for numbers in holders.values() if len(numbers) > 1 for number in numbers}
    assert len(sharing) < 0.03 * len(words)


def test_truth_names_what_the_author_names_and_decoys_are_many(told: Corpus) -> None:
    titles = {topic.posts[0].id: topic.title for topic in told.topics}
    decoys = Counter[str]()
    for place, name, saying in told.sayings():
        title = titles.get(int(name), "") if place == "board" else getattr(saying, "title", "")
        for brand, pattern in NAMES.items():
            named = pattern.search(f"{title}\n{saying.own}") is not None
            assert named or brand not in saying.about, (place, name, brand)
            decoys[brand] += named and brand not in saying.about
    assert decoys["Larkspur"] >= 10
    assert decoys["Brindle"] >= 5
    assert decoys["Tamp & Tonic"] >= 3


def test_the_story_shows_in_the_days(told: Corpus) -> None:
    days = Counter[tuple[str, str, int]]()
    for *_, saying in told.sayings():
        for brand, feeling in saying.about.items():
            days[brand, feeling, (NOW.date() - saying.written.date()).days] += 1

    def count(brand: str, feeling: str, first: int, last: int) -> int:
        return sum(days[brand, feeling, day] for day in range(first, last + 1))

    assert count("Larkspur", "negative", 20, 24) > 5 * count("Larkspur", "negative", 30, 34) + 15
    assert count("Larkspur", "positive", 14, 17) > 3 * count("Larkspur", "negative", 13, 17)
    assert count("Brindle", "negative", 36, 40) > 3 * count("Brindle", "negative", 50, 54)


@pytest.mark.parametrize("hours", range(0, 24 * 8, 7))
def test_times_fit_whatever_now_is(hours: int) -> None:
    now = NOW + timedelta(hours=hours, minutes=hours)
    told = corpus(now)
    written = [saying.written for *_, saying in told.sayings()]
    assert now - timedelta(days=60) <= min(written) <= now - timedelta(days=58)
    assert now - timedelta(hours=1) <= max(written) <= now
    for topic in told.topics:
        times = [post.written for post in topic.posts]
        assert times == sorted(set(times))
    for submission in told.submissions:
        times_by_name = {submission.name: submission.written}
        for comment in submission.comments:
            assert times_by_name[comment.parent] < comment.written
            times_by_name[comment.name] = comment.written
    assert all(s.edited is None or s.written < s.edited <= now for *_, s in told.sayings())


def test_the_same_now_gives_the_same_corpus_and_ids_outlive_it(told: Corpus) -> None:
    assert corpus(NOW) == told
    later = corpus(NOW + timedelta(days=3, hours=5))
    assert {(place, name): saying.text for place, name, saying in later.sayings()} == {
        (place, name): saying.text for place, name, saying in told.sayings()
    }
    assert told.truth()["news", "larkspur-e17"] == {"Larkspur": "negative"}


def test_now_needs_a_time_zone_and_moments_a_known_form() -> None:
    with pytest.raises(ValueError, match="time zone"):
        corpus(datetime(2026, 11, 22))  # noqa: DTZ001
    for wrong in ("yesterday", " ago", "3d"):
        with pytest.raises(ValueError, match="neither"):
            Moment.parse(wrong)


# The board


def topics_of(site: DemoSite) -> Iterator[str]:
    """Walk from the index through every page of every forum, and yield the topics' addresses."""
    index = LexborHTMLParser(get(site.board_url)[2])
    assert index.css_first("body#phpbb.section-index")
    for forum in index.css("a.forumtitle"):
        for page in pages_from(urljoin(site.board_url, href(forum))):
            for row in page.css("ul.topics > li.row dl.row-item"):
                assert row.css_first("dd.lastpost time[datetime]")
                yield urljoin(site.board_url, href(row.css_first("a.topictitle")))


def pages_from(url: str) -> Iterator[LexborHTMLParser]:
    while url:
        status, headers, text = get(url)
        assert (status, headers["content-type"]) == (200, "text/html; charset=UTF-8")
        page = LexborHTMLParser(text)
        yield page
        following = page.css_first(".pagination li.next a")
        url = urljoin(url, href(following)) if following else ""


def href(link: LexborNode | None) -> str:
    assert link is not None
    return link.attributes["href"] or ""


def read(post: LexborNode) -> tuple[int, str, str, str]:
    """Return id, author, time and own words of a post, as a phpBB engine would."""
    author, written, content = (post.css_first(css) for css in ("p.author strong", "p.author time", "div.content"))
    assert author is not None
    assert written is not None
    assert content is not None
    for node in content.css("blockquote, .codebox p"):
        node.decompose()
    for smiley in content.css("img.smilies"):
        smiley.replace_with(smiley.attributes["alt"] or "")
    number = int((post.attributes["id"] or "").removeprefix("p"))
    return number, author.text(strip=True), written.attributes["datetime"] or "", squeezed(content.text())


def test_every_post_of_the_board_is_reached_exactly_once(site: DemoSite) -> None:
    seen = [read(post) for topic in topics_of(site) for page in pages_from(topic) for post in page.css("div.post[id]")]
    assert sorted(seen) == sorted(
        (post.id, post.author, post.written.isoformat(), squeezed(post.own)) for post in site.corpus.board_posts
    )


def test_topics_have_several_pages_and_a_post_opens_on_its_own(site: DemoSite) -> None:
    topic = max(site.corpus.topics, key=lambda topic: len(topic.posts))
    pages = list(pages_from(f"{site.board_url}viewtopic.php?t={topic.id}"))
    assert [len(page.css("div.post")) for page in pages] == [10, 10, len(topic.posts) - 20]
    last = topic.posts[-1].id
    assert f'id="p{last}"' in get(f"{site.board_url}viewtopic.php?p={last}")[2]
    assert f'id="p{last}"' in get(f"{site.board_url}viewtopic.php?t={topic.id}&start=99999")[2]


def test_a_category_lists_its_forums_and_stands_over_them(site: DemoSite) -> None:
    page = LexborHTMLParser(get(f"{site.board_url}viewforum.php?f=1")[2])
    first = site.corpus.forums[0]
    assert page.css("a.forumtitle")[0].text() == first.name
    assert len(page.css("a.forumtitle")) < len(site.corpus.forums)
    page = LexborHTMLParser(get(f"{site.board_url}viewforum.php?f={first.id}")[2])
    assert [node.attributes["data-forum-id"] for node in page.css(".crumb[data-forum-id]")] == ["1", str(first.id)]


def test_guests_signatures_edits_codes_and_smileys_look_like_phpbb(site: DemoSite) -> None:
    text = "".join(
        page.html or ""
        for topic in site.corpus.topics
        for page in pages_from(f"{site.board_url}viewtopic.php?t={topic.id}")
    )
    page = LexborHTMLParser(text)
    assert page.css("p.author span.username")
    assert any("Larkspur" in node.text() for node in page.css("div.signature"))
    assert page.css("div.post div.notice")
    assert page.css("div.content blockquote blockquote cite")
    assert page.css("div.content blockquote.uncited")
    assert page.css('div.content img.smilies[alt=":D"]')
    assert page.css("div.content div.codebox pre code")
    assert page.css("div.content a.postlink")


def test_hostile_characters_never_become_markup(site: DemoSite) -> None:
    every = [f"{site.board_url}viewtopic.php?t={topic.id}" for topic in site.corpus.topics]
    every += [site.board_url, *(f"{site.board_url}viewforum.php?f={forum.id}" for forum in site.corpus.forums)]
    every += [f"{site.reddit_url}{path}" for path in ("/r/espresso/", "/news/", "/news/larkspur-e17-day-two/")]
    every += [f"{site.reddit_url}/r/x/comments/{each.name[3:]}/" for each in site.corpus.submissions]
    whole = "".join(get(url)[2] for url in every)
    assert "&lt;script&gt;alert(" in whole
    assert "<script" not in whole
    assert not LexborHTMLParser(whole).css("[onerror], .content b, .content white, .md white")
    assert '&lt;img src=x onerror=alert("crema")&gt;' in whole


def test_what_robots_disallows_is_refused_and_the_rest_is_not_found(site: DemoSite) -> None:
    robots = get(f"{site.reddit_url}/robots.txt")
    assert robots[1]["content-type"] == "text/plain; charset=UTF-8"
    assert "Crawl-delay" not in robots[2]
    disallowed = re.findall(r"Disallow: (\S+)", robots[2])
    assert {"/board/ucp.php", "/board/memberlist.php", "/board/search.php"} <= set(disallowed)
    assert {get(site.reddit_url + path)[0] for path in disallowed} == {403}
    wrong = ("/nope", "/board/nope", "/board/viewtopic.php?t=1", "/board/viewtopic.php?t=" + "9" * 5000, "/news/nope/")
    assert [get(site.reddit_url + path)[0] for path in wrong] == [404] * len(wrong)


def test_the_board_has_a_feed_of_its_newest_posts(site: DemoSite) -> None:
    feed = feedparser.parse(get(f"{site.board_url}app.php/feed")[2])
    newest = sorted(site.corpus.board_posts, key=lambda post: post.written, reverse=True)[:15]
    assert not feed.bozo
    assert [entry.id for entry in feed.entries] == [f"{site.board_url}viewtopic.php?p={p.id}#p{p.id}" for p in newest]


# The blog


def test_the_blog_leads_to_its_feed_and_the_feed_holds_every_article(site: DemoSite) -> None:
    front = LexborHTMLParser(get(f"{site.reddit_url}/news")[2])
    link = front.css_first('link[rel="alternate"][type="application/rss+xml"]')
    assert urljoin(site.reddit_url, href(link)) == site.feed_url
    feed = feedparser.parse(site.feed_url)
    assert not feed.bozo
    assert feed.headers["content-type"] == "application/rss+xml; charset=UTF-8"
    told = {article.title: article for article in site.corpus.articles}
    assert {entry.title for entry in feed.entries} == set(told)
    for entry in feed.entries:
        article = told[entry.title]
        assert entry.author == article.author
        assert parsedate_to_datetime(entry.published) == article.written
        words = squeezed(LexborHTMLParser(entry.content[0].value).text())
        assert words == squeezed(article.own)
        status, _, page = get(entry.link)
        assert status == 200
        assert words in squeezed(LexborHTMLParser(page).text())


def test_a_known_feed_is_not_sent_again(site: DemoSite) -> None:
    first = feedparser.parse(site.feed_url)
    assert feedparser.parse(site.feed_url, etag=first.etag, modified=first.modified).status == 304
    assert get(site.feed_url, If_Modified_Since=first.modified)[0] == 304
    assert get(site.feed_url, If_None_Match='"other"', If_Modified_Since=first.modified)[0] == 200
    assert get(site.feed_url, If_Modified_Since="nonsense")[0] == 200


# Reddit


def test_praw_reads_every_submission_and_comment(site: DemoSite, reddit: praw.Reddit) -> None:
    told = site.corpus
    for name in {each.subreddit for each in told.submissions}:
        ours = [each for each in told.submissions if each.subreddit == name]
        assert [each.fullname for each in reddit.subreddit(name).new(limit=None)] == [each.name for each in ours]
        comments = {comment.name: comment for each in ours for comment in each.comments}
        for comment in reddit.subreddit(name).comments(limit=None):
            expected = comments.pop(comment.fullname)
            assert comment.body == expected.text
            assert comment.created_utc == expected.written.timestamp()
            assert (comment.author.name, comment.parent_id) == (expected.author, expected.parent)
        assert not comments
    both = list(reddit.subreddit("espresso+Kaffee").new(limit=None))
    assert {each.subreddit.display_name for each in both} == {"espresso", "kaffee"}


def test_listings_turn_their_pages_both_ways(site: DemoSite, reddit: praw.Reddit) -> None:
    newest_first = [comment.name for comment in site.corpus.comments]
    paged = ListingGenerator(reddit, "/r/all/comments", limit=None, request_limit=25)
    assert [comment.fullname for comment in paged] == newest_first
    newer = reddit.subreddit("all").comments(limit=10, params={"before": newest_first[15]})
    assert [comment.fullname for comment in newer] == newest_first[5:15]


def test_praw_searches_follows_links_and_asks_again(site: DemoSite, reddit: praw.Reddit) -> None:
    query = '"tamp & tonic" OR "T&T"'
    hits = list(reddit.subreddit("all").search(query, sort="new", limit=None))
    assert {hit.subreddit.display_name for hit in hits} == {"espresso", "kaffee", "travel"}
    inside = list(reddit.subreddit("kaffee").search(query, sort="new", limit=None))
    assert {hit.subreddit.display_name for hit in inside} == {"kaffee"}
    submission = reddit.submission(hits[-1].id)
    assert len(submission.comments.list()) == submission.num_comments
    assert [each.fullname for each in reddit.info(fullnames=["t3_none", submission.fullname])] == [submission.fullname]
    assert reddit.subreddit("espresso").subscribers > 0


def test_the_api_asks_for_a_token_and_escapes_for_who_forgets_raw_json(site: DemoSite) -> None:
    status, headers, _ = get(f"{site.reddit_url}/r/espresso/new")
    assert (status, headers["content-type"]) == (401, "application/json; charset=UTF-8")
    status, headers, text = get(f"{site.reddit_url}/r/espresso/new?limit=100", Authorization="bearer demo-token")
    assert status == 200
    assert {"x-ratelimit-remaining", "x-ratelimit-used", "x-ratelimit-reset"} <= set(headers)
    bodies = [child["data"]["selftext"] for child in json.loads(text)["data"]["children"]]
    assert any("&lt;img src=x onerror" in body for body in bodies)
    assert get(f"{site.reddit_url}/r/nowhere/new", Authorization="bearer demo-token")[0] == 404


def test_public_feeds_have_reddits_shape(site: DemoSite) -> None:
    feed = feedparser.parse(get(f"{site.reddit_url}/r/espresso/new/.rss?limit=100")[2])
    ours = [each for each in site.corpus.submissions if each.subreddit == "espresso"]
    assert not feed.bozo
    assert [entry.id for entry in feed.entries] == [each.name for each in ours]
    entry = feed.entries[0]
    assert entry.author == f"/u/{ours[0].author}"
    assert entry.tags[0].label == "r/espresso"
    assert squeezed(entry.content[0].value).endswith("[comments]</a></span>")
    assert f"/u/{ours[0].author}" in entry.content[0].value.split("submitted by")[1]
    second = feedparser.parse(get(f"{site.reddit_url}/r/espresso/new/.rss?limit=5&after={ours[4].name}")[2])
    assert [entry.id for entry in second.entries] == [each.name for each in ours[5:10]]
    comments = feedparser.parse(get(f"{site.reddit_url}/r/espresso/comments/.rss")[2])
    assert len(comments.entries) == 25
    assert all(entry.id.startswith("t1_") for entry in comments.entries)
    hits = feedparser.parse(get(f"{site.reddit_url}/search.rss?q=brindle+greyhound+OR+%22brindle+boy%22")[2])
    assert [entry.title for entry in hits.entries] == ["Brindle boy asleep on his third bed of the day"]


# The server, the markup, the search


def test_the_site_stops_at_once_though_connections_stay_open(told: Corpus) -> None:
    threads = set(threading.enumerate())
    with DemoSite(told) as site:
        host, port = site.address.split(":")
        idle = socket.create_connection((host, int(port)))
        kept = http.client.HTTPConnection(host, int(port))
        for _ in range(2):
            kept.request("HEAD", "/board/")
            assert kept.getresponse().read() == b""
        start = time.monotonic()
    assert time.monotonic() - start < 30, "without closing them it waits for ever"
    idle.close()
    kept.close()
    assert set(threading.enumerate()) <= threads
    with pytest.raises(RuntimeError, match="entered"):
        _ = site.address
    with DemoSite(now=NOW, port=int(port)) as again:
        assert again.address == f"{host}:{port}"
        assert again.corpus == told
        with pytest.raises(OSError, match="in use"), DemoSite(told, port=int(port)):
            pass


def test_markup_gives_html_and_own_words() -> None:
    text = "[quote=a & b][quote=c]in[/quote]out[/quote]\nme <b> :) 8:)\n[code]\nx < 1\ny\n[/code]\nend"
    html = board_html(text)
    assert html.count("<blockquote>") == 2
    assert "<cite>a &amp; b</cite>" in html
    assert 'me &lt;b&gt; <img class="smilies"' in html
    assert "<code>x &lt; 1\ny</code>" in html
    assert board_words(text).split() == ["me", "<b>", ":)", "8:)", "x", "<", "1", "y", "end"]
    assert markdown_html("**a** `<b>` [l](https://example.org)\n\n> q") == (
        '<p><strong>a</strong> <code>&lt;b&gt;</code> <a href="https://example.org">l</a></p>\n\n'
        "<blockquote>\n<p>q</p>\n</blockquote>"
    )
    assert markdown_words("> q\n\n*a* **b** `c`") == "a b c"


def test_search_knows_phrases_alternatives_and_the_unwanted() -> None:
    assert found('"my larkspur" -ferry')("My  Larkspur works")
    assert not found("larkspur NOT ferry")("the larkspur ferry")
    assert found("(kettle OR larkspur) AND leaks")("my larkspur leaks")
    assert not found("spur")("larkspur")


def test_the_files_of_the_story_can_be_read_as_brands_toml(told: Corpus) -> None:
    assert "[[brand]]" in story.text("brands.toml")
    assert all(brand.query for brand in told.brands)
