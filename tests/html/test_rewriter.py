from __future__ import annotations

import html
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.html import pages
from tests.html.judging import MARK, AllowAll, BadHosts
from tests.html.pages import SOUP

from consentguard.html import Gate, Gated, Kind, Rewriter, rewrite
from consentguard.html.names import SCRIPT_LIMIT, TOKEN_LIMIT
from consentguard.html.tags import MOST

INSERT = b"<!--banner-->"
SCRIPT_MARK = MARK + b' type="text/plain"'
FRAME_MARK = MARK + b' name="cg-gated"'

#: Where a preload scanner takes for text what the parser reads as markup.
APART = b"<!--</style>-->"


def run(page: bytes, insert: bytes = b"") -> bytes:
    return rewrite(page, BadHosts(), insert=insert)[0]


@pytest.mark.parametrize("page", pages.ALL)
def test_every_cut_gives_the_same_page(page: bytes) -> None:
    out, gated = rewrite(page, BadHosts(), insert=INSERT)
    for cut in range(len(page) + 1):
        rewriter = Rewriter(BadHosts(), insert=INSERT)
        parts = rewriter.feed(page[:cut]), rewriter.feed(page[cut:]), rewriter.finish()
        assert b"".join(parts) == out
        assert rewriter.gated == gated


@given(SOUP, st.data())
def test_the_rest_in_one_go(page: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(page)))
    rewriter = Rewriter(BadHosts(), insert=INSERT)
    out = rewriter.feed(page[:cut]) + rewriter.whole(page[cut:])
    assert (out, rewriter.gated) == rewrite(page, BadHosts(), insert=INSERT)


@pytest.mark.parametrize("page", pages.ALL)
def test_a_judge_that_denies_nothing_changes_nothing(page: bytes) -> None:
    assert rewrite(page, AllowAll()) == (page, [])


@given(SOUP, st.data())
def test_soup_cut_anywhere(page: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(page)))
    rewriter = Rewriter(BadHosts(), insert=INSERT)
    out = rewriter.feed(page[:cut]) + rewriter.feed(page[cut:]) + rewriter.finish()
    assert (out, rewriter.gated) == rewrite(page, BadHosts(), insert=INSERT)
    plain = rewrite(page, AllowAll())[0]
    assert plain.replace(b"data-app-cg-", b"data-cg-") == page


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "cp932", "gb18030", "big5hkscs"]))
def test_any_bytes_pass_and_nothing_is_raised(page: bytes, encoding: str) -> None:
    page = b"<html><img src='" + page + b"' style='a:url(" + page
    rewriter = Rewriter(BadHosts(), encoding=encoding)
    out = rewriter.feed(page) + rewriter.finish()
    ours, theirs = b"data-app-cg-", b"data-cg-"
    assert rewriter.gated or out.replace(ours, theirs) == page.replace(ours, theirs)


def test_a_careless_page() -> None:
    out, gated = rewrite(pages.CARELESS, BadHosts(), insert=INSERT)
    elements = [one.element for one in gated]
    in_order = "script script link meta style style body image img a img iframe"
    assert " ".join(elements) == in_order
    assert all(pages.CARELESS[one.offset : one.offset + 1] == b"<" for one in gated)
    assert out.count(INSERT + b"</body>") == out.count(INSERT) == 1


