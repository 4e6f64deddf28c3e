"""The contract: a request, and what a visitor and the ledger get. Every framework keeps all of it.

The site is :mod:`tests.contract.site`; what a case does not say is a German's first visit to ``/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.contract.site import (
    DRAWING,
    EVENTS,
    FRAGMENT,
    PAGES,
    PAST,
    PLAIN,
    TAG,
    TRACKERS,
    written,
)

from consentguard.http.csp import FENCE
from consentguard.pages.assets import Assets
from consentguard.pages.form import MAX_BODY

DAY = 86400  #: seconds

_SITE = """
schema = 1
[site]
name = "Contract"
url = "http://site.test"
controller = "Contract Ltd"
contact = "privacy@site.test"
policy_url = "/privacy"
"""
_SECURE = _SITE.replace("http://", "https://")
_EXCLUDES = '[enforcement]\nexclude_paths = ["/static"]\n'

#: ``[site]`` and the rest of each policy.
POLICIES = {
    "usual": (_SITE, _EXCLUDES),
    "observe": (_SITE, '[enforcement]\nmode = "observe"\n'),
    "off": (_SITE, '[enforcement]\nmode = "off"\n'),
    "switched": (
        _SITE,
        '[enforcement]\nhide_request_cookies = false\nundeclared_cookies = "allow"\n'
        'undeclared_hosts = "allow"\ngrant = "person"\n[signals]\ngpc = "off"\n',
    ),
    "shared": (_SITE, '[enforcement]\ncache = "shared"\nprivate_paths = ["/own", "/plain"]\n'),
    "moved": (_SITE, '[enforcement]\nconsent_path = "/privacy/choice"\n'),
    "https": (_SECURE, ""),
    "domain": (_SECURE.replace("site.test", "www.site.test") + 'cookie_domain = "site.test"\n', ""),
    "words": (
        _SITE + 'origins = ["https://app.test"]\nlanguages = ["en", "de"]\n'
        'default_language = "en"\n',
        "[enforcement]\ndebug = true\n",
    ),
    # What the ledger holds shows in the answers: these have one of their own.
    "mine": (_SITE, ""),
    "erased": (_SITE, ""),
}


@dataclass(frozen=True)
class Case:
    """A request, and what has to be true of the answer and of the ledger's new rows."""

    name: str
    path: str = "/"
    method: str = "GET"
    place: str = "DE"
    after: tuple[str, ...] = ()  #: choices made before; each gives a consent cookie
    holds: str = ""  #: the browser holds the page, got after this choice
    later: float = 0  #: days between choice and request
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    cookies: str = ""  #: ``CONSENT`` is the cookie of the choice
    sends: bytes = b""
    policy: str = "usual"
    root: str = ""  #: where the app is mounted
    host: str = "site.test"
    scheme: str = "http"

    status: int = 200
    has: tuple[bytes, ...] = ()
    lacks: tuple[bytes, ...] = ()
    body: bytes | None = None  #: exactly
    sets: frozenset[str] | None = None  #: names of all cookies that are set and not expired
    expires: frozenset[str] = frozenset()
    header: Mapping[str, str | None] = field(default_factory=dict, hash=False)
    rows: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)


BANNER = b'<div id="cg-banner"'
REOPEN = b'<a data-cg="reopen"'
LIVE = b' src="https://'
GATED = (b"data-cg-src=", b'type="text/plain"', BANNER)
OURS = (BANNER, REOPEN)
OPEN = TRACKERS[:-14]  #: but for what stands behind the banner
NECESSARY = frozenset({"sessionid"})
LOOSE = NECESSARY | {"zz_undeclared"}  #: where unknown cookies pass
EVERYTHING = NECESSARY | {"_ga", "_fbp"}
NONE = frozenset[str]()
PRIVATE = {"cache-control": "private, no-cache", "vary": "Cookie, Sec-GPC"}
PERSONAL = {"cache-control": "private, max-age=60", "vary": "Cookie, Sec-GPC"}
MADE_OF_IT = {**PERSONAL, "cache-control": "private, no-cache, max-age=60"}
AS_SENT = {"cache-control": "public, max-age=60", "vary": None}
UNSAID: dict[str, str | None] = {"cache-control": None, "vary": None}
NO_STORE = {"cache-control": "no-store"}
FENCED = {"content-security-policy": FENCE[1].decode()}
UNFENCED = {"content-security-policy": None}
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148"
PAGE = {"accept": "text/html"}
GPC = {"sec-gpc": "1"}
ASSETS = Assets()

FORM = "application/x-www-form-urlencoded"
OWN = {"origin": "http://site.test"}
EVIL = {"origin": "https://evil.test"}
SISTER = {"origin": "http://www.site.test"}
NO: dict[str, Any] = {"status": 403, "sets": NONE}


def form(said: str, path: str = "/_consent", origin: Any = None, **more: Any) -> dict[str, Any]:
    """A form that is sent to one of our own URLs."""
    headers = {"content-type": FORM, **(OWN if origin is None else origin), **more}
    return {"path": path, "method": "POST", "sends": said.encode(), "headers": headers}


def told(text: str, path: str = "/_consent", **more: Any) -> dict[str, Any]:
    """JSON that is sent to one of our own URLs."""
    return form(text, path, **{"content-type": "application/json", **more})


def row(kind: str, region: str = "de-tdddg", **more: Any) -> tuple[dict[str, Any], ...]:
    """The ledger's new row."""
    receipt = "" if kind in ("reject", "withdraw", "erase") else "a-receipt-id-of-22-ch."
    base = {"kind": kind, "region": region, "receipt": receipt, "person": "unknown", "gpc": False}
    return ({"site": "Contract", "language": "en", **base, **more},)


def state(*parts: str) -> tuple[bytes, ...]:
    """Parts of the state's JSON."""
    return tuple(part.encode() for part in parts)


_STRICT = "DE FR AT IT ES NL BE SE PL IE GB CH NO LI GP RE BR KR TR CA-QC T1 XX ZZ RU"
OPT_IN = _STRICT.split()
OPT_OUT = {"US-TX": b"Do Not Sell or Share", "US-CA": b"Do Not Sell or Share", "US-CO": REOPEN}
OPT_OUT |= {"AU": REOPEN, "MX": REOPEN, "HK": REOPEN}
REGIONS = {
    "DE": "de-tdddg",
    "FR": "fr-cnil",
    "GP": "fr-cnil",
    "BE": "eea-gdpr",
    "GB": "gb-pecr",
    "BR": "br-lgpd",
    "CA-QC": "ca-qc",
    "US-CA": "us-ca",
    "US-TX": "us-gpc",
    "JP": "jp-tba",
    "": "opt-in-strict",
}

