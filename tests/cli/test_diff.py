from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOW, SITE, a_policy

from consentguard.cli import main
from consentguard.cli.changes import asked, changes, lost
from consentguard.consent.choose import choose, store
from consentguard.consent.decide import decide
from consentguard.model import Place, Reason, Signals
from consentguard.policy.regions import Regions

HTTPS = SITE.replace("http://localhost", "https://shop.test")
GA4 = "[services.ga4]\npurposes = ['analytics']\nhosts = ['*.google-analytics.com']\n"
ADS = "[services.mine]\npurposes = ['advertising']\nhosts = ['ads.test']\n"

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """``diff`` of two texts: exit code and output."""

    def command(old: str, new: str, *more: str) -> tuple[int, str]:
        files = [tmp_path / "old.toml", tmp_path / "new.toml"]
        for file, text in zip(files, (old, new), strict=True):
            file.write_text(text, "utf-8")
        code = main(["diff", *map(str, files), *more])
        return code, capsys.readouterr().out

    return command


def test_a_change_is_told_in_sentences(run: Run) -> None:
    old = HTTPS + GA4 + ADS
    new = (
        HTTPS
        + GA4
        + "country = 'FR'\n[services.film]\npurposes = ['media']\nhosts = ['film.test']\n"
        + "[purposes.research]\n[signals]\ngpc = 'off'\n"
        + "[regions.eea]\nextends = 'eea-gdpr'\npurposes.functional = 'deny'\n"
    )
    code, out = run(old, new)
    assert code == 1
    assert max(map(len, out.splitlines())) <= 80
    asks, _, rest = out.partition("Refusals are kept.\n")
    assert asks.startswith(
        "Asked again, of those who had allowed it\n  - functional: rule changed: opt-in → deny, in"
    )
    assert "  - analytics: country of service 'ga4' changed\n" in asks
    assert "  - advertising: service 'mine' is no longer used for it\n" in asks
    assert "  - media: service 'film' is used for it now\n" in asks
    assert "Asked for the first time\n  - research: it is new\n" in asks
    assert "\nPurposes\n  - 'research' is new\n" in rest
    assert "  - 'country' of 'ga4': nothing → \"FR\"\n" in rest
    assert "  - functional: opt-in → deny, in " in rest
    assert '  - signals.gpc: "everywhere" → "off" (looser)\n' in rest
    assert out.endswith("\n1 change makes the site less strict.\n")


def test_nothing_changed(run: Run) -> None:
    assert run(HTTPS + GA4, "# a comment\n" + HTTPS + GA4) == (
        0,
        "Nothing changed for anybody. Nobody is asked again.\n",
    )


def test_words_change_and_nobody_is_asked(run: Run) -> None:
    code, out = run(HTTPS, HTTPS + "[purposes.analytics]\ndescription = 'We count'\n")
    assert code == 1
    assert out == (
        "Nobody is asked again.\nRefusals are kept.\n"
        "\nPurposes\n  - 'description' of 'analytics': nothing → \"We count\"\n"
    )


def test_a_changed_controller_is_everybody_s_matter(run: Run) -> None:
    code, out = run(HTTPS, HTTPS.replace("Test Ltd", "Other Ltd"))
    assert code == 1
    assert out.startswith(
        "Everybody who allowed something is asked again: the controller changed.\n"
        "  - was: Test Ltd\n  - is: Other Ltd\nRefusals are kept.\n"
    )


def test_a_file_with_errors_has_no_meaning_to_compare(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(HTTPS, HTTPS + "[sevices.x]\n")[0] == 2
    assert main(["diff", "none.toml", "none.toml"]) == 2
    assert "none.toml" in capsys.readouterr().err


def test_json_has_the_same_facts(run: Run) -> None:
    code, out = run(HTTPS + GA4, HTTPS + ADS, "--json")
    found: dict[str, Any] = json.loads(out)
    assert code == 1
    assert list(found) == [
        *("old", "new", "everybody", "refusals_kept", "lost", "asked", "changes"),
    ]
    assert (found["everybody"], found["refusals_kept"], found["lost"]) == (False, True, "")
    assert {one["purpose"]: one["who"] for one in found["asked"]} == {
        "analytics": "granted",
        "advertising": "granted",
    }
    assert [change["key"] for change in found["changes"]] == ["ga4", "mine"]
    assert set(found["changes"][0]) == {"area", "key", "text", "effect"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (SITE, HTTPS, "The consent cookie was consent and is __Host-consent now."),
        (HTTPS, HTTPS + "cookie_domain = 'shop.test'\n", "is __Secure-consent of shop.test now."),
        (HTTPS, HTTPS.replace('"Test"', '"Best"'), "The site's name signs the consent cookie."),
        (HTTPS, HTTPS.replace("shop.test", "www.shop.test"), ""),
        (HTTPS, HTTPS + GA4, ""),
    ],
)
def test_what_makes_choices_unreadable_loses_refusals_too(old: str, new: str, said: str) -> None:
    why = lost(a_policy("", old), a_policy("", new))
    assert said in why
    assert bool(said) == bool(why)