TABLE = [
    (b'<script src="//bad">', b'<script%s data-cg-src="//bad">', Kind.SCRIPT),
    (b"<iframe src=//bad>", b"<iframe%s data-cg-src=//bad>", Kind.FRAME),
    (b"<frame src=//bad>", b"<frame%s data-cg-src=//bad>", Kind.FRAME),
    (b"<img src=//bad>", b"<img%s data-cg-src=//bad>", Kind.IMAGE),
    (b"<img srcset='//bad 2x'>", b"<img%s data-cg-srcset='//bad 2x'>", Kind.IMAGE),
    (b"<img attributionsrc=//bad>", b"<img%s data-cg-attributionsrc=//bad>", Kind.BEACON),
    (b"<image src=//bad>", b"<image%s data-cg-src=//bad>", Kind.IMAGE),
    (b"<source src=//bad>", b"<source%s data-cg-src=//bad>", Kind.MEDIA),
    (b"<source srcset=//bad>", b"<source%s data-cg-srcset=//bad>", Kind.IMAGE),
    (b"<video src=//bad>", b"<video%s data-cg-src=//bad>", Kind.MEDIA),
    (b"<video poster=//bad>", b"<video%s data-cg-poster=//bad>", Kind.IMAGE),
    (b"<audio src=//bad>", b"<audio%s data-cg-src=//bad>", Kind.MEDIA),
    (b"<track src=//bad>", b"<track%s data-cg-src=//bad>", Kind.MEDIA),
    (b"<object data=//bad>", b"<object%s data-cg-data=//bad>", Kind.OBJECT),
    (b"<embed src=//bad>", b"<embed%s data-cg-src=//bad>", Kind.OBJECT),
    (b"<input type=IMAGE src=//bad>", b"<input%s type=IMAGE data-cg-src=//bad>", Kind.IMAGE),
    (b"<input formaction=//bad>", b"<input%s data-cg-formaction=//bad>", Kind.FORM),
    (b"<button formaction=//bad>", b"<button%s data-cg-formaction=//bad>", Kind.FORM),
    (b"<form action=//bad>", b"<form%s data-cg-action=//bad>", Kind.FORM),
    (b"<a href=//bad ping='/x //bad'>", b"<a%s href=//bad data-cg-ping='/x //bad'>", Kind.BEACON),
    (b"<area ping=//bad>", b"<area%s data-cg-ping=//bad>", Kind.BEACON),
    (b"<a attributionsrc=//bad>", b"<a%s data-cg-attributionsrc=//bad>", Kind.BEACON),
    (b"<area attributionsrc=//bad>", b"<area%s data-cg-attributionsrc=//bad>", Kind.BEACON),
    (b"<td background=//bad>", b"<td%s data-cg-background=//bad>", Kind.IMAGE),
    (b"<body background=//bad>", b"<body%s data-cg-background=//bad>", Kind.IMAGE),
    (
        b"<meta http-equiv=Refresh content='0;url=//bad'>",
        b"<meta%s http-equiv=Refresh data-cg-content='0;url=//bad'>",
        Kind.REFRESH,
    ),
    (
        b"<link rel=stylesheet href=//bad>",
        b"<link%s rel=stylesheet data-cg-href=//bad>",
        Kind.STYLE,
    ),
    (
        b"<link rel=preload as=image href=/a imagesrcset=//bad>",
        b"<link%s rel=preload as=image href=/a data-cg-imagesrcset=//bad>",
        Kind.IMAGE,
    ),
    (b"<svg><script href=//bad />", b"<svg><script%s data-cg-href=//bad />", Kind.SCRIPT),
    (
        b"<svg><image xlink:href='//bad'/>",
        b"<svg><image%s data-cg-xlink:href='//bad'/>",
        Kind.IMAGE,
    ),
    (b"<svg><use href=//bad />", b"<svg><use%s data-cg-href=//bad />", Kind.IMAGE),
    (b"<svg><feImage href=//bad />", b"<svg><feImage%s data-cg-href=//bad />", Kind.IMAGE),
    (
        b"<p style='a:url(//bad)'>",
        b"<p%s style='a:url(about:blank#cg-gated)'>",
        Kind.IMAGE,
    ),
]


@pytest.mark.parametrize(("tag", "expected", "kind"), TABLE)
def test_the_table(tag: bytes, expected: bytes, kind: Kind) -> None:
    judge = BadHosts()
    out, gated = rewrite(tag, judge)
    script = b"<script" in tag and b"<svg" not in tag
    marks = {b"<script": SCRIPT_MARK, b"<iframe": FRAME_MARK, b"<frame": FRAME_MARK}
    mark = next((mark for start, mark in marks.items() if start in tag), MARK)
    assert out == expected % mark
    assert [one.url for one in gated] == ["//bad"]
    assert ("//bad", kind, gated[0].element, None) in judge.asked
    assert script == (gated[0].element == "script" and gated[0].offset == 0)


@pytest.mark.parametrize(
    ("rel", "kind"),
    [
        (b"preload", Kind.HINT),
        (b"'preload' as=script", Kind.SCRIPT),
        (b"'preload' as=style", Kind.STYLE),
        (b"'preload' as=FONT", Kind.FONT),
        (b"'preload' as=video", Kind.MEDIA),
        (b"modulepreload", Kind.SCRIPT),
        (b"prefetch", Kind.HINT),
        (b"PreConnect", Kind.HINT),
        (b"dns-prefetch", Kind.HINT),
        (b"prerender", Kind.HINT),
        (b"'shortcut icon'", Kind.IMAGE),
        (b"apple-touch-icon", Kind.IMAGE),
        (b"manifest", Kind.MANIFEST),
        (b"'alternate stylesheet'", Kind.STYLE),
    ],
)
def test_links_by_relation(rel: bytes, kind: Kind) -> None:
    judge = BadHosts()
    out = rewrite(b"<link rel=" + rel + b" href=//bad>", judge)[0]
    assert b" data-cg-href=//bad" in out
    assert judge.asked == [("//bad", kind, "link", None)]


