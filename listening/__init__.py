"""Self-hosted social listening: gather what people say about a brand, understand it, and act on it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("listening")
except PackageNotFoundError:  # run from a checkout that was never installed, as `scrapy list` can be
    __version__ = "0.0.0"