def test_lost_choices_are_said_first(run: Run) -> None:
    out = run(SITE, HTTPS)[1]
    assert out.startswith("Everybody is asked again. The consent cookie was consent and is")
    assert "Refusals are kept" not in out
    found = json.loads(run(SITE, HTTPS, "--json")[1])
    assert (found["everybody"], found["refusals_kept"]) == (True, False)


@pytest.mark.parametrize(
    ("old", "new", "effect"),
    [
        ("mode = 'enforce'", "mode = 'observe'", "looser"),
        ("mode = 'off'", "mode = 'observe'", "stricter"),
        ("undeclared_hosts = 'allow'", "", "stricter"),
        ("hide_request_cookies = false", "", "stricter"),
        ("", "exclude_paths = ['/a']", "looser"),
        ("debug = true", "", ""),
    ],
)
def test_a_setting_is_stricter_or_looser(old: str, new: str, effect: str) -> None:
    one, two = (a_policy(f"[enforcement]\n{text}\n") for text in (old, new))
    (change,) = changes(one, two, NOW)
    assert (change.area, change.effect) == ("settings", effect)


@pytest.mark.parametrize(
    ("old", "new", "key", "effect"),
    [
        ("", "lifetime.grant_months = 3", "lifetime.grant_months", "stricter"),
        ("lifetime.refuse_months = 24", "", "lifetime.refuse_months", "looser"),
        ("", "purposes.login = 'deny'", "login", "stricter"),
        ("purposes.login = 'deny'", "", "login", "looser"),
        ("", "gpc = true", "gpc", "stricter"),
        ("", "loosen = 'because'", "loosen", ""),
    ],
)
def test_a_rule_is_stricter_or_looser(old: str, new: str, key: str, effect: str) -> None:
    head = "[regions.brazil]\nextends = 'br-lgpd'\n"
    (change,) = changes(a_policy(head + old), a_policy(head + new), NOW)
    assert (change.area, change.key, change.effect) == ("regions", key, effect)
    assert change.text.endswith(", in BR")


def test_a_region_with_another_name_and_the_same_rules_is_no_change() -> None:
    assert changes(a_policy(), a_policy("[regions.home]\nextends = 'br-lgpd'"), NOW) == ()


def test_rules_for_minors_are_told_in_words() -> None:
    head = "[regions.brazil]\nextends = 'br-lgpd'\n"
    rule = "[[regions.brazil.minors]]\nto = 15\npurposes = ['media']\nconsent = 'parent'\n"
    (change,) = changes(a_policy(head), a_policy(head + rule), NOW)
    assert (change.area, change.key) == ("regions", "minors")
    assert "ages 0-15 deny by parent (media)" in change.text


def test_what_waits_for_its_own_click_is_not_asked_but_off() -> None:
    old = a_policy("[purposes.study]\nexplicit = true\n")
    new = a_policy("[purposes.study]\nexplicit = true\ndata = ['special']\n")
    (one,) = asked(old, new, NOW)
    assert (one.purpose, one.who, one.why) == ("study", "off", ("its 'data' changed",))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (GA4, GA4 + "country = 'FR'"),
        (GA4 + ADS, GA4),
        ("", "[purposes.research]"),
        ("", "[purposes.analytics]\nexplicit = true"),
        ("", "[regions.eea]\nextends = 'eea-gdpr'\npurposes.login = 'deny'"),
        (GA4, GA4 + "name = 'Counter'"),
    ],
)
def test_what_it_says_is_what_a_visitor_meets(old: str, new: str) -> None:
    """Who accepted is asked about these purposes and no other; who refused about none."""
    before, after = a_policy(old), a_policy(new)
    said = {one.purpose: one.who for one in asked(before, after, NOW)}
    place = Place("PL")
    region, then = Regions.of(after).find(place, NOW), Regions.of(before).find(place, NOW)
    for kind in ("accept", "reject"):
        stored = store(before, then, choose(before, then, kind, {}, {}), None, NOW, "r")
        decision = decide(after, region, stored, Signals(), NOW)
        if kind == "reject":
            assert not decision.show_banner
            continue
        again = {p for p, r in decision.rulings.items() if r.reason is Reason.CHANGED}
        assert again <= said.keys()
        assert decision.show_banner == any(
            who != "off" and region.models[p].value == "opt-in" for p, who in said.items()
        )
