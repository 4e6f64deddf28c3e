from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.html.css import find_urls, unescape
from consentguard.html.table import Kind


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        (b"a{b:url(x)}", [b"x"]),
        (b"a{b:URL( x )}", [b"x"]),
        (b'a{b:url("x y")}', [b"x y"]),
        (b"a{b:url('x)y')}", [b"x)y"]),
        (b"a{b:url(x", [b"x"]),
        (b"a{b:url('x", [b"x"]),
        (b"a{b:u\\72l(x)}", [b"x"]),
        (b"a{b:\\75rl(x)}", [b"x"]),
        (b"a{b:\\75 \\72 \\6c (x)}", [b"x"]),
        (b"a{b:ur\\l(x)}", [b"x"]),
        (b"a{b:url(\\2f\\2f x)}", [b"//x"]),
        (b"a{b:url('/\\\n/x')}", [b"//x"]),
        (b"a{b:myurl(x) -url(y) curl(z)}", []),
        (b"/* url(x) */a{b:url(y)}/* url(z)", [b"y"]),
        (b"a{b:'url(x)' url(y)}", [b"y"]),
        (b"a{b:'\n url(y)}", [b"y"]),
        (b"a{b:url(it's) url(y)}", [b"it's", b"y"]),
        (b"a{b:url(x y'z) url(y)}", [b"x", b"y"]),
        (b"@import \"x\";@import url(y);@IMPORT/**/'z'", [b"x", b"y", b"z"]),
        (b"@\\69mport 'x'", [b"x"]),
        (b"@imports 'x'", []),
        (b"@namespace url(x);a{b:url(y)}", [b"y"]),
        (b"@namespace a 'x';@namespace b url( 'x' );a{b:url(y)}", [b"y"]),
        (b'@namespace "x" a{} b{c:url(y)}', [b"y"]),
        (b"a{b:@namespace} b{c:url(y)}", [b"y"]),
        (b"a{b:'x\\\r\n';c:url(y)}", [b"y"]),
        (b'a{b:"x\\\r\n" url("/\\\r\n/y")}', [b"//y"]),
        (b"a{b:image-set('x' 1x, url(y) 2x) 'z'}", [b"x", b"y"]),
        (b"a{b:-webkit-image-set(url('x') 1x)} c{d:'z'}", [b"x"]),
        (b"a{b:image-set('x'} c{d:url(y)}", [b"x", b"y"]),
        (b"a{b:image-set(if(style(--a:1):'x';else:'y') 1x)}", [b"x", b"y"]),
        (b"a{b:image-set(/*'*/ 'x' 1x) ''}", [b"x"]),
        (b"a{b:image-set(u\\72l(x) 1x)}", [b"x"]),
        (b"a{b:image-set(var(--a) 1x, 'x' 2x)}", [None, b"x"]),
        (b"a{b:image-set(v\\61r(--a, 'x') 1x, var(--b))}", [None, b"x"]),
        (b"a{b:-webkit-image-set(--f(1) 1x, linear-gradient(red, calc(1px)) 2x)}", [None]),
        (b"a{b:image-set(--" + b"f" * 400 + b"() 1x)}", [None]),
        (b"a{b:image-set(\\\\,url(x),\\\\75 rl(y),((url(z))))} 'c'", [b"x", b"z"]),
        (b"a{b:image-set(url(x) type('image/png'))} c{d:var(--e)}", [b"x", b"image/png"]),
        (b"a{b:src('x')}", [b"x"]),
        (b"a{b:src(a')');c:url(x)}", [None, b"x"]),
        (b"a{b:#url(a')');c:url(x)}", [b"x"]),
        (b"@url(a')');a{b:url(x)}", [b"x"]),
        (b"#\\75rl(a')'){}a{b:url(x)}", [b"x"]),
        (b"a{b:\0url(a')');c:url(x)}", [b"x"]),
        (b"a{b:image-set(#url(a')'));c:url(x)}", [b")", b"x"]),
        (b"<!--url(a'){}a{b:url(x)}", [b"a'", b"x"]),
        (b"a{b:src(var(--c));d:image-set(src( --f() ) 1x)}", [None, None]),
        (b"a{color:rgba(1,2,3,.5);width:calc(1px)}", []),
        (b"\\", []),
        (b".a\\:b{c:url(x)}", [b"x"]),
        (b"a{b:x,url(y)}", [b"y"]),
    ],
)
def test_urls_of_a_sheet(css: bytes, expected: list[bytes | None]) -> None:
    assert [one.url for one in find_urls(css)] == expected


def test_kinds() -> None:
    css = b"@import url(a);@font-face{src:url(b),url(c)}p{background:url(d)}@font-face{src:url(e)"
    kinds = [one.kind for one in find_urls(css)]
    assert kinds == [Kind.STYLE, Kind.FONT, Kind.FONT, Kind.IMAGE, Kind.FONT]


def test_unescape() -> None:
    assert unescape(b'a\\62 c\\\nd\\"\\0 ') == 'abcd"\ufffd'.encode()


@given(
    st.lists(
        st.sampled_from(
            [
                b"url(",
                b"'",
                b'"',
                b")",
                b"\\",
                b"@import",
                b"/*",
                b"*/",
                b"image-set(",
                b"a",
                b"\n",
                b";",
            ]
        )
    ).map(b"".join)
)
def test_spans_are_apart_and_in_order(css: bytes) -> None:
    at = 0
    for one in find_urls(css):
        assert at <= one.start <= one.end <= len(css)
        at = one.end
