"""The spider that a tutorial leads to: CSS selectors field by field, one item per post."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import Crawler

from tests.bench.corpus import brands
from tests.bench.obvious import Obvious


class ObviousSpider(scrapy.Spider):
    """Follows every forum, topic and next page of a phpBB board."""

    name = "obvious"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.start_urls = [url]

    def parse(self, response: Any) -> Iterator[Any]:
        for post in response.css("div.post"):
            yield {
                "id": post.attrib["id"],
                "url": response.urljoin(post.css("h3 a::attr(href)").get()),
                "title": response.css("h2.topic-title a::text").get(),
                "text": "\n".join(post.css("div.content ::text").getall()),
                "author": post.css("p.author strong a::text").get(),
                "thread": response.url,
                "channel": response.css("span.crumb a::text").getall()[-1],
                "published": post.css("time::attr(datetime)").get(),
            }
        yield from response.follow_all(css="a.forumtitle, a.topictitle, li.next a")


class StoreEach:
    """Matches, scores and stores each item as it comes."""

    def __init__(self, way: Obvious) -> None:
        self.way = way

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StoreEach:
        count, path = crawler.settings["OBVIOUS"]
        return cls(Obvious(brands(count), Path(path)))

    def process_item(self, item: dict[str, str]) -> dict[str, str]:
        self.way.add(item)
        return item
