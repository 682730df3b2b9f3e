"""What a model is told of a mention beside its words: for relevance where it stands, for feeling what the rules say."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from listening.post import Entry, Mention, Post
from pipelines.learned.features import Sample, beside, tokens

_SIZE = 140.0  # characters that count as 1
_MARKS = (("exclaims", "!"), ("asks", "?"), ("links", "http"))
_SHOUTED = re.compile(r"\b[A-Z]{4}")


def relevance_sample(post: Post, language: str, mention: Mention) -> Sample:
    """Whether it is about the brand: what stands around its names, how they are written, where and by whom."""
    facts = {f"channel {post.channel}": 1.0} if post.channel else {}
    site = urlsplit(post.url).hostname or post.platform
    facts |= {f"site {site}": 1.0, f"language {language}": 1.0, f"kind {post.kind}": 1.0}
    if post.author is not None:
        facts[f"author {post.author.id or post.author.name}"] = 1.0
    for word in mention.words:
        facts[f"written {_written(word)}"] = 1.0
    if mention.aspects:
        facts["names a side of a brand"] = 1.0
    for intent in mention.intents:
        facts[f"intent {intent.name}"] = 1.0
    facts |= dict.fromkeys(beside(tokens(Sample(post.text, post.title, mention.words))), 1.0)
    return Sample(post.text, post.title, mention.words, facts)


def feeling_sample(entry: Entry, mention: Mention) -> Sample:
    """How it feels and why it was written: its words, and all that the rules made of them."""
    post, text = entry.post, entry.post.text
    facts = {"length": min(len(text) / _SIZE, 5.0)}
    if (score := mention.score) is not None:
        facts["score"] = score
        facts["score above 0" if score > 0 else "score below 0"] = abs(score)
    facts[f"rules say {mention.label}"] = 1.0
    if (whole := entry.sentiment) is not None:
        facts["VADER negative"], facts["VADER positive"], facts["VADER"] = 2 * whole.neg, 2 * whole.pos, whole.compound
    for why in mention.why:
        facts[f"rule {why.rule}"] = 1.0
    for intent in mention.intents:
        facts[f"intent {intent.name}"] = intent.confidence
    for name, mark in _MARKS:
        if mark in text:
            facts[name] = 1.0
    if text.count("@") > 1:
        facts["names several"] = 1.0
    if _SHOUTED.search(text):
        facts["shouts"] = 1.0
    return Sample(text, post.title, mention.words, facts)


def _written(word: str) -> str:
    if word[:1] in ("@", "#"):
        return f"with {word[0]}"
    return "in capitals" if word.isupper() and len(word) > 1 else "small" if word.islower() else "with a capital"