PLACES = (
    *(
        Case(f"first visit: {p}", place=p, has=GATED, lacks=(LIVE,), sets=NECESSARY, header=PRIVATE)
        for p in (*OPT_IN, "")
    ),
    *(
        Case(
            f"first visit: {p}", place=p, has=(OPEN, said), lacks=(BANNER,), sets=LOOSE | EVERYTHING
        )
        for p, said in OPT_OUT.items()
    ),
    *(
        Case(
            f"state: {p or 'nowhere'}",
            "/_consent/state",
            place=p,
            has=state(f'"region":"{region}"'),
            header=NO_STORE,
        )
        for p, region in REGIONS.items()
    ),
    Case("Japan: analytics by notice", place="JP", has=(BANNER, LIVE), sets=NECESSARY | {"_ga"}),
    Case("Japan after a no", place="JP", after=("reject",), lacks=(LIVE, BANNER)),
)

AFTER = (
    Case("accepted", after=("accept",), has=(OPEN, REOPEN), lacks=(BANNER,), sets=EVERYTHING),
    Case("accepted in Brazil", place="BR", after=("accept",), has=(OPEN,), sets=EVERYTHING),
    Case("accepted in Quebec", place="CA-QC", after=("accept",), has=(OPEN,), sets=EVERYTHING),
    Case(
        "rejected",
        after=("reject",),
        has=(REOPEN, b"data-cg-src="),
        lacks=(BANNER, LIVE),
        sets=NECESSARY,
    ),
    Case("rejected in Brazil", place="BR", after=("reject",), lacks=(BANNER, LIVE), sets=NECESSARY),
    Case("rejected in Texas", place="US-TX", after=("reject",), has=GATED[:2], sets=LOOSE),
    Case("accepted in Texas", place="US-TX", after=("accept",), has=(OPEN,)),
    Case(
        "analytics alone",
        after=("save analytics",),
        has=(b' src="https://www.googletagmanager.com', b'data-cg-service="meta_pixel"'),
        lacks=(BANNER,),
        sets=NECESSARY | {"_ga"},
    ),
    Case(
        "media alone",
        after=("save media",),
        has=(b'src="https://www.youtube.com', b'data-cg-src="https://www.googletagmanager.com'),
        sets=NECESSARY,
    ),
    Case("nothing saved", after=("save",), has=GATED[:2], lacks=(BANNER, LIVE), sets=NECESSARY),
    Case("a yes is good for a while", place="BR", after=("accept",), later=181, has=(OPEN,)),
    Case("a yes expires", after=("accept",), later=800, has=GATED, lacks=(LIVE,), sets=NECESSARY),
    Case(
        "a no expires into a question",
        after=("reject",),
        later=800,
        has=GATED,
        sets=NECESSARY | {"consent"},
    ),
    Case("a no in Texas keeps denying", place="US-TX", after=("reject",), later=800, lacks=(LIVE,)),
    Case("an old choice is sent again", after=("reject",), later=181, sets=NECESSARY | {"consent"}),
    Case("accepted, streamed", "/stream", after=("accept",), has=(OPEN, REOPEN), lacks=(BANNER,)),
    Case("accepted, a fragment", "/fragment", after=("accept",), body=FRAGMENT, header=PRIVATE),
    Case("accepted, XHTML", "/xhtml", after=("accept",), body=b"".join(PAGES["/xhtml"].pieces)),
    Case("accepted, JSON", "/json", after=("accept",), body=b'{"a":1}', sets=frozenset({"_ga"})),
    Case("accepted, the app asks", "/allows", after=("accept",), has=(b'"advertising": true',)),
    Case("rejected, the app asks", "/allows", after=("reject",), has=(b'"advertising": false',)),
    Case(
        "a first visit, the app asks",
        "/allows",
        body=b'{"advertising": false, "analytics": false, "necessary": true}',
    ),
    Case("Texas, the app asks", "/allows", place="US-TX", has=(b'"advertising": true',)),
    Case("after a form of the app", "/form", "POST", has=GATED, sets=NECESSARY),
)

DENIED: dict[str, Any] = {"place": "US-TX", "has": GATED[:2], "lacks": (LIVE,), "sets": LOOSE}
TOKENS = (
    Case("a consent that nobody signed", cookies="consent=x.y", **DENIED),
    Case("a consent of nothing", cookies="consent=", **DENIED),
    Case("a consent without a value", cookies="consent", place="US-TX"),
    Case("a changed consent", after=("accept",), cookies="CONSENTx", **DENIED),
    Case("a quoted consent", after=("accept",), cookies='consent="CONSENT"', **DENIED),
    Case("a consent of bytes", cookies="consent=\xff\xfe", **DENIED),
    Case("an endless consent", cookies="consent=" + "a" * 5000, **DENIED),
    Case("a forged consent here", cookies="consent=x.y", has=GATED, sets=NECESSARY),
    Case("two consents", after=("accept", "reject"), lacks=(LIVE,), sets=NECESSARY),
    Case("two consents, the other way round", after=("reject", "accept"), lacks=(LIVE,)),
    Case("one consent twice", after=("accept", "accept")),
    Case("a consent of another name", after=("accept",), cookies="x__Host-CONSENT", has=GATED),
    Case("a consent among others", after=("accept",), cookies="a=1; CONSENT; b=2", has=(OPEN,)),
    Case(
        "nonsense among the cookies", after=("accept",), cookies=";;=; a; =b; CONSENT", has=(OPEN,)
    ),
)

