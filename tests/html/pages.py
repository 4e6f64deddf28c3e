"""Hand-made pages that hold the odd ends of the language, for the tests that cut them anywhere."""

from __future__ import annotations

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
