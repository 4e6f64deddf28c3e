from __future__ import annotations

import pytest
from tests.conftest import NOW, SITE, a_policy

from consentguard.geo.codes import place
from consentguard.model import Model, Place, Region
from consentguard.policy import parse
from consentguard.policy.presets import presets
from consentguard.policy.regions import Regions, at_least_as_strict


def found(more: str, country: str, subdivision: str = "") -> Region:
    return Regions.of(a_policy(more)).find(Place(country, subdivision), NOW)


def errors(more: str) -> list[tuple[str, str]]:
    policy, problems = parse(SITE + more)
    assert (policy is None) == any(p.is_error for p in problems)
    return [(p.code, p.key) for p in problems]


@pytest.mark.parametrize(
    ("country", "subdivision", "region"),
    [
        ("DE", "", "de-tdddg"),
        ("DE", "DE-BY", "de-tdddg"),
        ("NO", "", "eea-gdpr"),
        ("AX", "", "eea-gdpr"),  # Åland
        ("GP", "", "fr-cnil"),  # Guadeloupe
        ("GF", "", "fr-cnil"),
        ("YT", "", "fr-cnil"),
        ("BR", "", "br-lgpd"),
        ("BR", "BR-SP", "br-lgpd"),
        ("US", "US-CA", "us-ca"),
        ("US", "US-TX", "us-gpc"),
        ("US", "", "us-ca"),
        ("PR", "", "us-states"),
        ("CA", "", "ca-qc"),
        ("CA", "CA-QC", "ca-qc"),
        ("CA", "CA-ON", "ca-pipeda"),
        ("CH", "", "ch-fadp"),
        ("GB", "", "gb-pecr"),
        ("XX", "", "opt-in-strict"),
        ("", "", "opt-in-strict"),
    ],
)
def test_each_place_finds_its_preset(country: str, subdivision: str, region: str) -> None:
    assert found("", country, subdivision).id == region


@pytest.mark.parametrize("code", ["XX", "T1", "AP", "EU", "ZZ", "", "de1"])
def test_what_is_no_country_has_the_rule_for_unknown(code: str) -> None:
    more = "[geo]\nunknown = 'eea-gdpr'\ndefault = 'us-states'\n"
    assert Regions.of(a_policy(more)).find(place(code), NOW).id == "eea-gdpr"


def test_a_known_country_without_a_rule_has_the_default() -> None:
    assert found("[geo]\ndefault = 'us-states'\n", "TW").id == "us-states"


def test_a_region_replaces_the_preset_that_it_extends_and_no_other() -> None:
    more = "[regions.europe]\nextends = 'eea-gdpr'\npurposes.analytics = 'deny'\n"
    policy = a_policy(more)
    adults = {name for name, table in presets().items() if not table.get("overlay")}
    assert set(policy.regions) == adults - {"eea-gdpr"} | {"europe"}
    # What extends it inherits the change.
    assert found(more, "DE").models["analytics"] is Model.DENY
    region = found(more, "BE")
    assert (region.id, region.preset) == ("europe", "eea-gdpr")
    assert region.models["analytics"] is Model.DENY
    assert region.models["functional"] is Model.OPT_IN
    assert region.lifetime.grant_months == 6


def test_codes_of_its_own_make_a_region_an_addition() -> None:
    more = "[regions.tw]\nextends = 'opt-in-strict'\ncodes = ['TW', 'US-WY']\nloosen = 'x'\n"
    assert found(more, "TW").id == "tw"
    assert found(more, "US", "US-WY").id == "tw"
    assert found(more, "US", "US-ID").id == "us-states"
    assert found(more, "MO").id == "opt-in-strict"


@pytest.mark.parametrize("first", [True, False])
def test_a_country_wins_over_the_group_whatever_the_order(first: bool) -> None:
    own = "[regions.fr]\nextends = 'eea-gdpr'\ncodes = ['BE', 'AX']\n"
    group = "[regions.eea]\nextends = 'eea-gdpr'\n"
    more = own + group if first else group + own
    assert found(more, "BE").id == found(more, "AX").id == "fr"
    assert found(more, "SE").id == "eea"


