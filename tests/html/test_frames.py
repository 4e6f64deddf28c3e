"""The place that a frame would take, and where nothing is put in its stead."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.html.frames import Frame, frame
from consentguard.html.judge import Gate, Gated
from consentguard.html.rewriter import Rewriter
from consentguard.html.table import Kind
from consentguard.html.verdicts import Denied

URL = "https://video.example/e"


def read(attributes: str, encoding: str = "utf-8") -> Frame | None:
    return frame(f'<iframe src="{URL}" {attributes}>'.encode(encoding), URL, encoding)


@pytest.mark.parametrize(
    ("attributes", "width", "height"),
    [
        ("", 300, 150),
        ("width=560 height=315", 560, 315),
        ("WIDTH='560px' HEIGHT='+ 5'", 560, 150),
        ("width=' \n0560.9' height=315.2.1", 560, 315),
        ("width=100% height=352", 0, 352),
        ("width=640 height=100%", 640, 150),
        ("width=auto height=-3", 300, 150),
        ("width=99999 height=999999", 4000, 4000),
        ("width=1 width=640 style='width: 100%; HEIGHT:400PX;border:0'", 0, 400),
        ("width=640 style='max-width:10px;min-height:5px'", 640, 150),
    ],
)
def test_the_size_is_that_of_the_tag_or_that_of_browsers(
    attributes: str, width: int, height: int
) -> None:
    found = read(attributes)
    assert found is not None
    assert (found.width, found.height) == (width, height)


@pytest.mark.parametrize(
    "attributes",
    [
        "width=1 height=1",
        "width=0",
        "height=0",
        "width=99",
        "width=450 height=20",
        "hidden",
        "style='display:none'",
        "style='border:0;Display : None'",
        "style=visibility:hidden",
        "style='position:fixed;inset:0'",
        "style='width:0'",
        "srcdoc=x",
        "srcdoc",
    ],
)
def test_what_nobody_sees_has_no_place(attributes: str) -> None:
    assert read(attributes) is None


def test_a_frame_whose_source_is_not_what_waits_has_no_place() -> None:
    tag = f'<iframe src="/own" style="background:url({URL})">'
    assert frame(tag.encode(), URL, "utf-8") is None
    assert frame(f'<iframe src="/own" src="{URL}">'.encode(), URL, "utf-8") is None


def test_a_frame_over_its_box_says_so() -> None:
    over = read("style='position:absolute;top:0;width:100%;height:100%'")
    assert over == Frame(URL, "", 0, 150, over=True)


def test_the_title_is_read_as_the_page_is() -> None:
    found = read('title=" Käse &amp;\n Brot " height=100', "latin-1")
    assert found is not None
    assert found.title == "Käse & Brot"
    long = read(f'title="{"x" * 5000}"')
    assert long is not None
    assert len(long.title) == 120


@given(st.binary(max_size=200))
def test_no_tag_raises(data: bytes) -> None:
    found = frame(b"<iframe " + data + b">", URL, "utf-8")
    assert found is None or (0 <= found.width <= 4000 and 0 < found.height <= 4000)


# -- in the stream ------------------------------------------------------------------------------


class Waits:
    """Whatever is at video.example waits."""

    def url(self, url: str, kind: Kind, element: str, base: str | None) -> Gate | None:
        return Gate("media", "video") if "video.example" in url + (base or "") else None

    def snippet(self, script: bytes) -> Gate | None:
        return None

    def unread(self) -> Gate | None:
        return Gate("unknown", "")


class Marks:
    """Stands for frames by a word."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.bases: list[Sequence[str]] = []
        self.scripts: list[str] = []
        self.closed = False

    def before(self, frame: Frame, denied: Denied, bases: Sequence[str]) -> bytes:
        self.frames.append(frame)
        self.bases.append(list(bases))
        assert denied == Denied(Gate("media", "video"), frame.url)
        return b"[frame]"

    def script(self, denied: Denied) -> None:
        self.scripts.append(denied.url)

    def closing(self, bases: Sequence[str]) -> bytes:
        if self.closed or not self.frames:
            return b""
        self.closed = True
        return b"[end]"