LOOK_ALIKES = [
    b"<a href=//bad>//bad</a>",
    b"<!-- <img src=//bad> -->",
    b"<title><img src=//bad></title>",
    b"<textarea><img src=//bad></textarea>",
    b"<pre>&lt;img src=//bad></pre>",
    b"<link rel=canonical href=//bad><link rel=alternate href=//bad>",
    b"<link href=//bad>",
    b"<meta property=og:image content=//bad><meta http-equiv=x content='0;url=//bad'>",
    b"<input type=text src=//bad><p src=//bad title=//bad data-src=//bad>",
    b'<script type="application/ld+json">{"url":"//bad", "x":"fbq("}</script>',
    b'<script type=webbundle>{"source":"/a","resources":["/b"]}</script>'
    b"<script type=text/template>fbq(</script><script type=x src=//bad></script>",
    b'<script type="text/plain" data-category="analytics" src=//bad>fbq(</script>',
    b"<script src=/a>fbq(</script>",
    b"<script type='text/javascript;x'>fbq(</script>",
    b"<style>/* url(//bad) */ a{content:'url(//bad)'} @namespace url(//bad);</style>",
    b"<svg><a href=//bad><use src=//bad></svg>",
    b"<svg><set attributeName=d to=//bad><g fill='url(#a)' filter='x' d='url(//bad)'></svg>",
    b"<p fill='url(//bad)' mask='url(//bad)'>",
    b"<img src='' alt=//bad><img src>",
    b"<p style='content:\"url(//bad)\"'>",
]


@pytest.mark.parametrize("page", LOOK_ALIKES)
def test_look_alikes_are_left_alone(page: bytes) -> None:
    assert rewrite(page, BadHosts()) == (page, [])


@pytest.mark.parametrize(
    "kind",
    [
        b"",
        b" type",
        b" type=''",
        b" type=' Text/JavaScript '",
        b" type=module",
        b" language=JavaScript1.2",
        b" type=application/x-ecmascript",
        b" type=text/partytown",
    ],
)
def test_inline_scripts_by_their_text(kind: bytes) -> None:
    page = b"<script" + kind + b">fbq(1)</script>"
    out, gated = rewrite(page, BadHosts())
    assert out.startswith(b'<script data-cg-purpose="advertising" data-cg-service="pixel" type="')
    assert out.count(b" type=") == 1
    assert out.endswith(b">fbq(1)</script>")
    assert gated == [Gated("script", "", "advertising", "pixel", 0)]


def test_a_script_that_waits_by_the_sites_own_hand_is_left_alone() -> None:
    """The field's habit: the page says itself what waits, and for what."""
    for rest in (b" src=//bad></script>", b">fbq(1)</script>"):
        page = b'<script type="text/plain" data-category="analytics"' + rest
        assert rewrite(page, BadHosts()) == (page, [])


def test_svg_script_text_is_markup() -> None:
    assert rewrite(b"<svg><script>&#102;bq(1)</script></svg>", BadHosts())[1]
    assert not rewrite(b"<script>&#102;bq(1)</script>", BadHosts())[1]
    assert rewrite(b"<svg><script><![CDATA[a<b;fbq(1)]]></script></svg>", BadHosts())[1]


@pytest.mark.parametrize("kind", [b"importmap", b"SpeculationRules"])
def test_json_that_names_urls(kind: bytes) -> None:
    page = b"<script type=" + kind + b'>{"//bad": {"a": "%s"}}</script>'
    assert rewrite(page % b"/local", BadHosts())[1] == []
    out, gated = rewrite(page % b"https:\\/\\/b\\u0061d/x", BadHosts())
    assert gated[0].url == "https://bad/x"
    assert b' type="text/plain" data-cg-type=' in out


def test_duplicates_first_counts_and_all_are_renamed() -> None:
    assert run(b"<img src=/a src=//bad>") == b"<img src=/a src=//bad>"
    assert (
        run(b"<img SRC=//bad x src=/a>") == b"<img" + MARK + b" data-cg-SRC=//bad x data-cg-src=/a>"
    )
    out = run(b"<script type=module src=//bad type=text/javascript></script>")
    assert out.count(b" data-cg-type=") == 2


@pytest.mark.parametrize(
    "page",
    [
        b"<script type=text/plain type=module src=//bad></script>",
        b"<script language=vb language=javascript src=//bad></script>",
        b'<script src="" src=//bad src=/a></script>',
        b"<link rel=canonical href=//bad rel=preload as=fetch>",
        b"<link rel=preload as=image href=/a href=//bad>",
        b"<link href rel=stylesheet href=//bad>",
        b"<input type=text type=image src=//bad>",
        b"<video poster poster=//bad></video>",
        b"<picture><source srcset srcset=//bad></picture>",
        b"<svg><image href='' href=//bad /></svg>",
        b"<svg><script type=x type='' href=//bad></script></svg>",
    ],
)
def test_a_later_duplicate_counts_to_a_preload_scanner(page: bytes) -> None:
    assert b"data-cg-purpose" in run(page)
    fine = page.replace(b"//bad", b"/own")
    assert run(fine) == fine