def test_an_empty_list_of_codes_takes_none_from_the_preset() -> None:
    assert found("[regions.eea]\nextends = 'eea-gdpr'\ncodes = []\n", "SE").id == "eea"


def test_two_rules_of_one_level_for_one_code_are_one_error() -> None:
    one, two = "[regions.a]\nextends = 'eea-gdpr'\n", "[regions.b]\nextends = 'eea-gdpr'\n"
    assert errors(one + two) == [("E402", "regions.b")]
    assert errors("[regions.x]\nextends = 'us-ca'\ncodes = ['US-CA']") == [("E402", "regions.x")]
    codes = "codes = ['TW']\n"
    assert errors(one + codes + two + codes) == [("E402", "regions.b")]
    problem = parse(SITE + one + codes + two + codes)[1][0]
    assert problem.text("p") == (
        "p:12:10: E402 'TW' is in two regions: 'a' and 'b'\n"
        "    12 | [regions.b]\n       |          ^ give it to one of them"
    )


@pytest.mark.parametrize(
    "more",
    [
        "[regions.us-ca]\nextends = 'eea-gdpr'",
        "[regions.eea-gdpr]\nextends = 'eea-gdpr'\ncodes = ['DE']",
    ],
)
def test_a_region_cannot_push_a_preset_out_by_its_name(more: str) -> None:
    (problem,) = parse(SITE + more)[1]
    assert (problem.code, problem.line) == ("E405", 9)
    assert problem.help == "give it an id of its own"


def test_a_preset_may_be_changed_under_its_own_id() -> None:
    more = "[regions.us-ca]\nextends = 'us-ca'\npurposes.analytics = 'opt-in'\n"
    assert found(more, "US", "US-CA").models["analytics"] is Model.OPT_IN


@pytest.mark.parametrize("code", ["de", "Germany", "DEU", "US_CA", "US-", "", "*"])
def test_a_code_that_can_never_match_is_an_error(code: str) -> None:
    more = f"[regions.x]\nextends = 'us-ca'\ncodes = ['{code}']"
    assert errors(more) == [("E103", "regions.x.codes")]


# -- [geo] ---------------------------------------------------------------------------------------


def test_a_replaced_preset_is_still_found_by_its_own_id() -> None:
    more = "[regions.row]\nextends = 'opt-in-strict'\n"
    policy = a_policy(more)
    assert (policy.geo.unknown, policy.geo.default) == ("row", "row")
    assert Regions.of(policy).find(Place(), NOW).id == "row"


@pytest.mark.parametrize("first", [True, False])
def test_a_region_with_codes_of_its_own_is_never_the_rule_for_unknown(first: bool) -> None:
    row = "[regions.row]\nextends = 'opt-in-strict'\n"
    loose = (
        "[regions.jp]\nextends = 'opt-in-strict'\ncodes = ['TW']\n"
        "purposes.advertising = 'opt-out'\nloosen = 'counsel'\n"
    )
    policy = a_policy(row + loose if first else loose + row)
    assert (policy.geo.unknown, policy.geo.default) == ("row", "row")


def test_a_preset_that_two_regions_replace_is_no_name_for_one_of_them() -> None:
    two = "[regions.a]\nextends = 'opt-in-strict'\n[regions.b]\nextends = 'opt-in-strict'\n"
    assert errors(two) == [("E404", "geo.default"), ("E404", "geo.unknown")]
    policy = a_policy(two + "[geo]\nunknown = 'a'\ndefault = 'b'\n")
    regions = Regions.of(policy)
    assert (regions.find(Place(), NOW).id, regions.find(Place("TW"), NOW).id) == ("a", "b")


# -- names and strictness --------------------------------------------------------------------------