SIGNALS = (
    Case(
        "California with GPC",
        place="US-CA",
        headers=GPC,
        has=(b'data-cg-service="meta_pixel"', b'src="https://www.googletagmanager', b"honoured"),
        sets=LOOSE | {"_ga"},
    ),
    Case("Texas with GPC", place="US-TX", headers=GPC, has=(b'data-cg-service="meta_pixel"',)),
    Case("Germany with GPC", headers=GPC, has=GATED, sets=NECESSARY),
    Case(
        "GPC after a yes",
        after=("accept",),
        headers=GPC,
        has=(b'data-cg-service="meta_pixel"',),
        sets=NECESSARY | {"_ga"},
    ),
    Case("GPC after a no", after=("reject",), headers=GPC, lacks=(LIVE,), sets=NECESSARY),
    Case("GPC of another value", place="US-CA", headers={"sec-gpc": "true"}, has=(OPEN,)),
    Case("GPC of 0", place="US-CA", headers={"sec-gpc": "0"}, has=(OPEN,)),
    Case("GPC that is not heard", place="US-CA", headers=GPC, policy="switched", status=200),
    Case("the state says GPC", "/_consent/state", headers=GPC, has=state('"gpc":true')),
    Case(
        "GPC, the app asks", "/allows", place="US-CA", headers=GPC, has=(b'"advertising": false',)
    ),
    Case(
        "GPC hides cookies",
        "/echo",
        place="US-CA",
        headers=GPC,
        cookies="_ga=1; _fbp=2",
        body=b"_ga=1",
        expires=frozenset({"_fbp"}),
    ),
    Case("Do Not Track is no signal", place="US-CA", headers={"dnt": "1"}, has=(OPEN,)),
)


def whole(name: str, path: str, after: str = "") -> Case:
    """Bytes and headers of the app as they are."""
    page = PAGES[path]
    said = {k.decode(): v.decode() for k, v in page.headers if k != b"set-cookie"}
    choice = (after,) if after else ()
    return Case(name, path, after=choice, body=b"".join(page.pieces), header={**said, **UNFENCED})


def fenced(name: str, path: str, **more: Any) -> Case:
    """Bytes of the app, and nothing that they name is contacted."""
    return Case(name, path, body=b"".join(PAGES[path].pieces), header=FENCED, **more)


NO_BANNER: dict[str, Any] = {"has": (b"data-cg-src=",), "lacks": (*OURS, LIVE)}
CODED: dict[str, Any] = {"has": GATED, "lacks": (LIVE,)}

BODIES = (
    Case("a page without trackers", "/plain", has=(PLAIN[:-14], BANNER), header=PRIVATE),
    Case("a fragment gets no banner", "/fragment", **NO_BANNER, header=PRIVATE),
    Case("a Turbo stream gets no banner", "/turbo", **NO_BANNER),
    Case("a frame gets no banner", headers={"sec-fetch-dest": "iframe"}, **NO_BANNER),
    Case("a fetch gets no banner", headers={"sec-fetch-dest": "empty"}, **NO_BANNER),
    Case("a document gets one", headers={"sec-fetch-dest": "document"}, has=GATED),
    Case(
        "what a service worker fetches for a visitor gets one",
        headers={"sec-fetch-dest": "empty", "sec-fetch-mode": "navigate"},
        has=GATED,
    ),
    Case("JSON, a cookie dropped", "/json", body=b'{"a":1}', sets=NONE, header=PERSONAL),
    whole("JSON untouched", "/json-clean"),
    whole("text untouched", "/text"),
    whole("a script untouched", "/script"),
    whole("a style sheet untouched", "/style"),
    whole("a download untouched", "/download"),
    whole("a picture keeps its bytes", "/pixel"),
    whole("an event stream untouched", "/events"),
    Case("a picture sets no cookie", "/pixel", sets=NONE, body=b"GIF89a\x01\x00"),
    Case("an empty page", "/empty-page", body=b"", header=PRIVATE),
    Case("gzip by the app", "/gzip", **CODED, header={"content-encoding": "gzip", **UNFENCED}),
    Case("deflate by the app", "/deflate", **CODED, header={"content-encoding": "deflate"}),
    Case("brotli by the app", "/br", **CODED, header={"content-encoding": "br"}),
    Case("zstd by the app", "/zstd", **CODED, header={"content-encoding": "zstd"}),
    fenced("an unknown coding", "/lzma"),
    Case("accepted, gzip by the app", "/gzip", after=("accept",), has=(OPEN, REOPEN)),
    Case("UTF-16 in doubt", "/utf16", body=b"\xff\xfe<\x00", header=UNFENCED),
    Case("UTF-16", "/utf16le", lacks=(TAG.decode().encode("utf-16-le"),)),
    *(
        Case(name, f"/{name}", has=(written(name)[:40], b"data-cg-src='https"), lacks=(b" src='h",))
        for name in ("windows-1251", "shift_jis", "gb18030")
    ),
    Case("iso-2022-jp", "/iso-2022-jp", lacks=(b" src='https",)),
    Case("no charset", "/no-charset", has=(b"data-cg-src='https", BANNER)),
    Case("a byte order mark", "/bom", has=(b"\xef\xbb\xbf<!doctype html>", *GATED)),
    Case("an unknown charset", "/klingon", has=GATED, lacks=(LIVE,)),
    fenced("XHTML", "/xhtml"),
    fenced("a drawing", "/drawing"),
    fenced("a feed", "/feed"),
    Case("a drawing for everybody", "/drawing", after=("accept",), body=DRAWING, header=FENCED),
)

STREAMS = (
    Case("streamed", "/stream", has=GATED, lacks=(LIVE,), header={"content-length": None}),
    Case("byte by byte", "/bytewise", has=GATED, lacks=(LIVE,)),
    Case("accepted, byte by byte", "/bytewise", after=("accept",), has=(OPEN, REOPEN)),
    Case("streamed, of nothing", "/stream-empty", body=b""),
    Case("streamed JSON", "/stream-json", body=b'{"a":1}', sets=NONE),
    Case("streamed gzip", "/stream-gzip", **CODED),
    Case("events", "/events", body=b"".join(EVENTS), header={"cache-control": "no-cache"}),
    Case("streamed to Texas", "/stream", place="US-TX", has=(OPEN,), lacks=(BANNER,)),
)

NO_LENGTH = {"content-length": None, **PRIVATE}
HEAD = (
    Case("HEAD", method="HEAD", body=b"", sets=NECESSARY, header=NO_LENGTH),
    Case("HEAD after a yes", method="HEAD", after=("accept",), body=b"", sets=EVERYTHING),
    Case("HEAD of a stream", "/stream", "HEAD", body=b"", header=NO_LENGTH),
    Case("HEAD of JSON", "/json-clean", "HEAD", body=b"", header={"content-length": "7"}),
    Case("HEAD of JSON with a cookie", "/json", "HEAD", body=b"", sets=NONE, header=PERSONAL),
    Case("HEAD of nothing", "/nowhere", "HEAD", status=404, body=b""),
    Case("HEAD of our page", "/_consent", "HEAD", body=b"", header=NO_STORE),
    Case("HEAD of our state", "/_consent/state", "HEAD", body=b"", header=NO_STORE),
    Case("HEAD of a drawing", "/drawing", "HEAD", body=b"", header=FENCED),
)