def test_a_script_of_svg_is_fetched_whatever_it_is() -> None:
    page = b"<svg><script type=text/plain href=//bad></script></svg>"
    assert b"data-cg-href=//bad" in run(page)


def test_of_a_sheet_in_which_too_much_waits_nothing_is_kept() -> None:
    sheet = b"a{b:url(//bad)}" * (MOST + 1)
    assert run(b"<style>" + sheet + b"</style>") == b"<style></style>"
    assert run(b'<p style="' + sheet + b'">').endswith(b'style="">')


@pytest.mark.parametrize(
    "sheet",
    [
        b"@charset \";@import '//bad';\";",
        b"@layer \";@import '//bad';\";",
        b'@import /* ;@import "//bad"; */ "/own";',
        b'@charset url(;@import "//bad";)',
        b"@import //bad;",
        b'@\0import "//bad";',
    ],
)
def test_a_sheet_that_only_a_preload_scanner_reads_so(sheet: bytes) -> None:
    for page in (b"<style>%b</style>", b"<svg><style>%b</style></svg>"):
        assert run(page % sheet) == page % b""
        fine = page % sheet.replace(b"//bad", b"/own")
        assert run(fine) == fine


def test_only_denied_attributes_are_renamed() -> None:
    assert run(b"<img src=/a srcset='//bad 1x'>").count(b" src=/a data-cg-srcset=") == 1
    assert run(b"<video poster=/p src=//bad>").count(b" poster=/p data-cg-src=") == 1


def test_tags_without_spaces() -> None:
    assert run(b"<img/src=//bad/>") == b"<img" + MARK + b"/data-cg-src=//bad/>"
    assert (
        run(b"<img src='/'srcset='//bad'>") == b"<img" + MARK + b" src='/'data-cg-srcset='//bad'>"
    )


@pytest.mark.parametrize(
    "value",
    ["h&#116tp://bad", "&sol;/bad", "//b&#x61;d", "//b&#97d", "&NewLine;//bad", "//bad\xe9"],
)
def test_values_are_decoded_as_the_browser_does(value: str) -> None:
    judge = BadHosts()
    rewrite(b'<img src="' + value.encode("latin-1") + b'">', judge, encoding="cp1252")
    assert "bad" in judge.asked[0][0]


def test_windows_1251() -> None:
    page = '<html><p title="Привет"><img alt="Мир" src="//bad/путь"></p></body>'.encode("cp1251")
    out, gated = rewrite(page, BadHosts(), insert="Да".encode("cp1251"), encoding="cp1251")
    assert gated[0].url == "//bad/путь"
    mark = MARK.decode()
    text = f'<html><p title="Привет"><img{mark} alt="Мир" data-cg-src="//bad/путь"></p>Да</body>'
    assert out.decode("cp1251") == text


def test_base_is_handed_over() -> None:
    judge = BadHosts()
    rewrite(
        b"<template><base href=/t></template><base target=x><base href=//h/><base href=/2>"
        b"<img src=a><iframe srcdoc='<img src=b>'></iframe>",
        judge,
    )
    assert judge.asked == [
        *((url, Kind.HINT, "base", None) for url in ("/t", "//h/", "/2")),
        ("a", Kind.IMAGE, "img", "//h/"),
        ("a", Kind.IMAGE, "img", "/2"),
        ("b", Kind.IMAGE, "img", "//h/"),
        ("b", Kind.IMAGE, "img", "/2"),
    ]


@pytest.mark.parametrize(
    "page",
    [
        b"<base href=data:,x><base href=//bad/>",
        b"<base href=//good/><base href=//bad/>",
        b"<svg><base href=//bad/></svg>",
    ],
)
def test_any_base_may_be_the_one(page: bytes) -> None:
    """Which one counts is the browser's secret, its preload scanner's included."""

    class Joining:
        def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
            return Gate("analytics", "bad") if "bad" in (base or "") + url else None

        def snippet(self, script: bytes) -> Gate | None:
            return None

        def unread(self) -> Gate | None:
            return None

    gated = rewrite(page + b"<img src=x>", Joining())[1]
    assert [(one.element, one.url) for one in gated] == [("base", "//bad/"), ("img", "x")]


