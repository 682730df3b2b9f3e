"""What Reddit is to us: its rows and feed entries as posts, its Markdown as plain words, its API by name."""

SITE = "https://www.reddit.com"  # pages, feeds, and the tokens of the API
API = "https://oauth.reddit.com"  # the API's listings