HELD = {**PAGE, "if-modified-since": "Sun, 22 Nov 2026 00:00:00 GMT"}
CACHES = (
    Case("the same page again", headers=PAGE, after=("accept",), holds="accept", status=304),
    Case("the same page after a no", headers=PAGE, after=("reject",), holds="reject", status=304),
    Case("a page from before", headers=PAGE, after=("reject",), holds="accept", has=GATED[:2]),
    Case("a page from a no", headers=PAGE, after=("accept",), holds="reject", has=(OPEN,)),
    Case("a page of another day", headers=PAGE, holds="reject", has=GATED),
    Case("an ETag that is not ours", headers={**PAGE, "if-none-match": '"v1"'}, has=GATED),
    Case("any ETag", headers={**PAGE, "if-none-match": "*"}, has=GATED),
    Case("the ETag of JSON", "/json-etag", headers={"if-none-match": '"j1"'}, status=304, body=b""),
    Case("a date is not asked", "/conditions", headers=HELD, body=b"{}"),
    Case("a range is not asked", "/conditions", headers={**PAGE, "range": "bytes=0-9"}, body=b"{}"),
    Case(
        "a program's conditions",
        "/conditions",
        headers={"range": "bytes=0-9", "if-range": '"x"'},
        body=b'{"if-range": "\\"x\\"", "range": "bytes=0-9"}',
    ),
    Case(
        "what caches are told",
        "/cached",
        header={
            "cache-control": "private, no-cache",
            "cdn-cache-control": None,
            "expires": None,
            "last-modified": None,
        },
    ),
    Case("no-store stays", "/no-store", header={"cache-control": "private, no-cache, no-store"}),
    Case("digests go", "/digest", header={"content-md5": None, "repr-digest": None}),
    Case("accepted, digests go", "/digest", after=("accept",), header={"repr-digest": None}),
)

FIELDS = (
    Case("Link and Refresh", "/links", header={"link": "</a.css>; rel=preload", "refresh": None}),
    Case(
        "accepted, Link and Refresh",
        "/links",
        after=("accept",),
        header={"refresh": "5; url=https://www.facebook.com/tr?id=3"},
    ),
    Case("Link and Refresh of its own", "/own-links", header={"refresh": "5; url=/next"}),
    Case("a Link of JSON", "/json-links", body=b"{}", header={"link": None}),
    Case("reports", "/reporting", header={"reporting-endpoints": 'b="/reports"'}),
    Case("accepted, reports", "/reporting", after=("accept",), has=(PLAIN[:-14],)),
    Case("a redirect", "/moved", status=302, sets=NONE, body=b"", header={"location": "/"}),
    Case("accepted, a redirect", "/moved", after=("accept",), status=302, sets=frozenset({"_ga"})),
    Case(
        "a redirect with cookies",
        "/see-other",
        status=303,
        sets=NECESSARY,
        expires=frozenset({"_gcl_au"}),
        header={"location": "/plain"},
    ),
    Case("a redirect with a page", "/for-good", status=308, has=GATED[:2], lacks=OURS),
    Case("no content", "/empty", status=204, sets=NONE, body=b""),
    Case("accepted, no content", "/empty", after=("accept",), status=204, sets=frozenset({"_fbp"})),
    Case("not found", "/nowhere", status=404, has=(BANNER,)),
    Case("forbidden", "/forbidden", status=403, has=GATED),
    Case("broken", "/broken", status=500, has=GATED, sets=NONE),
    Case("a JSON error", "/teapot", status=418, body=b'{"error":"teapot"}', sets=NONE),
    Case("a path with odd letters", "/caf%C3%A9%20x", status=404, has=(BANNER, b"caf%C3%A9%20x")),
)

COOKIES = (
    Case("deletions pass", expires=frozenset({"_gcl_au"})),
    Case(
        "odd cookies",
        "/cookies",
        sets=frozenset({"csrftoken"}),
        expires=frozenset({"_hjid"}),
    ),
    Case("accepted, odd cookies", "/cookies", after=("accept",)),
    Case("Texas, odd cookies", "/cookies", place="US-TX"),
    Case("unknown cookies may be allowed", policy="switched", sets=LOOSE),
    Case(
        "hidden from the app", "/echo", cookies="a=1; _ga=x; sessionid=2", body=b"a=1; sessionid=2"
    ),
    Case("all hidden", "/echo", cookies="_ga=x; _fbp=y", body=b""),
    Case("not there for its framework", "/read", cookies="a=1; _ga=x", body=b'{"names": ["a"]}'),
    Case("there after a yes", "/read", cookies="CONSENT; _ga=x", after=("accept",), has=(b"_ga",)),
    Case(
        "not hidden after a yes",
        "/echo",
        cookies="_ga=x; CONSENT",
        after=("accept",),
        has=(b"_ga=x",),
    ),
    Case("unknown ones are not hidden", "/echo", cookies="zz=1", body=b"zz=1"),
    Case("not hidden in Texas", "/echo", place="US-TX", cookies="_fbp=1", body=b"_fbp=1"),
    Case(
        "hidden, swept and private",
        "/json-clean",
        cookies="_ga=x",
        expires=frozenset({"_ga"}),
        header={"vary": "Cookie, Sec-GPC"},
    ),
    Case("swept where they may be", "/raw/a/b.html", cookies="_ga=x", expires=frozenset({"_ga"})),
    Case(
        "swept from a redirect", "/moved", cookies="_fbp=x", status=302, expires=frozenset({"_fbp"})
    ),
    Case(
        "swept with no content", "/empty", cookies="_fbp=x", status=204, expires=frozenset({"_fbp"})
    ),
    Case("hiding is switched off", "/echo", cookies="_ga=x", policy="switched", body=b"_ga=x"),
    Case("a cookie of bytes", "/echo", cookies="a=\xe9; _ga=x", body=b"a=\xe9"),
)