@pytest.mark.parametrize(
    ("page", "waits"),
    [
        (b"<video poster=x><base href=//bad/>", True),
        (b"<svg><base href='//bad/' /></svg>", True),
        (b"<base href=//bad/>", True),
        (b"<base href=//good/><base href=/x>", False),
        (b"<base href=data:,//bad/><base href>", False),
    ],
)
def test_a_base_to_a_denied_host_waits(page: bytes, *, waits: bool) -> None:
    """What stands before it may be resolved by it too."""
    out, gated = rewrite(page, BadHosts())
    assert (b"data-cg-href=" in out) is waits is bool(gated)
    assert rewrite(page, AllowAll())[0] == page


@pytest.mark.parametrize(("encoding", "waits"), [("utf-8", False), ("cp1252", True)])
def test_a_backslash_may_be_half_of_a_character_but_not_in_utf_8(
    encoding: str, *, waits: bool
) -> None:
    page = "<img src='/Men\u00fc\\a.jpg'>".encode()
    assert (rewrite(page, BadHosts(), encoding=encoding)[0] != page) is waits


class Resolving(BadHosts):
    """Denies what leads to a ``bad`` host from its base."""

    def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
        return super().url(urljoin(base or "", url), kind, element, base)


@pytest.mark.parametrize(
    "before",
    [
        b"<base href=data:,>" * 9,
        b"<base href=javascript:>" * 9,
        b"<svg>" + b"<base href=/y>" * 9 + b"</svg>",
        b"".join(b"<base href=/%d/>" % number for number in range(9)),
    ],
)
def test_no_number_of_bases_hides_one(before: bytes) -> None:
    page = before + b"<base href=//bad.test/><img src=x>"
    judge = Resolving()
    for _ in range(2):  # as it is remembered, too
        assert b"data-cg-src=x" in rewrite(page, judge)[0]
    assert rewrite(page, AllowAll())[0] == page


def test_where_bases_are_too_many_only_what_is_relative_waits() -> None:
    bases = b"".join(b"<base href=/%d/>" % number for number in range(9))
    page = bases + b"<img src=https://own.test/x>"
    assert rewrite(page, BadHosts())[0] == page
    assert b"data-cg-src=/x" in rewrite(bases + b"<img src=/x>", BadHosts())[0]


def test_what_cannot_be_read_to_its_end_waits() -> None:
    out = run(b"<noscript><img src=//x </noscript><p>")
    assert out.startswith(b'<noscript><img data-cg-purpose="unknown" data-cg-service=""')
    assert b" data-cg-src=//x " in out
    script = b"<svg><script>a()<g>b()</g></script></svg>"
    assert b'type="text/plain"' in run(script)
    for page in (script, b"<noscript><img src=//x </noscript><p>"):
        assert rewrite(page, AllowAll())[0] == page


@pytest.mark.parametrize(
    ("page", "closed"),
    [
        (b"<!doctype html><p>a<!-- b", b"-->"),
        (b"<!doctype html><textarea>b", b"</textarea>"),
        (b"<!doctype html><p>a", b""),
    ],
)
def test_what_is_inserted_at_the_end_is_not_inside_what_was_left_open(
    page: bytes, closed: bytes
) -> None:
    assert rewrite(page, AllowAll(), insert=b"<i>")[0] == page + closed + b"<i>"


def test_a_style_sheet_of_another_type_is_read_too() -> None:
    out = run(b"<style type=text/x>@import '//bad';</style>")
    assert b"//bad" not in out


def test_own_looking_attributes_are_renamed_first() -> None:
    page = b"<p data-cg-src=/x DATA-CG-purpose=y data-cg=z><svg data-cg-x>"
    expected = b"<p data-app-cg-src=/x data-app-cg-purpose=y data-cg=z><svg data-app-cg-x>"
    assert rewrite(page, AllowAll())[0] == expected
    out = run(b"<img data-cg-src=//x src=//bad>")
    assert out == b"<img" + MARK + b" data-app-cg-src=//x data-cg-src=//bad>"


def test_the_mark_that_opens_the_settings_is_let_be() -> None:
    page = b"<a href=/x data-cg-open=do-not-sell><b DATA-CG-OPEN><i data-cg-opens>"
    expected = b"<a href=/x data-cg-open=do-not-sell><b DATA-CG-OPEN><i data-app-cg-opens>"
    assert rewrite(page, AllowAll())[0] == expected


