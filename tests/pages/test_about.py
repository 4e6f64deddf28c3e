"""What is known of a service, in words: nothing is made up."""

from __future__ import annotations

from consentguard.locales import load
from consentguard.model import Service
from consentguard.pages import about

EN, DE = load("en"), load("de")


def a_service(**said: object) -> Service:
    return Service("own", "Own", ("analytics",), **said)  # type: ignore[arg-type]


def test_lifetimes_are_the_longest_stated_or_what_the_site_allows() -> None:
    lives = {"year": 365, "session": 0, "long": 730}
    names = ("year", "session", "long", "who-knows")
    free = a_service(cookies=names, lifetimes=lives)
    assert dict(about.cookies(free, EN)) == {
        "year": "1 year",
        "session": "until you close the browser",
        "long": "2 years",
        "who-knows": "not stated",
    }
    capped = a_service(cookies=names, lifetimes=lives, max_cookie_days=400)
    assert dict(about.cookies(capped, EN)) == {
        "year": "1 year",
        "session": "until you close the browser",
        "long": "400 days",
        "who-knows": "at most 400 days",
    }
    days = [[c["days"] for c in about.data(s, EN, "")["cookies"]] for s in (free, capped)]
    assert days == [[365, 0, 730, None], [365, 0, 400, 400]]


def test_a_vendor_is_named_or_it_is_the_site_itself() -> None:
    assert about.vendor(a_service(vendor="Acme", third_party=False), "Site Ltd") == "Acme"
    assert about.vendor(a_service(third_party=False), "Site Ltd") == "Site Ltd"
    assert about.vendor(a_service(), "Site Ltd") == ""


def test_safeguards_in_words_and_unknown_ones_as_they_are() -> None:
    said = a_service(safeguard={"EU": "dpf", "BR": "scc", "CH": "our own letter"})
    assert about.safeguards(said, EN) == (
        "European Union: Data Privacy Framework; Brazil: standard contractual clauses; "
        "Switzerland: our own letter"
    )
    assert about.safeguards(said, DE).startswith("Europäische Union: ")
    assert about.safeguards(a_service(), EN) == ""


def test_what_a_policy_says_is_no_markup() -> None:
    evil = a_service(
        vendor="<b>&",
        country="<i>",
        cookies=("<script>",),
        storage=("<img>",),
        safeguard={"<u>": "<s>"},
        policy_url="javascript:alert(1)",
    )
    markup = about.facts(evil, EN, "") + about.table(evil, EN)
    for tag in ("<b>", "<i>", "<script", "<img", "<u>", "<s>", "javascript"):
        assert tag not in markup


def test_nothing_known_is_nothing_said() -> None:
    bare = a_service()
    assert about.table(bare, EN) == ""
    assert about.facts(bare, EN, "") == (
        '<dl class="cg-facts"><dt>Party</dt><dd>Third party</dd></dl>'
    )
