"""One step per file: match, language, sentiment; ingest joins them."""