def test_srcdoc_is_a_document_of_its_own() -> None:
    inner = '<p><script>fbq("1")</script>'
    mark = ' data-cg-purpose="advertising" data-cg-service="pixel" name="cg-gated"'
    for _ in range(3):
        page = f'<iframe title=t srcdoc="{html.escape(inner)}"></iframe>'
        out, gated = rewrite(page.encode(), BadHosts(), insert=INSERT)
        renamed = page.replace(" title=t srcdoc=", f"{mark} title=t data-cg-srcdoc=", 1)
        assert out == renamed.encode()
        assert len(gated) == 1
        inner = page
    fine = b'<iframe srcdoc="&lt;html data-cg-x>&lt;img src=/a>"></iframe>'
    assert rewrite(fine, BadHosts()) == (fine, [])


def test_a_srcdoc_that_is_too_deep_is_not_trusted() -> None:
    page = "<p>"
    for _ in range(6):
        page = f'<iframe srcdoc="{html.escape(page)}"></iframe>'
    assert [one.purpose for one in rewrite(page.encode(), BadHosts())[1]] == ["unknown"]


def test_srcdoc_and_src_are_judged_each() -> None:
    out = run(b"<iframe src=//bad srcdoc='<p>'></iframe>")
    assert out == b"<iframe" + FRAME_MARK + b" data-cg-src=//bad srcdoc='<p>'></iframe>"


def test_a_gated_frame_gets_another_name() -> None:
    """The back button would restore what a frame of the same name showed before."""
    out = run(b"<iframe name=video src=//bad></iframe><iframe name=own src=/x></iframe>")
    gated = b"<iframe" + FRAME_MARK + b" data-cg-name=video data-cg-src=//bad></iframe>"
    assert out == gated + b"<iframe name=own src=/x></iframe>"


def test_noscript_pixel_and_template() -> None:
    page = b"<noscript><img height=1 src=//bad></noscript><template><img src=//bad></template>"
    assert len(rewrite(page, BadHosts())[1]) == 2


def test_style_keeps_all_but_the_url() -> None:
    page = b"<style>@import '//bad/a.css' screen;a{b:url( \"//bad\" ) c;d:u\\72l(/ok)}</style>"
    out, gated = rewrite(page, BadHosts())
    gone = b"about:blank#cg-gated"
    assert out == page.replace(b"//bad/a.css", gone).replace(b"//bad", gone)
    assert [one.offset for one in gated] == [0, 0]


def test_a_sheet_in_pieces_ends_at_its_first_tag() -> None:
    """A browser joins the texts of a style element in svg, whatever elements stand between them."""
    page = b"<svg><style>@imp<g></g>ort '//bad';a{b:u<g/> <g/>rl(//bad)}</style></svg><i>x</i>"
    out, gated = rewrite(page, BadHosts())
    assert out == b"<svg><style>%b@imp<g></g><g/> <g/></style></svg><i>x</i>" % APART
    assert [one.purpose for one in gated] == ["unknown"] * 2
    assert rewrite(page, AllowAll())[0] == page


def test_style_of_an_svg_and_with_references() -> None:
    page = b"<svg><style>a{b:url(//bad)}c{d:url(&quot;//bad/&amp;x&quot;)}</style></svg>"
    out = run(page)
    gated = page.replace(b"//bad/&amp;x", b"//bad").replace(b"//bad", b"about:blank#cg-gated")
    assert out == gated.replace(b"<style>", b"<style>" + APART)


def test_the_names_are_escaped() -> None:
    class Odd(BadHosts):
        def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
            return Gate('a"<b', "é&")

    out = rewrite(b"<img src=x>", Odd())[0]
    expected = b'data-cg-purpose="a&quot;&lt;b" data-cg-service="&#233;&amp;"'
    assert out == b"<img " + expected + b" data-cg-src=x>"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<!DOCTYPE html><p>a</body>", b"<!DOCTYPE html><p>a*</body>"),
        (b"<html>a</body>b</body>", b"<html>a*</body>b</body>"),
        (b"<HEAD>a", b"<HEAD>a*"),
        (b"<body>a</html>", b"<body>a</html>*"),
        (b"<body>a<p class='x", b"<body>a*<p class='x"),
        (b"<body><template></body></template>a", b"<body><template></body></template>a*"),
        (b"<body><!-- </body> --></BODY>", b"<body><!-- </body> -->*</BODY>"),
        (b"<body><title></body></title>", b"<body><title></body></title>*"),
        (b"<p>a</p>", b"<p>a</p>"),
        (b"<p>a</body>", b"<p>a</body>"),
        (b"<header>a</body>", b"<header>a</body>"),
        (b"<!-- <html> -->", b"<!-- <html> -->"),
        (b"", b""),
    ],
)
def test_insertion_is_made_once_and_never_into_fragments(page: bytes, expected: bytes) -> None:
    assert rewrite(page, BadHosts(), insert=b"*")[0] == expected