@pytest.mark.parametrize("loosen", ["", "loosen = 'counsel said so'\n"])
def test_a_rule_for_a_misspelt_purpose_or_service_is_an_error_loosened_or_not(loosen: str) -> None:
    more = f"[regions.eea]\nextends = 'eea-gdpr'\n{loosen}"
    purpose = parse(f"{SITE}{more}purposes.analitics = 'deny'\n")[1]
    assert [(p.code, p.help) for p in purpose] == [("E202", "did you mean 'analytics'?")]
    service = parse(f"{SITE}{more}services.meta_pixl = 'deny'\n")[1]
    assert [(p.code, p.help) for p in service] == [("E204", "did you mean 'meta_pixel'?")]


@pytest.mark.parametrize(
    ("preset", "line", "key"),
    [
        ("eea-gdpr", "purposes.advertising = 'opt-out'", "purposes.advertising"),
        ("eea-gdpr", "purposes.analytics = 'none'", "purposes.analytics"),
        ("eea-gdpr", "purposes.security = 'none'", "purposes.security"),
        ("us-ca", "purposes.email_marketing = 'opt-out'", "purposes.email_marketing"),
        ("us-ca", "purposes.login = 'opt-in'", "purposes.login"),
        ("eea-gdpr", "services.ga4 = 'opt-out'", "services.ga4"),
        ("us-ca", "services.meta_pixel = 'none'", "services.meta_pixel"),
        ("eea-gdpr", "lifetime.grant_months = 12", "lifetime.grant_months"),
        ("eea-gdpr", "lifetime.refuse_months = 3", "lifetime.refuse_months"),
        ("eea-gdpr", "lifetime.tracker_days = 400", "lifetime.tracker_days"),
        ("eea-gdpr", "banner.reject_on_first_layer = false", "banner.reject_on_first_layer"),
        ("eea-gdpr", "banner.equal_buttons = false", "banner.equal_buttons"),
        ("eea-gdpr", "banner.close_means = 'nothing'", "banner.close_means"),
        ("us-ca", "gpc = false", "gpc"),
        ("br-lgpd", "transfer.notice = false", "transfer.notice"),
    ],
)
def test_weaker_than_the_preset_needs_a_reason(preset: str, line: str, key: str) -> None:
    more = f"[regions.x]\nextends = '{preset}'\n{line}\n"
    assert errors(more) == [("E403", f"regions.x.{key}")]
    assert errors(more + "loosen = ''\n") == [("E403", f"regions.x.{key}")]
    assert errors(more + "loosen = 'counsel, 1 Nov 2026'\n") == []
    policy = a_policy(more + "loosen = 'counsel, 1 Nov 2026'\n")
    assert policy.regions["x"].loosen == "counsel, 1 Nov 2026"


@pytest.mark.parametrize("code", ["SE", "FR-IDF"])
def test_a_country_s_own_rule_does_not_undercut_what_would_hold_there(code: str) -> None:
    more = f"[regions.x]\nextends = 'us-states'\ncodes = ['{code}']\n"
    assert errors(more) == [("E403", "regions.x.codes")]
    assert errors(more + "loosen = 'counsel'\n") == []
    assert errors(more.replace("us-states", "de-tdddg")) == []


def test_stricter_needs_none() -> None:
    more = """[regions.us]
extends = "us-ca"
purposes = { advertising = "opt-in", analytics = "deny" }
services = { ga4 = "on-click", meta_pixel = "deny" }
lifetime = { grant_months = 3, refuse_months = 24, tracker_days = 30 }
banner = { close_means = "refuse", position = "not-bottom" }
transfer = { notice = true }
"""
    assert errors(more) == []
    region = a_policy(more).regions["us"]
    assert region.services == {"ga4": Model.ON_CLICK, "meta_pixel": Model.DENY}
    assert (region.lifetime.refuse_months, region.banner.position) == (24, "not-bottom")
    assert region.banner.equal_buttons
    assert region.transfer_notice


