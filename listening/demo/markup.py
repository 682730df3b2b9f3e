"""The two ways authors mark up their words, and the HTML and the own words made of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

SMILIES = {  # what authors type: the picture's name, its title, and what it shows
    ":)": ("icon_e_smile", "Smile", "🙂"),
    ":(": ("icon_e_sad", "Sad", "🙁"),
    ":D": ("icon_e_biggrin", "Very Happy", "😀"),
    ";)": ("icon_e_wink", "Wink", "😉"),
    ":roll:": ("icon_rolleyes", "Rolling Eyes", "🙄"),
    ":evil:": ("icon_evil", "Evil or Very Mad", "😠"),
}
_SMILEY = re.compile(r"(?<!\S)(" + "|".join(map(re.escape, SMILIES)) + r")(?!\w)")
_LINK = re.compile(r"https?://[^\s<>\"]+[\w/]")
_CODE = re.compile(r"\n*\[code\]\n?(.*?)\n?\[/code\]\n*", re.DOTALL)
_QUOTE = re.compile(r"\[quote(?:=([^\]]*))?\]((?:(?!\[quote).)*?)\[/quote\]\n*", re.DOTALL)
_BOLD = re.compile(r"\[b\](.*?)\[/b\]", re.DOTALL)

_MD_CODE = re.compile(r"`([^`]+)`")
_MD_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s]+)\)")
_MD_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_MD_ITALIC = re.compile(r"\*([^*\s][^*]*)\*")

Cite = Callable[[str], str]


def board_html(text: str, cite: Cite = escape) -> str:
    """Return BBCode as phpBB writes it; `cite` makes the HTML before a quote of the quoted author's name."""
    codes: list[str] = []

    def keep(match: re.Match[str]) -> str:
        codes.append(match[1])
        return f"\0{len(codes) - 1}\0"

    html = _inline(escape(_CODE.sub(keep, text), quote=False))
    while _QUOTE.search(html):
        html = _QUOTE.sub(lambda quote: _blockquote(quote, cite), html)
    html = html.replace("\n", "<br>\n").replace("\1", "\n")
    return re.sub(r"\0(\d+)\0", lambda match: _codebox(codes[int(match[1])]), html)


def board_words(text: str) -> str:
    """Return what the author of BBCode says: quotes and marks left out, code kept."""
    while _QUOTE.search(text):
        text = _QUOTE.sub("", text)
    return re.sub(r"\[/?(?:b|code)\]\n?", "", text).strip()


def board_quotes(text: str) -> list[tuple[str, str]]:
    """Return the author ("" for none) and the words of each quote, the inner ones first."""
    found: list[tuple[str, str]] = []
    while _QUOTE.search(text):
        found += [(quote[1] or "", quote[2].strip()) for quote in _QUOTE.finditer(text)]
        text = _QUOTE.sub("", text)
    return found


def markdown_html(text: str) -> str:
    """Return the part of Markdown used here (paragraphs, quotes, indented code, inline marks) as HTML."""
    return "\n\n".join(_block(block) for block in re.split(r"\n{2,}", text.strip("\n")))


def markdown_words(text: str) -> str:
    """Return what the author of Markdown says: quotes and marks left out, code kept."""
    own = "\n".join(line for line in text.splitlines() if not line.startswith(">"))
    for mark in (_MD_LINK, _MD_BOLD, _MD_ITALIC, _MD_CODE):
        own = mark.sub(r"\1", own)
    return re.sub(r"\n{3,}", "\n\n", own).strip()


def _inline(html: str) -> str:
    """Put links, smileys and bold into text that is escaped already."""
    html = _LINK.sub(lambda link: f'<a href="{link[0]}" class="postlink">{link[0]}</a>', html)
    html = _BOLD.sub(r'<strong class="text-strong">\1</strong>', html)
    return _SMILEY.sub(lambda found: _smiley(found[1]), html)


def _smiley(mark: str) -> str:
    name, title, _ = SMILIES[mark]
    source = f"./images/smilies/{name}.gif"
    return f'<img class="smilies" src="{source}" width="15" height="17" alt="{escape(mark)}" title="{escape(title)}">'


def _blockquote(quote: re.Match[str], cite: Cite) -> str:
    words = quote[2].strip()
    if not quote[1]:
        return f'<blockquote class="uncited"><div>{words}</div></blockquote>\1\1'
    return f"<blockquote><div><cite>{cite(unescape(quote[1]))}</cite>{words}</div></blockquote>\1\1"


def _codebox(code: str) -> str:
    head = '<p>Code: <a href="#">Select all</a></p>'
    return f'\n<div class="codebox">{head}<pre><code>{escape(code, quote=False)}</code></pre></div>\n'


def _block(block: str) -> str:
    """Return one Markdown block as HTML."""
    if all(line.startswith("    ") for line in block.splitlines()):
        code = "\n".join(line[4:] for line in block.splitlines())
        return f"<pre><code>{escape(code, quote=False)}\n</code></pre>"
    if block.startswith("> "):
        quoted = "\n".join(line.removeprefix("> ") for line in block.splitlines())
        return f"<blockquote>\n<p>{_spans(quoted)}</p>\n</blockquote>"
    return f"<p>{_spans(block)}</p>"


def _spans(text: str) -> str:
    """Return inline Markdown as HTML; what stands between backticks stays as it is."""
    parts = _MD_CODE.split(text)
    return "".join(
        f"<code>{escape(part, quote=False)}</code>" if number % 2 else _emphasis(escape(part, quote=False))
        for number, part in enumerate(parts)
    )


def _emphasis(html: str) -> str:
    html = _MD_LINK.sub(r'<a href="\2">\1</a>', html)
    html = _MD_BOLD.sub(r"<strong>\1</strong>", html)
    return _MD_ITALIC.sub(r"<em>\1</em>", html)
