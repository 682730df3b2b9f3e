"""Scrapy's cookies, without its call to the network: the list of public suffixes is the one that was installed."""

from __future__ import annotations

from scrapy.downloadermiddlewares import cookies
from tldextract import TLDExtract

# Scrapy's own would fetch the newest list from its publisher at the first cookie, by none of our rules.
cookies._split_domain = TLDExtract(suffix_list_urls=(), include_psl_private_domains=True, cache_dir=None)


class CookiesMiddleware(cookies.CookiesMiddleware):
    """Keeps a login's cookies; switched on by COOKIES_ENABLED alone."""