def test_bytes_are_not_delayed_beyond_the_unfinished_token() -> None:
    rewriter = Rewriter(BadHosts())
    assert rewriter.feed(b"<html>a<p") == b"<html>a"
    assert rewriter.feed(b">b<script>c") == b"<p>b"
    assert rewriter.feed(b"d" * SCRIPT_LIMIT) == b""
    assert rewriter.feed(b"e" * 32).startswith(b"<script>cddd")
    assert rewriter.uninspected == 1
    assert len(rewriter.feed(b"f" * 1000)) >= 1000
    assert rewriter.finish() == b"ffffffff"


def test_long_scripts_are_counted_unless_gated() -> None:
    tail = b"x" * SCRIPT_LIMIT + b"y</script>"
    for head, count in [(b"<script>", 1), (b"<script>fbq(", 0), (b"<script src=/a>", 0)]:
        rewriter = Rewriter(BadHosts())
        rewriter.feed(head + tail)
        rewriter.finish()
        assert rewriter.uninspected == count


def test_a_tag_past_the_bound_ends_the_body() -> None:
    page = b"<html><img src=//bad>a<img title='" + b"x" * TOKEN_LIMIT + b"' src=//bad>b</body>"
    rewriter = Rewriter(BadHosts(), insert=INSERT)
    out = rewriter.feed(page)
    assert out == b"<html><img" + MARK + b" data-cg-src=//bad>a"
    assert rewriter.truncated
    assert rewriter.feed(b"more") + rewriter.finish() == b""


@pytest.mark.parametrize("pragma", ["accept-ch", "Delegate-CH", "DELEGATE-CH"])
def test_client_hints_wait(pragma: str) -> None:
    page = f"<meta http-equiv={pragma} content='sec-ch-ua-model https://bad.test'>".encode()
    out, gated = rewrite(page, BadHosts())
    assert b" data-cg-content='sec-ch-ua-model https://bad.test'" in out
    assert [one.purpose for one in gated] == ["unknown"]
    assert rewrite(page, AllowAll()) == (page, [])
    assert rewrite(b"<meta http-equiv=x-ua-compatible content=IE>", BadHosts())[1] == []


@pytest.mark.parametrize(
    "sheet",
    [
        b'a{font-family:"\x95\\"} body{background:url(//bad/x)} c:after{content:"x"}',
        b"a{b:url(\x81\\)} c{d:url(//bad/x)}",
    ],
)
def test_a_backslash_may_be_half_of_a_character(sheet: bytes) -> None:
    """A browser that reads Shift_JIS or GBK, where nobody said so, sees a URL in such a sheet."""
    for page in (b"<style>%b</style>x" % sheet, b"<p style='%b'>" % sheet):
        out, gated = rewrite(page, BadHosts(), encoding="cp1252")
        assert [one.purpose for one in gated] == ["analytics"]
        assert b"//bad" not in out
        assert rewrite(page, AllowAll(), encoding="cp1252") == (page, [])


def test_what_is_no_url_in_any_charset_keeps_its_sheet() -> None:
    page = 'q:before{content:"\u00ab\\00a0"} a{b:url(/own)}'.encode()
    page = b"<style>%b</style>" % page
    assert rewrite(page, BadHosts()) == (page, [])


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<rect fill='url(//bad#a)'>", b"fill='url(@)'"),
        (b"<g MASK=\"none, URL( '//bad' )\" fill=red>", b"MASK=\"none, URL( '@' )\" fill=red"),
        (b"<g stroke=u\\72l(//bad) stroke=x>", b"stroke=u\\72l(@) stroke=x"),
        (b"<use href=#a clip-path='&#117;rl(//bad)'>", b"clip-path='&#117;rl(@)'"),
        (
            b"<image href=//bad cursor='url(//bad),auto'>",
            b"data-cg-href=//bad cursor='url(@),auto'",
        ),
        (b"<set attributeName=href to=//bad>", b"data-cg-to=//bad"),
        (b"<set attributeName=mask to='url(//bad)'>", b"to='url(@)'"),
        (b"<animate attributeName=xlink:href values='a; //bad'>", b"data-cg-values='a; //bad'"),
    ],
)
def test_attributes_of_svg_that_hold_css_or_animate(page: bytes, expected: bytes) -> None:
    page = b"<svg>%b</svg>" % page
    out, gated = rewrite(page, BadHosts())
    assert expected.replace(b"@", b"about:blank#cg-gated") in out
    assert [one.service for one in gated] == ["bad-service"]
    assert rewrite(page, AllowAll()) == (page, [])
    assert rewrite(b"<base href=/a/>" + page, BadHosts())[0] == b"<base href=/a/>" + out