OWN_PAGES = (
    Case("our page", "/_consent", has=(b'<form method="post"', b"analytics"), header=NO_STORE),
    Case("our page with a way back", "/_consent?next=/plain", has=(b'href="/plain"',)),
    Case("our page, a way astray", "/_consent?next=//evil.test", lacks=(b"evil.test",)),
    Case("our page with a slash", "/_consent/", has=(b'<form method="post"',)),
    Case("our page in Texas", "/_consent", place="US-TX", has=(b'<form method="post"',)),
    Case("our page after a yes", "/_consent", after=("accept",), has=(b"checked",)),
    Case("our page, hidden cookies", "/_consent", cookies="_ga=1", has=(b'<form method="post"',)),
    Case(
        "our page in German",
        "/_consent",
        policy="words",
        headers={"accept-language": "de-AT"},
        has=(b'lang="de"',),
    ),
    Case(
        "our page in no known tongue",
        "/_consent",
        policy="words",
        headers={"accept-language": "tlh"},
        has=(b'lang="en"',),
    ),
    Case(
        "a banner in German",
        "/plain",
        policy="words",
        headers={"accept-language": "fr, de;q=0.5"},
        has=(b"Alle ablehnen",),
    ),
    Case("our state", "/_consent/state", has=state('"show_banner":true', '"granted":["necessary"')),
    Case(
        "our state after a yes", "/_consent/state", after=("accept",), has=state('"complete":true')
    ),
    Case("our state after a no", "/_consent/state", after=("reject",), has=state('"refused"')),
    Case("our state with a slash", "/_consent/state/", has=state('"region"')),
    Case(
        "one's own records",
        "/_consent/me",
        policy="mine",
        after=("accept",),
        has=(b"a-receipt-id-of-22-ch.", b"<dd>Accept all</dd>", b'value="erase"'),
        header=NO_STORE,
    ),
    Case(
        "one's own records as JSON",
        "/_consent/me",
        policy="mine",
        after=("accept",),
        headers={"accept": "application/json"},
        has=(b'"kind": "accept"', b'"receipt": "a-receipt-id-of-22-ch."'),
    ),
    Case(
        "one's own records to take along",
        "/_consent/me?format=json&download=1",
        policy="mine",
        after=("accept",),
        header={"content-disposition": 'attachment; filename="consent.json"'},
    ),
    Case("the head of one's own records", "/_consent/me", "HEAD", policy="mine", after=("accept",)),
    Case("no records of one's own", "/_consent/me", lacks=(b'value="erase"',)),
    Case("no records after a no", "/_consent/me", after=("reject",), lacks=(b'value="erase"',)),
    Case("a receipt of somebody's making", "/_consent/me?receipt=e30.e30", status=400),
    Case("put to one's own records", "/_consent/me", "PUT", status=405),
    Case("our unknown page", "/_consent/nothing", status=404, header=NO_STORE),
    Case(
        "our unknown page as JSON",
        "/_consent/nothing",
        headers={"accept": "application/json"},
        status=404,
        has=(b'{"error"',),
    ),
    Case("almost our page", "/_consentx", status=404, has=(BANNER,)),
    Case("gpc.json", "/.well-known/gpc.json", has=(b'"gpc": true',)),
    Case("gpc.json says no", "/.well-known/gpc.json", policy="switched", has=(b'"gpc": false',)),
    Case(
        "posted to gpc.json",
        "/.well-known/gpc.json",
        "POST",
        status=405,
        header={"allow": "GET, HEAD"},
    ),
    Case("got from withdraw", "/_consent/withdraw", status=405, header={"allow": "POST"}),
    Case("put to our page", "/_consent", "PUT", status=405, header={"allow": "GET, HEAD, POST"}),
    Case("deleted state", "/_consent/state", "DELETE", status=405),
    *(
        Case(
            f"{name.partition('.')[0]}, {coding or 'as it is'}",
            f"/_consent/static/{name}",
            headers={"accept-encoding": coding},
            header={
                "cache-control": "public, max-age=31536000, immutable",
                "content-encoding": coding or None,
                "vary": "Accept-Encoding",
            },
        )
        for name, coding in ((ASSETS.css, ""), (ASSETS.css, "br"), (ASSETS.js, "gzip"))
    ),
    Case("no such file", "/_consent/static/banner.css", status=404),
    Case("a file from above", "/_consent/static/..%2fbanner.css", status=404),
    Case("HEAD of a file", f"/_consent/static/{ASSETS.js}", "HEAD", body=b""),
)

