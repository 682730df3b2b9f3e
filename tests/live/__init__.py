"""Real board software from its registries, filled with posts that we know, crawled by the real spider, and compared."""
