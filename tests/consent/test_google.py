"""What is not exactly Google's own snippet is not believed to hear."""

from __future__ import annotations

import pytest

from consentguard.consent.google import is_told_by, loads_by

GTM = """(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':
new Date().getTime(),event:'gtm.js'});var f=d.getElementsByTagName(s)[0],
j=d.createElement(s),dl=l!='dataLayer'?'&l='+l:'';j.async=true;j.src=
'https://www.googletagmanager.com/gtm.js?id='+i+dl;f.parentNode.insertBefore(j,f);
})(window,document,'script','dataLayer','GTM-ABC12');"""
GTAG = """
  window.dataLayer = window.dataLayer || [];
  function gtag(){dataLayer.push(arguments);}
  gtag('js', new Date());
  gtag("config", 'G-ABC', {'send_page_view': false});
"""


@pytest.mark.parametrize(
    ("url", "hears"),
    [
        ("https://www.googletagmanager.com/gtag/js?id=G-ABC", True),
        ("//www.googletagmanager.com/gtm.js?id=GTM-ABC", True),
        ("https://www.googletagmanager.com/gtag/js?id=G-ABC&l=ours", False),
        ("https://www.googletagmanager.com/gtag/js?id=G-ABC&%6c=ours", False),
        ("https://www.googletagmanager.com/gtag/js?id=G-ABC#x", False),
        ("https://www.googletagmanager.com/gtag/destination?id=AW-1", False),
        ("https://x.test/?https://www.googletagmanager.com/gtag/js?id=G-ABC", False),
    ],
)
def test_addresses(url: str, *, hears: bool) -> None:
    assert loads_by(url) is hears


@pytest.mark.parametrize(
    ("script", "hears"),
    [
        (GTM, True),
        (GTAG, True),
        ("gtag('event', 'x')", True),
        (GTM.replace("'script','dataLayer'", "'script','ours'"), False),
        (GTM + "fbq('init')", False),
        ("fbq('init');" + GTM, False),
        (GTAG + "s.src = '//x.test/'", False),
        ("gtag('config', location.hash)", False),
        ("gtag('event', {a: alert()})", False),
        ("", False),
        (GTAG * 100, False),
    ],
)
def test_scripts(script: str, *, hears: bool) -> None:
    assert is_told_by(script.encode()) is hears


def test_hostile_scripts_are_told_in_linear_time() -> None:
    for part in ("gtag('a',", "gtag(" * 9, "{" * 9, "'" * 9, " "):
        assert not is_told_by((part * 8000).encode()[:8192] + b"!")
