"""Markup by which a page contacts a host: every row of the table, and obfuscated URLs.

``HOST`` stands for the host of that row. A row is served as a document of its own, in a frame.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Row(NamedTuple):
    """One way to contact a host; ``restored`` tells whether `ungate.js` gives it back."""

    name: str
    markup: str
    restored: bool = True
    contacts: bool = True  #: whether this Chromium makes a request that a test can see


def _row(markup: str, *, restored: bool = True, contacts: bool = True) -> Row:
    return Row(markup, markup, restored, contacts)


#: Pressed once the page has loaded, and again when what was gated has come back.
PRESS = """<iframe name=sink></iframe><script>
const press = () => document.querySelector('#press').click();
if (parent === top) {
    addEventListener('load', press);
    document.addEventListener('consentguard:ungated', press);
}
</script>"""
U = "https://HOST/x"

ELEMENTS = [
    # script
    _row(f"<script src={U}></script>"),
    _row(f"<script type=module src={U}></script>"),
    _row(f"<svg><script href={U} /></svg>"),
    _row(f"<svg><script xlink:href={U}></script></svg>"),
    _row(f"<script>/* stats() */ new Image().src = '{U}'</script>"),
    _row(f"<svg><script language=x>/* stats() */ new Image().src = '{U}'</script></svg>"),
    _row(
        f'<script type=importmap>{{"imports": {{"x": "{U}"}}}}</script>'
        '<script type=module>import "x"</script>',
        restored=False,
    ),
    _row(
        '<script type=importmap>{"imports": {"x": "\\u002f\\u002fHOST/x\\v"}}</script>'
        '<script type=module>import "x"</script>',
        restored=False,
    ),
    _row(
        '<script type=speculationrules>{"prefetch": [{"source": "list", "urls": ["'
        f'{U}"]}}]}}</script>',
        contacts=False,
    ),
    _row(
        '<script type=speculationrules>{"prefetch": [{"where": {"selector_matches": "a"}, '
        f'"eagerness": "immediate"}}]}}</script><a href={U}>x</a>',
        contacts=False,
    ),
    _row(f'<script type=webbundle>{{"source": "{U}", "resources": ["{U}"]}}</script>'),
    _row(f'<script src="data:text/javascript,new Image().src=%22{U}%22/*stats()*/"></script>'),
    _row(f"<script attributionsrc={U} src=/own></script>", restored=False, contacts=False),
    # a base that moves what stands before it
    _row("<video poster=x></video><base href=//HOST/>", restored=False),
    _row("<video src=x></video><base href=//HOST/>", restored=False),
    _row("<object data=/x></object><base href=//HOST/>", restored=False),
    # frames
    _row(f"<iframe src=\"javascript:'<img src={U}>'\"></iframe>", restored=False),
    _row(f"<base href={U}><iframe src=\"javascript:'<img src=x>'\"></iframe>", restored=False),
    _row(f"<iframe src={U}></iframe>"),
    _row(f"<iframe name=own src={U}></iframe>"),
    _row(f"<iframe srcdoc='<img src={U}>'></iframe>"),
    _row(f"<iframe srcdoc='&lt;script src=&quot;{U}&quot;>&lt;/script>'></iframe>"),
    _row(f"<iframe src='data:text/html,<img src={U}>'></iframe>"),
    _row(
        f"<iframe src='javascript:/* stats() */new Image().src=%22{U}%22;0'></iframe>",
        restored=False,
    ),
    _row(f"<html><head>SCRIPT</head><frameset><frame src={U}></frameset></html>"),
    # images
    _row(f"<img src={U}>"),
    _row(f"<img src=/own srcset='{U} 1x, {U}2 2x'>"),
    _row(f"<img src=/own attributionsrc={U}>", restored=False, contacts=False),
    _row(f"<image src={U}>"),
    _row(f"<image src=/own attributionsrc={U}>", restored=False, contacts=False),
    _row(f"<image srcset={U}>"),
    _row(f"<picture><source srcset={U}><img src=/own></picture>"),
    _row(f"<input type=image src={U}>"),
    *(
        _row(f"<table><{tag} background={U}><tr><td>x</table>")
        for tag in ("thead", "tbody", "tfoot")
    ),
    _row(f"<table background={U}><tr><td>x</table>"),
    _row(f"<table><colgroup background={U}><tr><td>x</table>"),
    _row(f"<table><col background={U}><tr><td>x</table>"),
    _row(f"<table><tr background={U}><td>x</table>"),
    _row(f"<table><tr><td background={U}>x</table>"),
    _row(f"<table><tr><th background={U}>x</table>"),
    _row(f"<html><head>SCRIPT</head><body background={U}>x"),
    _row(f"<svg width=9 height=9><image href={U} width=9 height=9 /></svg>"),
    _row(f"<svg width=9 height=9><image xlink:href={U} width=9 height=9 /></svg>"),
    *(
        _row(f"<svg><path d='M0 0L9 9' {name}='url({U}#a)' /></svg>", restored=False)
        for name in ("fill", "stroke", "mask", "clip-path", "marker-start", "marker-end")
    ),
    _row(
        f"<svg><rect width=9 height=9 filter='url({U}#a)' /></svg>", restored=False, contacts=False
    ),
    _row(f"<svg><g CURSOR='u\\72l({U}),auto'><rect width=9 height=9 /></g></svg>", restored=False),
    *(
        _row(f"<svg><image width=9 height=9><{animation}></image></svg>", restored=False)
        for animation in (
            f"set attributeName=href to={U}",
            f"animate attributeName=href from={U} to=/own dur=1s",
            f"animate attributeName=href values='/own; {U}' dur=1s",
        )
    ),
    _row(
        f"<svg><rect width=9 height=9><set attributeName=mask to='url({U}#a)' /></rect></svg>",
        restored=False,
    ),
    _row(f"<svg width=9 height=9><use href={U}#a /></svg>", contacts=False),
    _row(f"<svg width=9 height=9><use xlink:href={U}#a /></svg>", contacts=False),
    *(
        _row(
            f"<svg width=9 height=9><filter id=f><feImage {name}={U} /></filter>"
            "<rect width=9 height=9 filter=url(#f) /></svg>"
        )
        for name in ("href", "xlink:href")
    ),
    _row(f"<noscript><img src={U}></noscript>", contacts=False),
    _row(f"<template><img src={U}></template>", contacts=False),
    # media
    _row(f"<video src={U}></video>"),
    _row(f"<video poster={U}></video>"),
    _row(f"<video><source src={U}></video>"),
    _row(f"<video preload=none><source src={U}></video>", contacts=False),
    _row(f"<video preload=none src={U}></video>", contacts=False),
    _row(f"<video preload=none><source src={U}1><source src={U}></video>", contacts=False),
    _row(f"<audio><source src=/own><source src={U}></audio>"),
    _row(f"<object data={U}><p>or else</object>"),
    _row(f"<audio src={U} preload=auto></audio>"),
    _row(f"<audio preload=auto><source src={U}></audio>"),
    _row(f"<video crossorigin src=/own><track default kind=captions src={U}></video>"),
    _row(f"<object data={U} type=image/png></object>"),
    _row(f"<object data={U}></object>"),
    _row(f"<embed src={U} type=image/svg+xml>"),
    _row(f"<embed code={U} type=image/svg+xml>"),
    _row(f"<object data='data:text/html,<img src={U}>'></object>"),
    _row(f"<embed src='data:text/html,<img src={U}>'>"),
    # links
    _row(f"<link rel=stylesheet href={U}>"),
    _row(f"<link rel=stylesheet href='data:text/css,body{{background:url({U})}}'>"),
    _row(f"<link rel='alternate stylesheet' title=x href={U}>"),
    _row(f"<link rel=preload as=script href={U}>"),
    _row(f"<link rel=preload as=font crossorigin href={U}>"),
    _row(f"<link rel=preload as=image imagesrcset='{U} 1x'>"),
    _row(f"<link rel=modulepreload href={U}>"),
    _row(f"<link rel=prefetch href={U}>"),
    _row(f"<link rel=preconnect href={U}>", contacts=False),
    _row(f"<link rel=dns-prefetch href={U}>", contacts=False),
    _row(f"<link rel=icon href={U}>", contacts=False),
    _row(f"<link rel=apple-touch-icon href={U}>", contacts=False),
    _row(f"<link rel=manifest href={U}>", contacts=False),
    # clicks and forms
    _row(f"{PRESS}<a id=press href=#x ping={U}>x</a>"),
    _row(
        f"{PRESS}<map name=m><area id=press href=#x shape=default ping='/own {U}'></map>"
        "<img usemap=#m src=/own>"
    ),
    _row(
        f"{PRESS}<svg><a id=press href=#x ping={U}><rect width=9 height=9 /></a></svg>"
        "<script>document.querySelector('#press').click = function () {"
        "this.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}))}</script>"
    ),
    _row(f"<a href=#x attributionsrc={U}>x</a>", restored=False, contacts=False),
    _row(f"<map><area href=#x attributionsrc={U}></map>", restored=False, contacts=False),
    _row(f"{PRESS}<form target=sink action={U}><button id=press></form>"),
    _row(
        f"{PRESS}<form target=sink action='data:text/html,<img src={U}>'><button id=press></form>"
    ),
    _row(f"{PRESS}<form target=sink><button id=press formaction={U}></form>"),
    _row(f"{PRESS}<form target=sink><input type=submit id=press formaction={U}></form>"),
    # what comes back with a reload only
    _row(f"<meta http-equiv=refresh content='0; url={U}'>", restored=False),
    _row(f"<meta http-equiv=refresh content='0&#11;; url=&#x3000;{U}'>", restored=False),
    # of two attributes with one name
    _row(f"<script type=text/plain type=module src={U}></script>"),
    _row(f'<script src="" src={U}></script>', restored=False),
    _row(f"<link rel=canonical href={U} rel=preload as=fetch crossorigin>", restored=False),
    _row(f"<link rel=stylesheet href='' href={U}>", restored=False),
    _row(f"<video poster poster={U}></video>", restored=False),
    _row(f"<svg><script type=text/plain href={U}></script></svg>"),
    # in a shadow tree
    _row(f"<div><template shadowrootmode=open><img src={U}></template></div>"),
    _row(f"<div><template shadowrootmode=open><script src={U}></script></template></div>"),
    # what only a preload scanner reads so, and a line's end of two bytes
    _row(f"<style>@charset \";@import '{U}';\";</style>", restored=False),
    _row(f"<style>@import {U};</style>", restored=False),
    _row(f"<style>@namespace x{{}} p{{background:url({U})}}</style><p>x", restored=False),
    _row(f"<style>p{{--x:'a\\\r\n';background:url({U})}}</style><p>x", restored=False),
    _row(
        f'<base href={U}><script type=importmap>{{"imports": {{"x": "./x"}}}}</script>'
        '<script type=module>import "x"</script>',
        restored=False,
    ),
    # What looks like url() and is none, or is one and does not look so: the quote counts, or not.
    *(
        _row(f"<style>{apart}p{{background:url({U})}}</style><p>x", restored=False)
        for apart in (
            "@url(a')');",
            "#\\75rl(a')'){}",
            "<!--url(a'){}",
            "p{--x:image-set(#url(a')'))}",
        )
    ),
    *(
        _row(f"<style>p{{color:{value};background:url({U})}}</style><p>x", restored=False)
        for value in ("#url(a')')", "\0url(a')')", "src(a')')")
    ),
    _row(f"<style>@import '{U}'</style>", restored=False),
    _row(f"<style>@import 'data:text/css,body{{background:url({U})}}'</style>", restored=False),
    _row(f"<style>body{{background:url({U})}}</style>", restored=False),
    _row(f"<style>body{{background:image-set('{U}' 1x)}}</style>", restored=False),
    _row(f"<style>body{{background:u\\72l({U})}}</style>", restored=False),
    *(
        _row(f"<style>{sheet}</style>", restored=False)
        for sheet in (
            f"body{{--a:'{U}';background:image-set(var(--a) 1x)}}",
            f"body{{background:image-set(if(style(--a):'/own';else:'{U}') 1x)}}",
            f"@function --f(--u){{result:image-set(var(--u) 1x)}}body{{background:--f('{U}')}}",
        )
    ),
    _row(
        f"<style>@font-face{{font-family:x;src:url({U})}}body{{font-family:x}}</style>x",
        restored=False,
    ),
    _row(f"<p style='background:url({U})'>x", restored=False),
    _row(f"<p style='list-style:url(&quot;{U}&quot;);display:list-item'>x", restored=False),
    _row(f"<svg><style>svg{{background:url({U})}}</style></svg>", restored=False),
    # A browser joins the texts between the elements in it, and what comments leave.
    _row(f"<svg><style>svg{{background:url(<!-- -->{U})}}</style></svg>", restored=False),
    _row(f"<svg><style>@im<![CDATA[port '{U}';]]></style></svg>", restored=False),
    _row(f"<svg><style><!-- ' -->@import '{U}'</style></svg>", restored=False),
    _row(f"<svg><style>svg{{background:url(<style/>{U})}}</style></svg>", restored=False),
    _row(f"<svg><style>svg{{background:u<g></g>rl({U})}}</style></svg>", restored=False),
]

#: Forms of a URL, as the value of an attribute in double quotes.
URLS = [
    "https://HOST/",
    "https://HOST",
    "//HOST/x",
    "HTTPS://HOST/",
    "hTTps://HOST/",
    "http://HOST/",
    "https:HOST/x",
    "https:/HOST/x",
    "https:///HOST/x",
    "https:////HOST/x",
    "https:\\\\HOST\\x",
    "\\\\HOST\\x",
    "/\\HOST/x",
    "\\/HOST/x",
    "///HOST/x",
    "  https://HOST/x  ",
    "\n\thttps://HOST/x\n",
    "&#1;https://HOST/x",
    "&#x1f;//HOST/x",
    "ht\ntps://HOST/x",
    "ht&Tab;tps://HOST/x",
    "https:&NewLine;//HOST/x",
    "/\t/HOST/x",
    "/&#10;/HOST/x",
    "&#104;ttps://HOST/x",
    "&#x68ttps://HOST/x",
    "&#0000104ttps&colon;&sol;&sol;HOST/x",
    "https&#58//HOST/x",
    "&sol;&sol;HOST&sol;x",
    "&bsol;&bsol;HOST/x",
    "https://HOST./x",
    "https://HOST:443/x",
    "https://HOST:8443/x",
    "https://HOST:/x",
    "https://HOST:00443/x",
    "https://HOST?x",
    "https://HOST#x",
    "https://HOST/?a=1&amp;b=2&not=3",
    "https://HOST/%zz/../x",
    "https://HOST/&lt;x&gt; y",
]
#: Forms of the host, in an absolute URL.
HOSTS: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "percent-encoded": lambda host: "".join(f"%{ord(c):02x}" for c in host),
    "one letter percent-encoded": lambda host: f"%{ord(host[0]):02X}{host[1:]}",
    "full width": lambda host: "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in host),
    "ideographic full stop": lambda host: host.replace(".", "。"),
    "full-width full stop": lambda host: host.replace(".", "．"),
    "soft hyphen": lambda host: host[0] + "\u00ad" + host[1:],
    "zero width": lambda host: host[0] + "&#8203;" + host[1:],
    "mathematical": lambda host: host.replace("stats", "𝐬𝐭𝐚𝐭𝐬"),
    "long s": lambda host: host.replace("stats", "ſtatſ"),
    "percent-encoded full stop": lambda host: host.replace(".", "%2e"),
    "tab inside": lambda host: host.replace(".", ".\t"),
    "new line inside": lambda host: host.replace("t", "&NewLine;t"),
    "entities": lambda host: "".join(f"&#{ord(c)};" for c in host),
    "entities without end": lambda host: host.replace("t", "&#116"),
}
#: Forms of srcset, and URLs that a base element resolves.
OTHERS = [
    "<img srcset='https://HOST/x'>",
    "<img srcset=',,https://HOST/x 1x,'>",
    "<img srcset='\n\thttps://HOST/x\t1x'>",
    "<img srcset='https://HOST/x,'>",
    "<img srcset='https://HOST/a,b 100w' sizes=1px>",
    "<img srcset='data:,x 0.1x,https://HOST/x 1x' >",
    "<img srcset='/own 1w, &#47/HOST/x 500w' sizes=500px>",
    "<img srcset='/own 1w (a, b), //HOST/x'>",
    "<base href=//HOST/a/><img src=b>",
    "<base target=x><base href=https:\\\\HOST><img src=/b>",
    "<base href=' //HOST '><base href=/x><link rel=stylesheet href=a.css>",
    "<base href=//HOST/><iframe srcdoc='<img src=x>'></iframe>",
    "<base href=//HOST/><script src=x></script>",
    "<IMG\nSRC\n=\n//HOST/x>",
    "<img/src='//HOST/x'/>",
    "<img src=//HOST/x src=/own>",
    "<img x='>' src=//HOST/x>",
    "<img =src=x src=//HOST/x>",
    "<svg><title><img src=//HOST/x></title></svg>",
    "<svg><style><img src=//HOST/x></style></svg>",
    "<math><mtext><img src=//HOST/x></math>",
    "<!--><img src=//HOST/x>-->",
    "<!-- --!><img src=//HOST/x>-->",
    "<textarea></textarea/x><img src=//HOST/x>",
    "<script>/*<!--<script>*/</script>--></script><img src=//HOST/x>",
    "<select><img src=//HOST/x></select>",
    "<![CDATA[><img src=//HOST/x>]]>",
    "<svg><![CDATA[ <title> ]]><image href=//HOST/x width=9 height=9 /></svg>",
]
#: Known not to contact anybody: Chromium refuses credentials in subresources, a host or port that
#: the URL standard cannot parse is no request, a srcdoc goes before a src, half a tag is none.
SILENT = [
    '<img src="https://user@HOST/x">',
    '<img src="https://user:pass@HOST/x">',
    '<img src="https://a@b@HOST/x">',
    '<img src="https://HOST%2f/x">',
    '<img src="https://HOST:99999/x">',
    "<iframe src='//HOST/x' srcdoc></iframe>",
    "<img src=//HOST/x",
]


def forms() -> list[Row]:
    """The obfuscated URLs and markup, one a row; the host is put in when it is known."""
    rows = [_row(f'<img src="{url}">') for url in URLS]
    rows += [Row(name, '<img src="https://HOST/x">') for name in HOSTS]
    rows += [_row(markup) for markup in OTHERS]
    return rows + [_row(markup, contacts=False) for markup in SILENT]


def document(row: Row, host: str, script: str) -> str:
    """The document of a row, with ``script`` in its head."""
    spelt = HOSTS[row.name](host) if row.name in HOSTS else host
    markup = row.markup.replace("HOST", spelt)
    if "SCRIPT" in markup:
        return markup.replace("SCRIPT", script)
    return f"<!doctype html><html><head>{script}</head><body>{markup}"
