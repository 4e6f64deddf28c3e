"""Client hints: which may be asked for before consent, and to whom they are passed on."""

from __future__ import annotations

import pytest
from tests.http.waiting import gated, waits

UA = b"Sec-CH-UA-Model, Sec-CH-UA-Arch, Sec-CH-UA-Full-Version-List"


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (UA, b""),
        (b"Sec-CH-UA, sec-ch-ua-mobile ,SEC-CH-UA-PLATFORM", None),
        (b"DPR, Sec-CH-Width, Viewport-Width, Sec-CH-Prefers-Color-Scheme, Save-Data", None),
        (b"Sec-CH-DPR, Sec-CH-UA-Model;x=1, Width", b"Sec-CH-DPR, Width"),
        (b"Sec-CH-Brand-New", b""),
        (b"sec-ch-ua-form-factors,", b""),
        (b'"sec-ch-ua-model"', b""),
        (b"", None),
    ],
)
def test_what_makes_a_fingerprint_waits(value: bytes, left: bytes | None) -> None:
    # An empty list makes the browser forget an earlier one.
    assert gated(b"Accept-CH", value) == (value if left is None else left)
    assert gated(b"Critical-CH", value) == (value if left is None else left or None)
    for name in (b"accept-ch", b"critical-ch"):
        assert gated(name, value, given=waits(free=True)) == value


def test_lists_of_several_headers_are_one() -> None:
    assert gated(b"accept-ch", b"dpr", UA, b"width") == b"dpr, width"


@pytest.mark.parametrize(
    ("value", "left"),
    [
        (b'ch-ua-model=(self "https://tracker.test"), camera=()', b"ch-ua-model=(self), camera=()"),
        (b'ch-ua-arch=("https://tracker.test" "/x")', b'ch-ua-arch=("/x")'),
        (b'ch-ua-arch=("https://*.tracker.test")', b"ch-ua-arch=()"),
        (b'ch-dpr="https://tracker.test"', b"ch-dpr=()"),
        (b"ch-ua-model=*", b"ch-ua-model=self"),
        (b"camera=*, CH-UA-Model=( * )", b"camera=*, CH-UA-Model=(self)"),
        (b'ch-ua-model=(self "https://tracker.test', b"ch-ua-model=(self"),
    ],
)
def test_hints_are_not_passed_on(value: bytes, left: bytes) -> None:
    assert gated(b"Permissions-Policy", value) == left
    assert gated(b"Permissions-Policy", left) == left
    assert gated(b"Permissions-Policy", value, given=waits(free=True)) == value


@pytest.mark.parametrize(
    "value",
    [
        b'camera=("https://tracker.test"),  geolocation=*',
        b"ch-dpr=*, ch-ua=*,ch-ua-mobile=*",
        b'ch-ua-model=(self  "https://images.test" )',
        b"ch-ua-model, ch-ua-arch=()",
        b"=, (\xff",
    ],
)
def test_other_policies_keep_their_bytes(value: bytes) -> None:
    assert gated(b"permissions-policy", value) == value


def test_the_older_form() -> None:
    value = b"camera 'none'; ch-ua-model 'self' https://tracker.test; ch-ua-arch *"
    assert gated(b"feature-policy", value) == b"camera 'none'; ch-ua-model 'self' ;"
    assert gated(b"feature-policy", value, given=waits(free=True)) == value