ACCEPTED: dict[str, Any] = {"status": 303, "sets": frozenset({"consent"}), "body": b""}
SAVED = '{"choice":"save","purposes":{"analytics":true,"advertising":false},"services":{}}'
CHOICES = (
    Case(
        "accept",
        **form("choice=accept&next=/plain"),
        **ACCEPTED,
        header={"location": "/plain", **NO_STORE},
        rows=row("accept", device="other"),
    ),
    Case(
        "reject",
        **form("choice=reject"),
        **ACCEPTED,
        header={"location": "/"},
        rows=row("reject", granted=[]),
    ),
    Case("save", **form("choice=save&purpose=analytics"), **ACCEPTED, rows=row("save")),
    Case("save nothing", **form("choice=save"), **ACCEPTED, rows=row("save", receipt="")),
    Case(
        "save a service",
        **form("choice=save&service=youtube"),
        **ACCEPTED,
        rows=row("save", services={"youtube": True}),
    ),
    Case(
        "accept in Brazil",
        **form("choice=accept"),
        place="BR",
        **ACCEPTED,
        rows=row("accept", "br-lgpd"),
    ),
    Case(
        "reject in Texas",
        **form("choice=reject"),
        place="US-TX",
        **ACCEPTED,
        rows=row("reject", "us-gpc"),
    ),
    Case(
        "accept with GPC", **form("choice=accept", **GPC), **ACCEPTED, rows=row("accept", gpc=True)
    ),
    Case(
        "accept by a person",
        **form("choice=accept", **{"sec-fetch-user": "?1"}),
        **ACCEPTED,
        rows=row("accept", person="yes"),
    ),
    Case(
        "accept by a script",
        **form("choice=accept", **{"sec-fetch-mode": "cors"}),
        **ACCEPTED,
        rows=row("accept", person="no"),
    ),
    Case(
        "accept on a telephone",
        **form(
            "choice=accept",
            **{"user-agent": IPHONE},
        ),
        **ACCEPTED,
        rows=row("accept", device="mobile"),
    ),
    Case(
        "accept after a no",
        **form("choice=accept"),
        after=("reject",),
        **ACCEPTED,
        rows=row("accept"),
    ),
    Case(
        "reject after a yes",
        **form("choice=reject"),
        after=("accept",),
        cookies="CONSENT; _ga=1; _fbp=2; sessionid=3",
        status=303,
        sets=frozenset({"consent"}),
        expires=frozenset({"_ga", "_fbp"}),
        rows=row("reject"),
    ),
    Case(
        "withdraw",
        **form("", "/_consent/withdraw"),
        after=("accept",),
        cookies="CONSENT; _ga=1; _fbp=2; sessionid=3",
        status=303,
        sets=frozenset({"consent"}),
        expires=frozenset({"_ga", "_fbp"}),
        rows=row("withdraw"),
    ),
    Case(
        "withdraw and go on",
        **form("next=/plain", "/_consent/withdraw"),
        **ACCEPTED,
        header={"location": "/plain"},
        rows=row("withdraw"),
    ),
    Case(
        "be forgotten",
        **form("action=erase&next=/plain", "/_consent/me"),
        policy="erased",
        after=("accept",),
        cookies="CONSENT; _ga=1",
        status=303,
        header={"location": "/plain"},
        sets=frozenset({"consent"}),
        expires=frozenset({"_ga"}),
        rows=row("erase"),
    ),
    Case(
        "be forgotten by DELETE",
        "/_consent/me",
        "DELETE",
        headers=OWN,
        policy="erased",
        after=("save media",),
        sets=frozenset({"consent"}),
        has=state('"media":"refused"', '"receipt":"/_consent/me?receipt='),
        rows=row("erase"),
    ),
    Case(
        "nobody to be forgotten",
        **told('{"action":"erase"}', "/_consent/me"),
        sets=frozenset({"consent"}),
        has=state('"media":"refused"'),
        rows=row("erase"),
    ),
    Case(
        "be forgotten from elsewhere",
        **form("action=erase", "/_consent/me", origin=EVIL),
        **NO,
        after=("accept",),
    ),
    Case(
        "deleted from elsewhere",
        "/_consent/me",
        "DELETE",
        headers=EVIL,
        after=("accept",),
        **NO,
    ),
    Case("no action", **form("choice=reject", "/_consent/me"), status=400, sets=NONE),
    Case("an unreadable action", **told("[[", "/_consent/me"), status=400, sets=NONE),
    Case(
        "withdraw and see it",
        **form("next=/_consent%3Fnext%3D%252Fplain", "/_consent/withdraw"),
        after=("accept",),
        status=303,
        rows=row("withdraw"),
        sets=frozenset({"consent"}),
    ),
    Case(
        "withdraw as JSON",
        **told("", "/_consent/withdraw"),
        sets=frozenset({"consent"}),
        has=state('"analytics":"refused"'),
        rows=row("withdraw"),
    ),
    Case(
        "accept as JSON",
        **told('{"choice":"accept"}'),
        has=state('"complete":true'),
        sets=frozenset({"consent"}),
        rows=row("accept"),
    ),
    Case(
        "save as JSON",
        **told(SAVED),
        has=state('"advertising":"refused"'),
        sets=frozenset({"consent"}),
        rows=row("save"),
    ),
    Case(
        "reject as JSON",
        **told('{"choice":"reject"}'),
        has=state('"show_banner":false'),
        rows=row("reject"),
    ),
    Case(
        "ask for stricter rules",
        **form("choice=reject&region=opt-in-strict"),
        place="US-TX",
        **ACCEPTED,
        rows=row("reject", "opt-in-strict"),
    ),
    Case(
        "ask for weaker rules",
        **form("choice=accept&region=us-gpc"),
        status=400,
        sets=NONE,
        has=(b"weaker",),
    ),
    Case("ask for rules unheard of", **form("choice=accept&region=moon"), status=400, sets=NONE),
    Case(
        "go on to a far place",
        **form("choice=reject&next=//evil.test"),
        **ACCEPTED,
        header={"location": "/"},
        rows=row("reject"),
    ),
    Case(
        "go on to an odd place",
        **form(f"choice=reject&next={quote('/café x')}"),
        **ACCEPTED,
        header={"location": "/caf%C3%A9%20x"},
        rows=row("reject"),
    ),
    Case(
        "from the site itself",
        **form("choice=reject", origin={"sec-fetch-site": "same-origin", "origin": "null"}),
        **ACCEPTED,
        rows=row("reject"),
    ),
    Case("from another site", **form("choice=accept", origin=EVIL), **NO),
    Case(
        "from another port", **form("choice=accept", origin={"origin": "http://site.test:81"}), **NO
    ),
    Case("from nowhere", **form("choice=accept", origin={}), **NO, has=(b"Origin",)),
    Case("from a sandbox", **form("choice=accept", origin={"origin": "null"}), **NO),
    Case(
        "across sites",
        **form("choice=accept", origin={**EVIL, "sec-fetch-site": "cross-site"}),
        **NO,
    ),
    Case(
        "from a sister",
        **form("choice=accept", origin={**SISTER, "sec-fetch-site": "same-site"}),
        **NO,
    ),
    Case(
        "withdraw across sites",
        **form("", "/_consent/withdraw", origin=EVIL),
        **NO,
    ),
    Case(
        "JSON across sites",
        **told('{"choice":"accept"}', origin=EVIL),
        **NO,
        has=(b'{"error"',),
    ),
    Case(
        "from a friend",
        **form("choice=accept", origin={"origin": "https://app.test"}),
        policy="words",
        **ACCEPTED,
        rows=row("accept"),
    ),
    Case("no choice", **form("next=/"), status=400, sets=NONE),
    Case("another choice", **form("choice=maybe"), status=400, sets=NONE),
    Case("two choices", **form("choice=accept&choice=reject"), status=400, sets=NONE),
    Case("an unknown purpose", **form("choice=save&purpose=world-peace"), status=400, sets=NONE),
    Case("an unknown service", **form("choice=save&service=nobody"), status=400, sets=NONE),
    Case("a form of bytes", **form("choice=%FF%FE"), status=400, sets=NONE),
    Case("an empty form", **form(""), status=400, sets=NONE),
    Case(
        "a form too large",
        **form("choice=accept&x=" + "a" * MAX_BODY),
        status=400,
        sets=NONE,
        has=(b"larger",),
    ),
    Case(
        "a form just small enough",
        **form("choice=reject&x=".ljust(MAX_BODY, "a")),
        **ACCEPTED,
        rows=row("reject"),
    ),
    Case(
        "JSON too large", **told('{"choice":"accept"}'.ljust(MAX_BODY + 1)), status=400, sets=NONE
    ),
    Case("broken JSON", **told('{"choice":'), status=400, sets=NONE, has=(b'{"error"',)),
    Case("JSON of a list", **told("[]"), status=400, sets=NONE),
    Case("JSON of a depth", **told("[" * 9000), status=400, sets=NONE),
    Case(
        "a multipart form",
        **form("--x\r\n", **{"content-type": "multipart/form-data; boundary=x"}),
        status=400,
        sets=NONE,
    ),
    Case(
        "plain text",
        **form("choice=accept", **{"content-type": "text/plain"}),
        status=400,
        sets=NONE,
    ),
    Case("a state that is posted", **form("", "/_consent/state"), status=405, sets=NONE),
    Case("a person is asked for", **form("choice=accept"), policy="switched", **NO),
    Case(
        "a person is there",
        **form("choice=accept", **{"sec-fetch-user": "?1"}),
        policy="switched",
        **ACCEPTED,
        rows=row("accept", person="yes"),
    ),
    Case(
        "nobody refuses", **form("choice=reject"), policy="switched", **ACCEPTED, rows=row("reject")
    ),
)

