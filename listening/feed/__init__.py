"""From a feed's bytes to its posts: RSS, Atom, RDF and JSON Feed, in whatever state they are. No network, no store."""

from listening.feed.discover import feed_links, usual_places
from listening.feed.model import Feed
from listening.feed.read import read

__all__ = ["Feed", "feed_links", "read", "usual_places"]