def written(page: str, *, step: int = 0) -> str:
    rewriter = Rewriter(Waits(), insert=b"[banner]", embeds=Marks())
    if not step:
        return rewriter.whole(page.encode()).decode()
    data = page.encode()
    pieces = [rewriter.feed(data[at : at + step]) for at in range(0, len(data), step)]
    return b"".join([*pieces, rewriter.finish()]).decode()


IFRAME = f'<iframe src="{URL}">'
GATED = (
    f'<iframe data-cg-purpose="media" data-cg-service="video" name="cg-gated" data-cg-src="{URL}">'
)


def test_something_stands_before_the_tag_and_the_tag_is_gated_as_ever() -> None:
    page = f"<!doctype html><p>a {IFRAME}</iframe> b</p>{IFRAME}</iframe></body></html>"
    expected = (
        f"<!doctype html><p>a [frame]{GATED}</iframe> b</p>[frame]{GATED}</iframe>"
        "[end][banner]</body></html>"
    )
    assert written(page) == expected
    for step in range(1, len(page)):
        assert written(page, step=step) == expected


@pytest.mark.parametrize(
    ("page", "count"),
    [
        (f"{IFRAME}</iframe>", 0),  # a fragment
        (f"<html><template>{IFRAME}</iframe></template>", 0),
        (f"<html><svg>{IFRAME}</iframe></svg>", 0),
        (f"<html><svg><foreignObject>{IFRAME}</iframe></svg>", 1),
        (f"<html><math><iframe src={URL} /></math>", 0),
        (f"<html><!-- {IFRAME} -->", 0),
        (f"<html><textarea>{IFRAME}</textarea>", 0),
        (f"<html><iframe srcdoc='{IFRAME}'></iframe>", 0),
        (f"<html><noscript>{IFRAME}</iframe></noscript>", 1),
        (f"<html><noscript><iframe src='{URL}'", 0),
        (f"<html><iframe src='https://else.example'></iframe><img src={URL}>", 0),
        (f"<html>{IFRAME}", 1),
        (f"<html><iframe src={URL}", 0),
    ],
)
def test_where_something_stands(page: str, count: int) -> None:
    text = written(page)
    assert text.count("[frame]") == count
    assert text.count("[end]") == (count > 0)
    assert text.count("[banner]") == page.startswith("<html>")


def test_what_the_frames_need_comes_last_even_where_the_banner_has_its_own_place() -> None:
    page = f"<html><wbr data-cg-banner>{IFRAME}</iframe></body>{IFRAME}"
    text = written(page)
    assert text.index("[banner]") < text.index("[frame]") < text.index("[end]")
    assert text.count("[frame]") == 2
    late = written(f"<html><body></body>{IFRAME}")
    assert late.endswith(f"[banner]</body>[frame]{GATED}</iframe>[end]")


def test_bases_are_told_and_the_list_of_what_waits_stays_the_same() -> None:
    page = f"<html><base href=/a/>{IFRAME}".encode()
    marks = Marks()
    with_marks, plain = Rewriter(Waits(), embeds=marks), Rewriter(Waits())
    with_marks.whole(page)
    plain.whole(page)
    assert marks.bases == [["/a/"]]
    assert with_marks.gated == plain.gated
    assert plain.gated == [Gated("iframe", URL, "media", "video", page.index(b"<iframe"))]


def test_scripts_that_wait_are_told_and_nothing_stands_before_them() -> None:
    script = f"<script src='{URL}'></script>"
    page = f"<html>{script}<template>{script}</template><svg>{script}</svg><p>{script}</body>"
    marks = Marks()
    out = Rewriter(Waits(), insert=b"[banner]", embeds=marks).whole(page.encode())
    assert out == Rewriter(Waits(), insert=b"[banner]").whole(page.encode())
    assert marks.scripts == [URL, URL]
    assert marks.frames == []
    Rewriter(Waits(), embeds=marks).whole(script.encode())  # a fragment
    assert marks.scripts == [URL, URL]
