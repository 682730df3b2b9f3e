"""The fetching rules, in one place and on for every spider: robots.txt, pace, retries, limits, addresses, secrets."""
