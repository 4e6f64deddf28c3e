"""The literals that the scanner in C looks for: a script that it calls silent holds none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentguard.catalogue import Catalogue
from consentguard.html._scanner import Scanner, Snippets
from consentguard.html.names import DATA_TYPES, SCRIPT_LIMIT
from consentguard.html.scripts import Language, language

CATALOGUE = Catalogue.bundled()
LITERALS = [text for one in CATALOGUE.services.values() for text in one.snippets]
FINDER = Snippets(CATALOGUE.literals)
_AROUND = ["", " ", "\n", ";", "(", "x", "'", '"', "`", "//", "\\/", "http:", "https:", ".src="]
_URLS = ["'//a.b/c.js'", '"https://cdn.segment.com/x.js"', "fetch('https:\\/\\/a.b/')", "// said"]


def silent(script: bytes, finder: Snippets = FINDER) -> bool:
    scanner = Scanner(snippets=finder)
    [span] = [*scanner.feed(b"<script>" + script + b"</script>"), *scanner.finish()]
    return span.silent


@pytest.mark.parametrize("literal", LITERALS)
def test_every_literal_is_heard(literal: str) -> None:
    spaced = " ".join(literal).replace("'", "`")
    assert not silent(f"a={{}};{literal}".encode())
    assert not silent(spaced.encode())


@given(st.lists(st.sampled_from([*_AROUND, *_URLS, *LITERALS]), max_size=8), st.data())
@settings(max_examples=1000)
def test_what_the_catalogue_knows_is_never_silent(parts: list[str], data: st.DataObject) -> None:
    script = "".join(parts)
    cut = data.draw(st.integers(0, len(script)))
    for text in (script[:cut], script[cut:], script):
        assert not (silent(text.encode()) and CATALOGUE.snippet(text.encode()).known)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        *((b"type=" + kind, True) for kind in DATA_TYPES),
        (b"id=a TYPE='Application/JSON' async", True),
        (b"type=text/javascript type=application/json", False),
        (b"type=application/json type=text/javascript", True),
        (b"type=application/jso", False),
        (b"type=application/json5", False),
        (b"type='application&sol;json'", False),
        (b"data-type=application/json", False),
        (b"type=module", False),
        (b"type", False),
    ],
)
def test_data_is_silent_whatever_it_holds(tag: bytes, expected: bool) -> None:
    page = b"<script %b>'//a.b/c.js'; fbq('init'</script>" % tag
    [span] = Scanner(snippets=FINDER).feed(page)
    assert span.silent is expected


def test_types_of_data_are_what_nobody_runs() -> None:
    assert {language(one.decode(), None) for one in DATA_TYPES} == {Language.DATA}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (b"", True),
        (b"var a = 1 / 2; // a comment", True),
        (b"// https://a.b/c", True),
        (b"var a = '/path'", True),
        (b"var a = '//a.b/c'", False),
        (b'var a = "HTTPS:\\/\\/a.b"', False),
        (b"var a = `http:/\\/a.b`", False),
        (b"fb q('init'", False),
        (b"fbq ( `init` ,", False),
        (b"fbq", True),
    ],
)
def test_what_is_silent(script: bytes, expected: bool) -> None:
    assert silent(script) is expected


def test_ends_of_literals_that_begin_others() -> None:
    finder = Snippets([b"abcd", b"bce", b"c fg"])
    for text in (b"abce", b"abcfg", b"ab c d", b"xxxxcfg", b"c  f g"):
        assert not silent(text, finder)
    for text in (b"abcabd", b"abbcx", b"abc", b"cf"):
        assert silent(text, finder)


_FEW = st.text("ab' \n", min_size=3, max_size=12).map(str.encode)


def _alike(text: bytes) -> bytes:
    return text.translate(None, b" \n")


@given(
    st.lists(_FEW.filter(lambda one: len(_alike(one)) > 2), min_size=1, max_size=6),
    st.text("ab' \n", max_size=60).map(str.encode),
    st.sampled_from([0, 8180, 8190, 8192, 16380]),
)
@settings(max_examples=600)
def test_any_literals_in_any_text(literals: list[bytes], text: bytes, before: int) -> None:
    expected = not any(_alike(one) in _alike(text) for one in literals)
    assert silent(b"c" * before + text, Snippets(literals)) is expected


def test_only_whole_scripts_of_html_are_silent() -> None:
    scanner = Scanner(snippets=FINDER)
    page = b"<svg><script>a</script></svg><script>" + b"x" * (SCRIPT_LIMIT + 1) + b"</script>"
    assert [span.silent for span in scanner.feed(page)] == [False, False]
    assert [span.silent for span in Scanner().feed(b"<script>a</script>")] == [False]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (b"<script type=text/javascript>", True),
        (b'<script type="&#105;mportmap">', False),
        (b"<script type=importmap>", False),
        (b"<script\ntype=' SpeculationRules '>", False),
    ],
)
def test_lists_of_urls_are_never_silent(tag: bytes, expected: bool) -> None:
    scanner = Scanner(snippets=FINDER)
    spans = scanner.feed(tag + b'{"a": "\\u002f\\u002fa.b"}</script>')
    assert [span.silent for span in spans] == [expected]


def test_scripts_in_noscript_and_pieces() -> None:
    scanner = Scanner(snippets=FINDER)
    spans = scanner.feed(b"<noscript><script>a</script></noscript><script>fb")
    spans += scanner.feed(b"q('init')</script>")
    assert [span.silent for span in spans] == [True, False]


TOO_MANY = [b"%d-%s" % (n, b"x" * 90) for n in range(1000)]


@pytest.mark.parametrize("wrong", [[b""], [b" a b "], ["text"], 3, TOO_MANY])
def test_what_cannot_be_looked_for_is_an_error(wrong: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Snippets(wrong)  # type: ignore[arg-type]


def test_only_snippets_are_taken() -> None:
    with pytest.raises(TypeError, match="Snippets"):
        Scanner(snippets=[b"a"])


def test_no_literals_find_nothing() -> None:
    assert silent(b"fbq('init')", Snippets([]))


def test_literals_that_were_not_begun_are_refused() -> None:
    with pytest.raises(ValueError, match="not begun"):
        Scanner(snippets=Snippets.__new__(Snippets))