@pytest.mark.parametrize(
    "sheet",
    [b"a{b:url()}", b"a{b:url('')}", b"a{b:\xc2\\url()}", b'\xc2\\"url(<st', b"@import '';"],
)
def test_a_sheet_with_an_empty_url_loads_nothing(sheet: bytes) -> None:
    page = b"<style>%b</style>" % sheet
    assert rewrite(page, BadHosts()) == (page, [])
    out, gated = rewrite(b"<base href=//bad/>" + page, BadHosts())
    assert out.endswith(page)
    assert [one.element for one in gated] == ["base"]


def test_a_url_in_two_charsets_is_in_doubt() -> None:
    page = b"<img src='//own.test\x95\\@bad.test/x'>"
    assert [one.purpose for one in rewrite(page, BadHosts(), encoding="cp1252")[1]] == ["unknown"]


@pytest.mark.parametrize(
    "sheet",
    [
        b"@im<!-- -->port '//bad/x';",
        b"@import<!-- -->'//bad'",
        b"a{b:url(<!-- -->//bad)}",
        b"@import '//ba<!-- -->d/x'",
        b"@im<![CDATA[port '//bad';]]>",
        b"@im<?x>port '//bad'",
        b"<!-- /* -->@import '//bad';/**/",
        b"<!-- ' -->@import '//bad'",
        b"<!--->@import '//bad'<!-- -->",
        b"<![CDATA[/*&#42;/ ' */ @import '//bad';]]>",
    ],
)
def test_a_sheet_of_svg_is_its_child_text(sheet: bytes) -> None:
    page = b"<svg><style>%b</style></svg>x" % sheet
    assert run(page).replace(APART, b"") == b"<svg><style></style></svg>x"
    assert rewrite(page, AllowAll())[0] == page
    page = page.replace(b"ba", b"ow")
    assert run(page).replace(APART, b"") == page


@pytest.mark.parametrize(
    "script", [b"fb<!-- -->q('init')", b"<![CDATA[fbq('init')]]>", b"f<?x>bq("]
)
def test_a_script_of_svg_is_its_child_text(script: bytes) -> None:
    page = b"<svg><script>%b</script></svg>x" % script
    assert [one.purpose for one in rewrite(page, BadHosts())[1]] == ["advertising"]


def test_a_style_that_is_closed_at_once_tears_the_sheet_around_it() -> None:
    page = b"<svg><style>a{b:url(<style/>//bad/x)}</style></svg>"
    assert run(page) == b"<svg><style>%ba{b:url(<style/>%b</style></svg>" % (APART, APART)


@pytest.mark.parametrize("blank", ["&#11;", "\u3000", "&#x2003;", "\u1680", "\u2028", "\x0b", " "])
def test_chromium_strips_any_white_space_from_a_type(blank: str) -> None:
    for kind in (f"{blank}text/javascript", f"module{blank}"):
        page = f"<script type='{kind}'>fbq(1)</script>".encode()
        assert [one.purpose for one in rewrite(page, BadHosts())[1]] == ["advertising"]


PAGE_WITH_PLACE = (
    b"<!doctype html><body><wbr data-cg-banner><p>1</p><img src='//bad.test/x'></body>"
)


def test_the_app_says_where_the_insertion_goes() -> None:
    for cut in range(len(PAGE_WITH_PLACE) + 1):
        rewriter = Rewriter(BadHosts(), insert=INSERT)
        parts = (rewriter.feed(PAGE_WITH_PLACE[:cut]), rewriter.feed(PAGE_WITH_PLACE[cut:]))
        out = b"".join(parts) + rewriter.finish()
        assert out.startswith(b"<!doctype html><body>" + INSERT + b"<p>1</p>")
        assert out.count(INSERT) == 1


def test_a_fragment_gets_the_insertion_only_where_it_says_so() -> None:
    assert run(b"<p>1<wbr data-cg-banner>2", INSERT) == b"<p>1" + INSERT + b"2"
    assert run(b"<p>1<wbr>2", INSERT) == b"<p>1<wbr>2"


@pytest.mark.parametrize(
    "page",
    [
        b"<body><template><wbr data-cg-banner></template></body>",
        b"<body><svg><desc title='<wbr data-cg-banner>'></desc></svg></body>",
        b"<body><textarea><wbr data-cg-banner></textarea></body>",
        b"<body><!-- <wbr data-cg-banner> --></body>",
        b"<body><wbr data-cg-banner=1></body>",
    ],
)
def test_a_place_that_shows_nothing_is_none(page: bytes) -> None:
    assert run(page, INSERT).endswith(INSERT + b"</body>")


def test_the_insertion_comes_once() -> None:
    out = run(b"<body><wbr data-cg-banner><wbr data-cg-banner></body>", INSERT)
    assert out == b"<body>" + INSERT + b"<wbr data-app-cg-banner></body>"