@pytest.mark.parametrize("preset", sorted(a_policy().regions))
def test_models_that_no_preset_can_change(preset: str) -> None:
    models = a_policy("[purposes.mine]").regions[preset].models
    for purpose in ("necessary", "cdn", "consent-management"):
        assert models[purpose] is Model.NONE
    for purpose in ("personalisation", "social", "media", "tag-manager", "mine"):
        assert models[purpose] is models["advertising"]
    assert models["email_marketing"] is models["email_tracking"] is Model.OPT_IN
    assert models["security"] is Model.ON_CLICK
    # Russia's law lets nobody sign in with a foreign provider (149-FZ, art. 8).
    assert models["login"] is (Model.DENY if preset == "ru-152fz" else Model.ON_CLICK)


def test_a_sensitive_site_asks_first_in_the_united_states_too() -> None:
    regions = a_policy("", SITE + "sensitive = ['health']\n").regions
    for preset in ("us-ca", "us-states"):
        for purpose in ("analytics", "advertising", "media", "social"):
            assert regions[preset].models[purpose] is Model.OPT_IN
    assert regions["us-ca"].models["functional"] is Model.NOTICE


def test_a_visitor_may_ask_for_a_stricter_region_only() -> None:
    regions = a_policy().regions
    assert at_least_as_strict(regions["eea-gdpr"], regions["us-ca"])
    assert at_least_as_strict(regions["us-ca"], regions["us-states"])
    assert not at_least_as_strict(regions["us-ca"], regions["eea-gdpr"])
    assert not at_least_as_strict(regions["us-states"], regions["us-ca"])


@pytest.mark.parametrize(
    ("more", "modes"),
    [
        ("", {"eea-gdpr": "basic", "us-ca": "basic"}),
        ("[signals]\ngoogle_consent_mode = 'basic'\n", {"us-ca": "basic"}),
        (
            "[signals]\ngoogle_consent_mode = 'advanced'\n",
            {"eea-gdpr": "basic", "br-lgpd": "basic", "us-ca": "advanced", "us-states": "advanced"},
        ),
        (
            "[signals]\ngoogle_consent_mode = 'advanced'\n"
            "[regions.c]\nextends = 'us-ca'\ngoogle_consent_mode = 'basic'\n",
            {"c": "basic", "us-states": "advanced"},
        ),
        (
            "[regions.c]\nextends = 'us-ca'\ngoogle_consent_mode = 'advanced'\n",
            {"c": "advanced", "us-states": "basic"},
        ),
        # A site that is stricter than the law asks first: nothing runs there before.
        (
            "[signals]\ngoogle_consent_mode = 'advanced'\n"
            "[regions.c]\nextends = 'us-ca'\npurposes.advertising = 'opt-in'\n",
            {"c": "basic"},
        ),
    ],
)
def test_google_consent_mode(more: str, modes: dict[str, str]) -> None:
    regions = a_policy(more).regions
    assert {name: regions[name].google_consent_mode for name in modes} == modes


def test_advanced_consent_mode_where_the_law_asks_first_needs_a_reason() -> None:
    more = "[regions.eea]\nextends = 'eea-gdpr'\ngoogle_consent_mode = 'advanced'\n"
    assert errors(more) == [("E403", "regions.eea.google_consent_mode")]
    assert errors(more + "loosen = 'counsel, 1 Nov 2026'\n") == []
    loosened = a_policy(more + "loosen = 'counsel, 1 Nov 2026'\n")
    assert loosened.regions["eea"].google_consent_mode == "advanced"


def test_without_a_state_the_duties_of_every_state_hold() -> None:
    policy = a_policy(site=SITE + 'sensitive = ["health"]\n')
    regions = Regions.of(policy)
    nowhere = regions.find(Place("US"), NOW)
    states = [regions.find(Place("US", code), NOW) for code in ("US-WA", "US-CA", "US-TX", "US-NV")]
    assert nowhere.sensitive_sale == "deny"
    for state in states:
        assert nowhere.gpc >= state.gpc
        assert nowhere.gpc_display >= state.gpc_display
        assert nowhere.do_not_sell >= state.do_not_sell
        assert nowhere.lifetime.grant_months <= state.lifetime.grant_months
        assert nowhere.lifetime.refuse_months >= state.lifetime.refuse_months
