"""One source kind per file: each declares its kind, typed options, credentials and politeness."""
