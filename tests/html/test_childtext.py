from __future__ import annotations

import pytest

from consentguard.html.childtext import child_text, is_plain


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (b"", b""),
        (b"a &lt; b < c", b"a < b < c"),
        (b"a<!-- b -->c", b"ac"),
        (b"a<!-->b<!--->c", b"abc"),
        (b"a<!-- b --!>c", b"ac"),
        (b"a<!-- b", b"a"),
        (b"<![CDATA[a&lt;]]>b", b"a&lt;b"),
        (b"<![CDATA[a]]]>b", b"a]b"),
        (b"<![CDATA[a", b"a"),
        (b"a<?b>c<!d>e</!f>g<?h", b"aceg"),
    ],
)
def test_child_text(markup: bytes, text: bytes) -> None:
    assert child_text(markup, "utf-8") == text
    assert is_plain(markup) is not bool(set(markup) & set(b"<&"))
