"""Hand-made pages that hold the odd ends of the language, for the tests that cut them anywhere."""

from __future__ import annotations

from hypothesis import strategies as st

CARELESS = b"""<!DOCTYPE html><html lang=en><head><meta charset="utf-8">
<title>about <script src=//bad/title></script></title>
<script async src="https://bad.example/x.js"></script>
<script>!function(){fbq('init', '1')}()</script>
<link rel="preconnect" href="//bad.example"><link rel=canonical href="//bad.example/">
<meta http-equiv=refresh content="0; url=https://bad.example/">
<style>@import "//bad.example/a.css"; p{background:url(//bad.example/q)}</style></head>
<body style="background:url(&quot;//bad.example/x&quot;)">
<svg viewBox="0 0 1 1"><title>a</title><path d="x"/><image href="//bad.example/i"/></svg>
<img SRC="//good" srcset="a 1x, //bad.example 2x"><a href=//bad.example ping=//bad.example>x</a>
<noscript><img height="1" src=//bad.example></noscript>
<iframe srcdoc="&lt;img src=//bad.example&gt;"></iframe></body></html>
"""

ODD = b"""<!doctype html><!--><!---><!----!><!-- a --!><!-- > -- --!x <img src=//bad/comment> -->
</><//img src=//bad/bogus></ x><? <img><!x><!-><a <b></a/ x='>'>
<img/src=//bad/1/><img src='//bad/2'alt="a"b><img =src=//bad/3 src=//bad/4><img src = "//bad/5" />
<textarea><img src=//bad/t></textareax></TEXTAREA ><xmp><img src=//bad/x></xmp>
<script><!-- <script> </script> fbq( --></script><script><!--></script><img src=//bad/6>
<script>a</scriptx></script/ ><style>a</style ><noembed><img src=//bad/n></noembed>
<svg><style>a{b:url(//bad/s)}</style><title><img src=//bad/7></title><script/><img src=//bad/8>
<svg><![CDATA[ <img src=//bad/c> ]] ]> ]]><g><foreignObject><![CDATA[ a > ]]><p><title></p></title>
<math><mi><textarea></mi></textarea></mi></math></p></foreignObject></g></svg>
<![CDATA[ <img src=//bad/9> ]]><math><annotation-xml encoding="text/html"><style></mi></style>
</annotation-xml></math><template></body><img src=//bad/10></template><p 1<2 a < b <3 &lt;</p>
<img src="//bad/11
" alt=>"""

SCRIPTS = b"""<html><script type=module>import "fbq("</script>
<script type="text/plain">fbq(</script>
<script type=importmap>{"imports":{"a":"https:\\/\\/bad.example/a.js"}}</script>
<script type="application/ld+json">{"url":"https://bad.example/"}</script>
<script src=/a.js></script><svg><script>fbq(&#40;)</script><script href=//bad.example /></svg>
<script>unfinished fbq( <!-- <script> </script>"""

ALL = (CARELESS, ODD, SCRIPTS, b"", b"<", b"</", b"<!", b"<!-", b"<!--", b"<!doctype", b"<p", b"&")

_CRUMBS = """
< > </ <! <!-- --> --!> -- - ! / = " ' & ; a x= src= style= data-cg-x <img <svg> </svg> <math>
</math> <mi> <g> <path/> <title> </title> <style> </style> <script> </script <script </script>
<textarea> </textarea> <![CDATA[ ]]> ]] <template> </template> <body </body> <p> </p> <desc>
<foreignObject> </foreignObject> <plaintext> <annotation-xml> </html> <!doctype <font color>
<font> <div> url( \\ \0 \x80 <noscript> </noscript> <x-y> </x-y> <use <frameset> </frameset>
<frame <noframes> <table> </table> </div> url() \x80\\
"""
#: Pages that nobody would write.
SOUP = st.lists(st.sampled_from([*_CRUMBS.split(), " ", "\n"]), max_size=40).map(
    lambda parts: "".join(parts).encode("latin-1")
)

#: What makes a careless scanner slow.
HOSTILE = {
    "open tags": b"<" * 4000,
    "attributes": b"<p " + b"a " * 4000,
    "spaces": b"<p" + b" " * 8000,
    "quotes": b"<p " + b"a='" * 3000,
    "equals": b"<p " + b"= " * 3000,
    "comments in a script": b"<script>" + b"<!-- -->" * 1000,
    "script in a script": b"<script><!--" + b"<script></script>" * 500,
    "script ends": b"<script>" + b"</scrip" * 1000,
    "comment": b"<!--" + b"--!" * 3000,
    "sections": b"<svg><![CDATA[" + b"]]" * 4000,
    "title ends": b"<title>" + b"</titl" * 1500,
    "style ends": b"<style>" + b"</styl" * 1500,
    "svg open": b"<svg>" + b"<g>" * 3000,
    "svg strangers": b"<svg>" + b"<g>" * 1500 + b"</x>" * 1500,
    "icons without end": b"<svg><path/>" * 1000,
    "html in svg": b"<svg><desc>" + b"<b>" * 1000 + b"</g>" * 1000,
    "svg scripts": b"<svg>" + b"<script>" * 1000,
    "styles in svg": b"<svg>" + b"<style>x<a>" * 800,
    "text in a style in svg": b"<svg><style>" + b"x<g/>" * 1500,
    "comment in a style in svg": b"<svg><style><!--" + b"</style>" * 1000,
    "section in a script in svg": b"<svg><script><![CDATA[" + b"</script>" * 1000,
    "comments in a script in svg": b"<svg><script>" + b"<!-- -->" * 1000,
    "noscripts": b"<noscript><img>" * 500,
    "noscript ends": b"<noscript>" + b"</noscrip" * 1000,
    "noscripts that end": b"<noscript><!--</noscript>" * 300,
    "svg in a page that is read again": b"<div>" * 1000 + b"<svg></div>" * 500,
    "svg and nothing to close": b"<svg></div></svg>" * 500,
    "formatting in paragraphs": b"<svg></x>" + b"<p><b><i>" * 700,
    "adoptions": b"<b></b><svg></b><p>" + b"<b><div>" * 500 + b"</b>" * 500,
    "cells": b"<svg></td></svg>" + b"<table><td>" * 500 + b"</td>" * 500,
    "forms": b"<svg></form></svg>" + b"<form></form>" * 600,
    "objects": b"<svg></x></svg>" + b"<object><b>" * 600 + b"</object>" * 600,
    "lists": b"<svg></x></svg>" + b"<ul><li><a>" * 600 + b"</li>" * 600,
    "bogus comments": b"<svg><style>" + b"<!" * 4000,
    "textareas": b"<textarea>" + b"<textarea></textare>" * 400,
    "references": b"<font " + b"color=&amp; " * 700,
}
