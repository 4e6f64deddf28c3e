"""Inputs that make careless scanners and rewriters quadratic, by the name of what they try."""

from __future__ import annotations

from collections.abc import Iterator

#: What begins the page, and what is repeated behind it.
FAMILIES: dict[str, tuple[bytes, ...]] = {
    # Markup that never ends, or that begins again and again.
    "open tags": (b"", b"<"),
    "unclosed tags": (b"", b"<a "),
    "attributes": (b"<p ", b"a "),
    "spaces": (b"<p", b" "),
    "slashes": (b"<p", b"/"),
    "quotes": (b"<p ", b"a='"),
    "quotes of both kinds": (b"<p ", b"a=\"'"),
    "equals": (b"<p ", b"= "),
    "end tags": (b"", b"</"),
    "bogus comments": (b"", b"<!"),
    "open comments": (b"", b"<!--"),
    "comment": (b"<!--", b"--!"),
    "dashes": (b"<!--", b"-"),
    "sections": (b"<svg><![CDATA[", b"]]"),
    "small comments": (b"", b"<!---->"),
    # Text elements, and ends of them that are none.
    "comments in a script": (b"<script>", b"<!-- -->"),
    "script in a script": (b"<script><!--", b"<script></script>"),
    "script ends": (b"<script>", b"</scrip"),
    "scripts": (b"", b"<script></script>"),
    "title ends": (b"<title>", b"</titl"),
    "style ends": (b"<style>", b"</styl"),
    "textareas": (b"<textarea>", b"<textarea></textare>"),
    "noscripts": (b"", b"<noscript><img>"),
    "noscript ends": (b"<noscript>", b"</noscrip"),
    "noscripts that end": (b"", b"<noscript><!--</noscript>"),
    "noscripts that are not whole": (b"", b"<noscript><svg></noscript>"),
    "framesets": (b"", b"<frameset><script></script>"),
    "tags in a frameset": (b"<frameset>", b"<p class=a>"),
    "templates": (b"", b"<template><link></template>"),
    "tags behind a column": (b"<template><col>", b"<p class=a>"),
    # Foreign content, and what is open around it.
    "svg open": (b"", b"<svg>" + b"<g>" * 500 + b"</svg>"),
    "svg in svg": (b"", b"<svg>" * 300 + b"</svg>" * 300),
    "svg strangers": (b"<svg>" + b"<g>" * 1000, b"</x>"),
    "icons without end": (b"", b"<svg><path/>" * 200 + b"</svg>" * 200),
    "html in svg": (b"<svg><desc>" + b"<b>" * 1000, b"</g>"),
    "svg scripts": (b"<svg>", b"<script></script>"),
    "styles in svg": (b"<svg>", b"<style>x<a></a></style>"),
    "text in a style in svg": (b"<svg><style>", b"x<g/>"),
    "comment in a style in svg": (b"<svg><style><!--", b"</style>"),
    "section in a script in svg": (b"<svg><script><![CDATA[", b"</script>"),
    "comments in a script in svg": (b"<svg><script>", b"<!-- -->"),
    "svg in a page that is read again": (b"<div>" * 1000, b"<svg></div>"),
    "svg and nothing to close": (b"", b"<svg></div></svg>"),
    "formatting in paragraphs": (b"<svg></x>", b"<p><b><i></i></b></p>"),
    "adoptions": (b"<b></b><svg></b><p>", b"<b><div></b></div>"),
    "cells": (b"<svg></td></svg>", b"<table><td></table>"),
    "forms": (b"<svg></form></svg>", b"<form></form>"),
    "lists": (b"<svg></x></svg>", b"<ul><li><a></li></ul>"),
    # What the rewriter reads behind the scanner.
    "attributes of a picture": (b"<img ", b"a=1 "),
    "data-cg attributes": (b"<img ", b"data-cg-a=1 "),
    "references": (b'<img src="', b"&amp"),
    "references without end": (b'<img src="', b"&"),
    "srcset": (b'<img srcset="', b"//a 1x,"),
    "srcset in brackets": (b'<img srcset="', b"a ("),
    "pictures": (b"", b'<img src="//a.test/b">'),
    "srcdoc": (b'<iframe srcdoc="', b"&lt;img src=//a&gt;"),
    "srcdocs": (b"", b"<iframe srcdoc='<p>'></iframe>"),
    "style urls": (b"<style>", b"url("),
    "style escapes": (b"<style>", b"\\75"),
    "style comments": (b"<style>", b"/*"),
    "style imports": (b"<style>", b"@import "),
    "image sets": (b"<style>a{b:", b"image-set("),
    "strings from elsewhere": (b"<style>a{b:image-set(", b"var("),
    "names in an image set": (b"<style>a{b:image-set(", b"\\a"),
    "long names in an image set": (b"<style>a{b:image-set(", b"a" * 280 + b",("),
    "groups in an image set": (b"<style>a{b:image-set(", b"("),
    "words in an image set": (b"<style>a{b:image-set(", b"a,"),
    "newlines behind a backslash": (b"<style>a{b:image-set(", b"\\\n"),
    "paints": (b"<svg>", b"<path fill='url(b)'/>"),
    "animations": (b"<svg>", b"<set attributeName=href to=//a />"),
    "style attributes": (b"", b"<p style='a:url(b)'>"),
    "import maps": (b"<script type=importmap>", b'"//'),
    "snippets": (b"<script>", b"fbq ("),
    "snippet beginnings": (b"<script>", b"_paq.pus"),
    "bases": (b"", b"<base href=//a/>"),
    "refreshes": (b"", b'<meta http-equiv=refresh content="0;url=//a">'),
}


def hostile(size: int) -> Iterator[tuple[str, bytes]]:
    """Each family with its name, in exactly ``size`` bytes."""
    for name, (head, unit) in FAMILIES.items():
        yield name, (head + unit * (size // len(unit) + 1))[:size]
