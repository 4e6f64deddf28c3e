"""URLs that are their own content, and tags that wait for more than one thing."""

from __future__ import annotations

import html
from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.html.judging import AllowAll, BadHosts

from consentguard.html import Gate, Kind, rewrite
from consentguard.html.dataurls import MAX_BODY
from consentguard.html.scripts import json_urls

IMG = "<p><img src=//bad></p>"
PLAIN = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><path d='M0 0'/></svg>"
HOLDERS = (
    *("<iframe src='%s'></iframe>", "<frame src='%s'>"),
    *("<object data='%s'></object>", "<embed src='%s'>"),
)


def gated(page: str) -> list[str]:
    """The purposes of what is gated."""
    return [one.purpose for one in rewrite(page.encode(), BadHosts())[1]]


def nested(text: str, kind: str = "text/html") -> str:
    return f"data:{kind};base64,{b64encode(text.encode()).decode()}"


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_document_in_a_url_is_read(holder: str) -> None:
    for kind in ("text/html", "text/html;charset=utf-8", "Text/HTML;https://x/y", "unknown/x"):
        assert gated(holder % nested(IMG, kind)) == ["analytics"]
        assert gated(holder % nested("<p><img src=/own>", kind)) == []
    assert gated(holder % f"data:text/html,{quote(IMG)}") == ["analytics"]
    assert gated(holder % nested("<script>fbq(1)</script>")) == ["advertising"]
    assert gated(holder % nested(f"<iframe src='{nested(IMG)}'>")) == ["analytics"]


def test_the_tag_is_gated_as_a_whole() -> None:
    url = nested(IMG)
    out, (one,) = rewrite(f"<object title=x data='{url}'>".encode(), BadHosts())
    mark = ' data-cg-purpose="analytics" data-cg-service="bad-service"'
    assert out.decode() == f"<object{mark} title=x data-cg-data='{url}'>"
    assert (one.element, one.url) == ("object", url)


@pytest.mark.parametrize("kind", ["text/plain", "image/png", "video/mp4", "application/pdf", ""])
def test_what_is_no_document_passes(kind: str) -> None:
    assert gated(HOLDERS[0] % nested(IMG, kind)) == []


@pytest.mark.parametrize("holder", HOLDERS)
def test_xml_passes_only_where_it_can_load_nothing(holder: str) -> None:
    kind = "image/svg+xml"
    assert gated(holder % nested(PLAIN, kind)) == []
    for more in (
        "<image href='https://h/'/>",
        "<x:image href='HTTPS:\\\\h/'/>",
        "<image href='&#104;ttps://h/'/>",
        "<style>a{b:url(ht]]>\\74ps:)}</style>",
        "<script/>",
        "<g onload='x()'/>",
        "<!DOCTYPE svg>",
    ):
        assert gated(holder % nested(PLAIN.replace("<path", more + "<path"), kind)) == ["unknown"]
        assert gated(holder % nested(more, "application/xhtml+xml")) == ["unknown"]


@pytest.mark.parametrize(
    "url",
    [
        "data:text/html;charset=utf-16," + quote(IMG),
        "data:text/html;charset=iso-2022-kr,x",
        "data:text/html,%FF%FE<",
        "data:text/html," + "x" * (MAX_BODY + 1),
    ],
)
def test_a_document_that_cannot_be_read_waits(url: str) -> None:
    assert gated(HOLDERS[0] % url) == ["unknown"]


def test_documents_that_are_too_deep_wait() -> None:
    for kind in ("src", "srcdoc"):
        page = "<p>"
        for _ in range(6):
            page = f"<iframe {kind}='{nested(page) if kind == 'src' else html.escape(page)}'>"
        assert gated(page) == ["unknown"]


@pytest.mark.parametrize("holder", HOLDERS)
def test_code_in_a_url_is_a_script(holder: str) -> None:
    for url in ("javascript:fbq(1)", " JAVA&Tab;SCRIPT:%66bq(1)"):
        assert gated(holder % url) == ["advertising"]
    assert gated(holder % "javascript:void(0)") == []
    assert gated(holder % ("javascript:" + "x" * (MAX_BODY + 1))) == ["unknown"]


def test_what_does_not_run_in_its_place_passes() -> None:
    for url in ("javascript:fbq(1)", nested("fbq(1)")):
        page = f"<a href='{url}'></a><img src='{url}'>".encode()
        assert rewrite(page, BadHosts()) == (page, [])
    assert gated("<form action='javascript:fbq(1)'></form>") == ["advertising"]


def test_a_script_in_a_url() -> None:
    assert gated("<script src='data:text/javascript,fbq(1)'></script>") == ["advertising"]
    assert gated(f"<script src='{nested('x()', 'text/javascript')}'></script>") == []


SHEET = "data:text/css,a{b:url(//bad)}"