EXCLUDED = (
    Case("an excluded page", "/static/page.html", body=TRACKERS, sets=NONE),
    Case(
        "an excluded page after a yes",
        "/static/page.html",
        after=("accept",),
        body=TRACKERS,
        sets=frozenset({"_ga"}),
    ),
    Case(
        "an excluded page, swept",
        "/static/page.html",
        cookies="_ga=1",
        body=TRACKERS,
        expires=frozenset({"_ga"}),
    ),
    Case("almost excluded", "/staticky", has=GATED, sets=NONE),
    Case("below nothing excluded", "/raw/a/b.html", has=GATED, sets=NONE),
)

SITE_COOKIES = LOOSE | EVERYTHING
MODES = (
    Case("observed", policy="observe", body=TRACKERS, sets=SITE_COOKIES, header={"etag": '"v1"'}),
    Case("observed JSON", "/json", policy="observe", body=b'{"a":1}', header=AS_SENT),
    Case("observed cookies", "/echo", policy="observe", cookies="_ga=x", body=b"_ga=x"),
    Case("observed stream", "/stream", policy="observe", body=TRACKERS),
    Case("observed drawing", "/drawing", policy="observe", body=DRAWING, header=UNFENCED),
    Case("observed links", "/links", policy="observe", body=PLAIN),
    Case("observed, our state", "/_consent/state", policy="observe", has=state('"region"')),
    Case(
        "observed choice", **form("choice=accept"), policy="observe", **ACCEPTED, rows=row("accept")
    ),
    Case("off", policy="off", body=TRACKERS, sets=SITE_COOKIES, header={"etag": '"v1"'}),
    Case("off, JSON", "/json", policy="off", body=b'{"a":1}', header=AS_SENT),
    Case("off, cookies", "/echo", policy="off", cookies="_ga=x", body=b"_ga=x"),
    Case("off, a stream", "/stream", policy="off", body=TRACKERS),
    Case("off, HEAD", method="HEAD", policy="off", body=b""),
    Case("off, a condition", policy="off", headers={**PAGE, "if-none-match": '"v1"'}, status=304),
    Case("off, our state", "/_consent/state", policy="off", has=state('"region"')),
    Case("debugged", policy="words", has=GATED, sets=NECESSARY),
)

MOUNTED = (
    Case("mounted", root="/shop", has=(*GATED, b'action="/shop/_consent"'), sets=NECESSARY),
    Case("mounted, a stream", "/stream", root="/shop", has=GATED, lacks=(LIVE,)),
    Case("mounted, our page", "/_consent", root="/shop", has=(b'action="/shop/_consent"',)),
    Case("mounted, our state", "/_consent/state", root="/shop", has=state('"region":"de-tdddg"')),
    Case(
        "mounted, a choice",
        **form("choice=accept&next=/shop/plain"),
        root="/shop",
        **ACCEPTED,
        header={"location": "/shop/plain"},
        rows=row("accept"),
    ),
    Case("mounted, accepted", root="/shop", after=("accept",), has=(OPEN,), sets=EVERYTHING),
    Case("mounted, excluded", "/static/page.html", root="/shop", body=TRACKERS),
    Case("mounted twice as deep", "/plain", root="/a/b", has=(b'action="/a/b/_consent"',)),
    Case(
        "mounted, a withdrawal",
        **form("", "/_consent/withdraw"),
        root="/shop",
        cookies="_ga=1",
        status=303,
        expires=frozenset({"_ga"}),
        rows=row("withdraw"),
    ),
)

TLS: dict[str, Any] = {"policy": "https", "scheme": "https"}
HTTPS_OWN = {"origin": "https://site.test"}
ELSEWHERE = (
    Case(
        "https, accepted",
        **form("choice=accept", origin=HTTPS_OWN),
        **TLS,
        status=303,
        sets=frozenset({"__Host-consent"}),
        rows=row("accept"),
    ),
    Case("https, after a yes", after=("accept",), **TLS, has=(OPEN,), sets=EVERYTHING),
    Case("https, a weaker cookie", cookies="consent=x", **TLS, has=GATED, sets=NECESSARY),
    Case(
        "https, swept with partitions", "/plain", cookies="_ga=1", **TLS, expires=frozenset({"_ga"})
    ),
    Case("https ended before us", after=("accept",), policy="https", has=(OPEN,)),
    Case(
        "one choice for all subdomains",
        **form("choice=accept", origin={"origin": "https://www.site.test"}),
        policy="domain",
        scheme="https",
        host="www.site.test",
        status=303,
        sets=frozenset({"__Secure-consent"}),
        rows=row("accept"),
    ),
    Case(
        "of all subdomains",
        policy="domain",
        scheme="https",
        host="www.site.test",
        after=("accept",),
        has=(OPEN,),
    ),
    Case(
        "https although the site is not",
        **form("choice=reject"),
        scheme="https",
        **ACCEPTED,
        rows=row("reject"),
    ),
    Case(
        "another host",
        **form("choice=reject", origin={"origin": "http://other.test"}),
        host="other.test",
        **ACCEPTED,
        rows=row("reject"),
    ),
    Case("our URLs elsewhere", "/privacy/choice/state", policy="moved", has=state('"region"')),
    Case(
        "our page elsewhere", "/privacy/choice", policy="moved", has=(b'action="/privacy/choice"',)
    ),
    Case("not where they were", "/_consent/state", policy="moved", status=404, has=(BANNER,)),
    Case("accepted elsewhere", policy="moved", after=("accept",), has=(OPEN,)),
)

