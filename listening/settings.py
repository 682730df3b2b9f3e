"""Scrapy's settings for every crawl of ours: `scrapy crawl` reads them through scrapy.cfg, `listening crawl` by name.

Settings that begin with LISTENING_ are ours; a run sets the first two from listening.toml, and DOWNLOAD_DELAY from
the source's entry in sources.toml.
"""

from listening import __version__

LISTENING_CONTACT = ""  # a URL or mail address in the user agent, for sites that want to complain
LISTENING_ALLOW_PRIVATE: list[str] = []  # private hosts that may be connected to: "host" or "host:port"
LISTENING_POLITE = True  # False: no robots.txt and no delay for loopback servers that are named above; benchmarks only

BOT_NAME = "listening"
SPIDER_MODULES = ["spiders"]
SPIDER_LOADER_WARN_ONLY = True  # one broken spider file stops no other
FEED_EXPORTERS = {
    "jsonlines": "pipelines.export.JsonLines",
    "jsonl": "pipelines.export.JsonLines",
    "jl": "pipelines.export.JsonLines",
    "json": "pipelines.export.Json",
    "csv": "pipelines.export.Csv",
}
ITEM_PIPELINES = {"pipelines.item.StorePipeline": 300}

# Who asks, and how often
USER_AGENT = f"listening/{__version__}"  # listening.fetch.identity adds the contact
ROBOTSTXT_OBEY = True  # by listening.fetch.robots, which does not read it: a spider cannot switch it off
ROBOTSTXT_USER_AGENT = "listening"
DOWNLOAD_DELAY = 1.0  # seconds between the starts of two requests to a host; its Crawl-delay can only raise it
DOWNLOAD_DELAY_JITTER = 0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 200  # hosts: each has one request, and may keep it waiting
AUTOTHROTTLE_ENABLED = False
RETRY_TIMES = 2  # three tries
RETRY_HTTP_CODES = [408, 500, 502, 504, 522, 524]  # 429 and 503 have their own rule
REDIRECT_MAX_TIMES = 5

# How much is taken
DOWNLOAD_TIMEOUT = 30  # seconds in all for a request, however slowly it drips
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024  # bytes, as sent and as unpacked
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_FAIL_ON_DATALOSS = True
CONCURRENT_ITEMS = 2  # the default starts a hundred tasks for every answer

# What is switched off because it opens a door, or costs time and brings nothing
DOWNLOAD_HANDLERS = {
    "http": "listening.fetch.handler.DownloadHandler",
    "https": "listening.fetch.handler.DownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
COOKIES_ENABLED = False  # a spider that logs in switches them on for itself
HTTPCACHE_ENABLED = False
HTTPPROXY_ENABLED = False
METAREFRESH_ENABLED = False
REFERER_ENABLED = False
WARN_ON_GENERATOR_RETURN_VALUE = False
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en",
}

DOWNLOADER = "listening.fetch.downloader.Downloader"
SCHEDULER_PRIORITY_QUEUE = "listening.fetch.queue.HostQueue"
DOWNLOADER_MIDDLEWARES = {
    "listening.fetch.robots.RobotsMiddleware": 100,
    "listening.fetch.identity.IdentityMiddleware": 400,
    "listening.fetch.retry.RetryMiddleware": 550,
    "listening.fetch.redirect.RedirectMiddleware": 600,
    "listening.fetch.cookies.CookiesMiddleware": 700,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "scrapy.downloadermiddlewares.defaultheaders.DefaultHeadersMiddleware": None,
    "scrapy.downloadermiddlewares.downloadtimeout.DownloadTimeoutMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "scrapy.downloadermiddlewares.useragent.UserAgentMiddleware": None,
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,
}
EXTENSIONS = {
    "listening.fetch.log.Quiet": 0,
    "scrapy.extensions.memdebug.MemoryDebugger": None,
    "scrapy.extensions.remote_control.RemoteControl": None,
    "scrapy.extensions.spiderstate.SpiderState": None,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.throttle.AutoThrottle": None,
}

LOG_LEVEL = "INFO"
LOGSTATS_INTERVAL = 0