@pytest.mark.parametrize(
    "page",
    [
        f"<link rel=stylesheet href='{SHEET}'>",
        f"<style>@import '{SHEET}';</style>",
        f"<p style='@import \"{SHEET}\"'>",
        f"<style>@import url('{nested('@import url(//bad)', 'text/css')}')</style>",
        f"<link rel=stylesheet href='{nested(f'@import {SHEET!r}', 'text/css')}'>",
    ],
)
def test_a_sheet_in_a_url_is_gated_as_a_whole(page: str) -> None:
    out, found = rewrite(page.encode(), BadHosts())
    assert [one.purpose for one in found] == ["analytics"]
    assert b"data-cg-href=" in out or b"data:" not in out
    fine = page.replace("//bad", "/own").replace(
        nested("@import url(//bad)", "text/css"), nested("@import url(/own)", "text/css")
    )
    if "base64" not in fine:
        assert gated(fine) == []


def test_sheets_that_are_too_deep_or_unreadable_wait() -> None:
    sheet = "a{}"
    for _ in range(7):
        sheet = f"@import '{nested(sheet, 'text/css')}'"
    assert gated(f"<style>{sheet}</style>") == ["unknown"]
    assert gated("<link rel=stylesheet href='data:text/css;charset=utf-16,x'>") == ["unknown"]
    assert gated("<link rel=icon href='data:text/css;charset=utf-16,x'>") == []


class Several(BadHosts):
    """Denies by host: each letter is a service of its own."""

    def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
        host = url.partition("//")[2][:1]
        both = ("one", "two"), ("b1", "b2")
        known = {"a": Gate("one", "a"), "b": Gate("two", "b1", *both), "u": Gate("unknown", "")}
        return known.get(host)


@pytest.mark.parametrize(
    ("tag", "purposes", "services"),
    [
        ("<img srcset='//b 1x, /own, //a 2x, //b 3x'>", "one two", "b1 b2 a"),
        ("<img src=//u srcset=//a>", "unknown one", "a"),
        ("<video src=//a poster=//b style='a:url(//u)'>", "one two unknown", "a b1 b2"),
        ("<a ping='//a //a //x'>", "one", "a"),
        ("<iframe srcdoc='<img src=//a><img src=//x><img src=//b>'>", "one two", "a b1 b2"),
        ("<img src=//u>", "unknown", ""),
    ],
)
def test_everything_that_is_denied_is_named_once(tag: str, purposes: str, services: str) -> None:
    out, (one,) = rewrite(tag.encode(), Several())
    assert f' data-cg-purpose="{purposes}" data-cg-service="{services}"' in out.decode()
    assert one.purpose in purposes.split()
    assert one.service in ("", *services.split())


def test_attributionsrc_is_a_list_of_beacons() -> None:
    judge = BadHosts()
    out = rewrite(b"<img src=/a attributionsrc='/b //bad'>", judge)[0]
    assert out.endswith(b" src=/a data-cg-attributionsrc='/b //bad'>")
    assert ("//bad", Kind.BEACON, "img", None) in judge.asked
    assert gated("<img attributionsrc><img attributionsrc=''>") == []


def test_a_script_goes_on_without_its_attributionsrc() -> None:
    for rest in ("src=/a></script>", ">run()</script>", "type=x>fbq(</script>"):
        out = rewrite(f"<script ATTRIBUTIONSRC=//bad {rest}".encode(), BadHosts())[0]
        assert out.endswith(f" data-cg-ATTRIBUTIONSRC=//bad {rest}".encode())
        assert b"text/plain" not in out
    out = rewrite(b"<script attributionsrc=//bad>fbq(1)</script>", BadHosts())[0]
    assert b' type="text/plain" data-cg-attributionsrc=' in out


@given(st.text(alphabet="<>/=%;,&'\" dataimgsrc:base64svgxml!?#", max_size=80))
def test_nothing_raises_and_identity_holds(text: str) -> None:
    for head in ("data:text/html,", "data:image/svg+xml,", "data:text/css,", "javascript:"):
        value = html.escape(head + text)
        page = "".join(holder % value for holder in HOLDERS)
        page += f"<link rel=stylesheet href='{value}'>"
        rewrite(page.encode(), BadHosts())
        assert rewrite(page.encode(), AllowAll()) == (page.encode(), [])


@pytest.mark.parametrize(
    "page",
    [
        "<form action='data:text/html,<img src=https://bad/x>'>",
        "<button formaction='data:text/html,<img src=https://bad/x>'>",
        "<svg><script language=x>fbq(1)</script></svg>",
        '<script type=importmap>{"imports":{"x":"\\u002f\\u002fbad/x\\v"}}</script>',
    ],
)
def test_what_only_a_browser_reads_so(page: str) -> None:
    assert rewrite(page.encode(), BadHosts())[1]


def test_a_frame_of_code_has_the_bases_of_the_page() -> None:
    judge = BadHosts()
    rewrite(b"<base href=//a/><iframe src='javascript:\"<img src=x>\"'></iframe>", judge)
    assert ("x", "//a/") in [(asked, base) for asked, _, _, base in judge.asked]


def test_strings_of_json_that_do_not_end_take_no_longer() -> None:
    # Each quote was once the begin of a string that ran to the end: minutes for this.
    assert list(json_urls('["/a", "' + '\\"' * 100_000)) == ["/a"]
