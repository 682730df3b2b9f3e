"""What a model is told of a mention beside its words: for relevance where it stands, for feeling what the rules say."""

from __future__ import annotations

from urllib.parse import urlsplit

from listening.post import Entry, Mention, Post
from pipelines.learned.features import Sample

_SIZE = 140.0  # characters that count as 1


def relevance_sample(post: Post, language: str, mention: Mention) -> Sample:
    """Whether it is about the brand: what stands around its names, how they are written, where and by whom."""
    facts = {f"channel {post.channel}": 1.0} if post.channel else {}
    site = urlsplit(post.url).hostname or post.platform
    facts |= {f"site {site}": 1.0, f"language {language}": 1.0, f"kind {post.kind}": 1.0}
    if post.author is not None:
        facts[f"author {post.author.id or post.author.name}"] = 1.0
    for word in mention.words:
        facts[f"written {_written(word)}"] = 1.0
    return Sample(post.text, post.title, mention.words, facts)


def feeling_sample(entry: Entry, mention: Mention) -> Sample:
    """How it feels and why it was written: its words, and all that the rules made of them."""
    post, text = entry.post, entry.post.text
    facts: dict[str, float] = {}
    if mention.score is not None:
        facts |= {
            "score": mention.score,
            "score above 0": max(mention.score, 0),
            "score below 0": -min(mention.score, 0),
        }
    if mention.label is not None:
        facts[f"rules say {mention.label}"] = 1.0
    if entry.sentiment is not None:
        facts |= {"VADER negative": 2 * entry.sentiment.neg, "VADER positive": 2 * entry.sentiment.pos}
        facts["VADER"] = entry.sentiment.compound
    facts |= {f"rule {why.rule}": 1.0 for why in mention.why}
    facts |= {f"intent {intent.name}": intent.confidence for intent in mention.intents}
    facts |= {
        "length": min(len(text) / _SIZE, 5.0), "exclaims": float("!" in text), "asks": float("?" in text),
        "links": float("http" in text), "counts": float(any(map(str.isdigit, text[:500]))),
        "names several": float(text.count("@") > 1),
        "capitals": 3 * sum(map(str.isupper, text[:500])) / (len(text[:500]) or 1),
    }  # fmt: skip
    return Sample(text, post.title, mention.words, {name: value for name, value in facts.items() if value})


def _written(word: str) -> str:
    if word[:1] in ("@", "#"):
        return f"with {word[0]}"
    return "in capitals" if word.isupper() and len(word) > 1 else "small" if word.islower() else "with a capital"