#: As the app says it.
KEPT = {
    "cache-control": "public, max-age=60, s-maxage=600",
    "cdn-cache-control": "max-age=600",
    "vary": "Accept-Encoding",
}
FOR_ALL: dict[str, Any] = {"policy": "shared", "has": (*GATED, b"data-cg-shared"), "lacks": (LIVE,)}
VISITORS: dict[str, dict[str, Any]] = {
    "a first visit": {},
    "in Texas": {"place": "US-TX"},
    "nowhere": {"place": ""},
    "after a yes": {"after": ("accept",)},
    "after a no, with its cookies": {"after": ("reject",), "cookies": "CONSENT; _ga=1"},
    "with a signal": {"headers": GPC, "place": "US-CA"},
    "in German": {"headers": {"accept-language": "de"}},
    "in a frame": {"headers": {"sec-fetch-dest": "iframe"}},
}
SHARED = (
    *(
        Case(f"for everybody: {name}", "/cached", **FOR_ALL, **how, sets=NONE, header=KEPT)
        for name, how in VISITORS.items()
    ),
    Case("for everybody: no cookie but what all get", **FOR_ALL, after=("accept",), sets=NECESSARY),
    Case(
        "for everybody: HEAD",
        "/cached",
        "HEAD",
        policy="shared",
        header={**KEPT, "content-length": None},
    ),
    Case(
        "for everybody: the app sees no cookie that is not everybody's",
        "/echo",
        policy="shared",
        after=("accept",),
        cookies="a=1; _ga=x; CONSENT",
        lacks=(b"_ga",),
    ),
    Case("for everybody: held", headers=PAGE, policy="shared", holds="reject", status=304),
    Case(
        "for everybody: held, and another choice since",
        headers=PAGE,
        policy="shared",
        after=("accept",),
        holds="reject",
        status=304,
    ),
    Case(
        "for everybody: held by date",
        "/cached",
        headers={**PAGE, "if-modified-since": PAST.decode()},
        policy="shared",
        holds="reject",
        status=304,
    ),
    Case("for everybody: a date alone", "/cached", **FOR_ALL, headers=HELD),
    Case(
        "for everybody: a tag that is not ours",
        **FOR_ALL,
        headers={**PAGE, "if-none-match": '"v1"'},
    ),
    Case(
        "for everybody: another's page of before",
        **FOR_ALL,
        headers={**PAGE, "if-none-match": 'W/"v1.cg-0"'},
    ),
    Case(
        "for everybody: the site is not",
        "/news",
        **{**FOR_ALL, "policy": "usual"},
        after=("accept",),
        header=KEPT,
    ),
    Case(
        "not for everybody: a path",
        "/plain",
        policy="shared",
        has=(BANNER,),
        lacks=(b"data-cg-shared",),
        header=PRIVATE,
    ),
    Case(
        "not for everybody: a view",
        "/own",
        policy="usual",
        after=("accept",),
        has=(OPEN,),
        header={"cache-control": "private, no-cache"},
    ),
    Case(
        "not for everybody: the view asks",
        "/asks",
        after=("accept",),
        has=(b"True",),
        lacks=(b"data-cg-shared",),
        header=PRIVATE,
    ),
    Case(
        "not for everybody: cookies of data",
        "/json",
        policy="shared",
        after=("accept",),
        sets=frozenset({"_ga"}),
        header=PERSONAL,
    ),
    Case("data for everybody", "/json-clean", policy="shared", after=("accept",), header=AS_SENT),
    Case(
        "for everybody: who is it",
        "/_consent/state?next=/news",
        place="US-CA",
        policy="shared",
        has=(b'"unknown":true', b'"banner":"', b"Do Not Sell"),
        header=NO_STORE,
        sets=NONE,
    ),
    Case(
        "for everybody: who has chosen",
        "/_consent/state?next=/news/1",
        policy="shared",
        after=("reject",),
        cookies="CONSENT; _ga=1",
        sets=frozenset({"consent-hint"}),
        expires=frozenset({"_ga"}),
        header=NO_STORE,
    ),
    Case(
        "for everybody: a hint is not believed",
        "/_consent/state?next=/news",
        policy="shared",
        cookies="consent-hint=1",
        has=(b'"show_banner":true',),
        sets=NONE,
        expires=frozenset({"consent-hint"}),
    ),
)

ASKED = (
    Case(
        "XHTML, where nothing of ours can ask again",
        "/xhtml",
        after=("accept",),
        header={"cache-control": "private, no-cache, no-store"},
    ),
    Case(
        "XHTML for everybody", "/xhtml", policy="shared", header={"cache-control": None, **FENCED}
    ),
    Case(
        "data that asks is its visitor's",
        "/allows-public",
        after=("accept",),
        body=b"true",
        header=MADE_OF_IT,
    ),
    Case("data that asks, a first visit", "/allows-public", body=b"false", header=MADE_OF_IT),
    *(
        Case(f"asked too late: {what}", path, after=("accept",), has=(b"<p>now " + said,), **more)
        for what, path, said, more in (
            ("data for everybody", "/late", b"False", {"header": AS_SENT}),
            ("data that says nothing", "/late-unsaid", b"False", {"header": UNSAID}),
            ("its visitor's data", "/late-private", b"True", {}),
            ("an event stream", "/late-events", b"True", {"header": {"cache-control": "no-cache"}}),
            ("to send", "/late", b"True", {"method": "POST"}),
            ("its visitor's page", "/late-page", b"True", {"header": PRIVATE}),
            ("a page for everybody", "/late-page", b"False", {"policy": "shared"}),
            ("where nothing is enforced", "/late", b"True", {"policy": "observe"}),
        )
    ),
    Case(
        "data with a granted cookie",
        "/json",
        after=("accept",),
        sets=frozenset({"_ga"}),
        header=PERSONAL,
    ),
    Case("data with a refused cookie", "/json", after=("reject",), sets=NONE, header=PERSONAL),
    Case(
        "data with a cookie in Texas",
        "/json",
        place="US-TX",
        sets=frozenset({"_ga"}),
        header=PERSONAL,
    ),
)

CASES = (
    *PLACES, *AFTER, *TOKENS, *SIGNALS, *BODIES, *STREAMS, *HEAD, *CACHES, *FIELDS, *COOKIES,
    *OWN_PAGES, *CHOICES, *EXCLUDED, *MODES, *MOUNTED, *ELSEWHERE, *SHARED,
    *ASKED,
)  # fmt: skip
