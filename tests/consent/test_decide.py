from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import NOW, SITE, a_policy
from tests.consent.cases import (
    CALIFORNIA,
    DAY,
    EEA,
    MODELS,
    POLICY,
    PURPOSES,
    REGIONS,
    SERVICES,
    STATES,
    STORED,
    a_region,
    allowed,
    chosen,
    decided,
    exempt,
)

from consentguard.consent.choose import choose, store
from consentguard.consent.decide import KEPT, Decider, decide, valid_until
from consentguard.consent.decision import Decision
from consentguard.consent.months import months_after
from consentguard.consent.token import State, Stored, Unreadable
from consentguard.errors import UnknownPurpose
from consentguard.model import (
    UNKNOWN,
    Match,
    Model,
    Place,
    Policy,
    Reason,
    Region,
    Service,
    Signals,
)
from consentguard.policy.regions import Regions

BAD = Unreadable("bad signature")
STATE = st.none() | st.just(BAD) | STORED
YEAR = 366 * DAY


# -- the promises --------------------------------------------------------------------------------


@settings(deadline=None)
@given(STORED, REGIONS, st.booleans(), st.floats(0, 20 * YEAR))
def test_no_automatic_signal_ever_raises_a_stored_refusal(
    stored: Stored, region: Region, gpc: bool, later: float
) -> None:
    decision = decided(stored, region, gpc, NOW + later)
    refused = {p for p in PURPOSES if stored.refuses(p)} - exempt(region)
    assert refused >= stored.denied - {"*"} - exempt(region)
    assert not refused & set(decision.granted)
    for id in (s for s, on in stored.services.items() if not on):
        assert not decision.allows_service(POLICY.services[id])


@settings(deadline=None)
@given(STATE, REGIONS)
def test_adding_gpc_never_allows_anything(stored: State, region: Region) -> None:
    with_it, without = decided(stored, region, True), decided(stored, region, False)
    assert allowed(with_it) <= allowed(without)
    assert "advertising" not in with_it.granted


@settings(deadline=None)
@given(REGIONS, st.booleans())
def test_an_unreadable_consent_never_allows_more_than_none(region: Region, gpc: bool) -> None:
    decision = decided(BAD, region, gpc)
    assert allowed(decision) <= allowed(decided(None, region, gpc))
    assert set(decision.granted) <= exempt(region)
    assert not decision.chosen


@settings(deadline=None)
@given(STORED, REGIONS, st.booleans())
def test_an_expired_consent_never_allows_more_than_none(
    stored: Stored, region: Region, gpc: bool
) -> None:
    end = months_after(stored.time, region.lifetime.grant_months)
    decision = decided(stored, region, gpc, end)
    assert allowed(decision) <= allowed(decided(None, region, gpc, end))
    assert set(decision.granted) <= exempt(region)


@settings(deadline=None)
@given(STORED, REGIONS, st.booleans(), st.floats(0, 20 * YEAR))
def test_time_alone_never_allows_anything(
    stored: Stored, region: Region, gpc: bool, later: float
) -> None:
    assert allowed(decided(stored, region, gpc, NOW + later)) <= allowed(
        decided(stored, region, gpc)
    )


@settings(deadline=None)
@given(REGIONS, st.sampled_from(["reject", "withdraw"]), st.floats(0, 10 * YEAR))
def test_a_refusal_never_lapses_by_itself(region: Region, kind: str, later: float) -> None:
    stored = chosen(kind, region)
    today, then = decided(stored, region), decided(stored, region, now=NOW + later)
    assert then.rulings == today.rulings
    assert allowed(then) == allowed(today)
    assert exempt(region) - {"tag-manager"} <= set(then.granted) <= exempt(region)


@settings(deadline=None)
@given(REGIONS, st.sampled_from(["reject", "withdraw"]), STORED)
def test_accept_then_reject_denies_all_but_none(region: Region, kind: str, before: Stored) -> None:
    accepted = chosen("accept", region, before=before)
    decision = decided(chosen(kind, region, before=accepted), region)
    assert set(decision.granted) <= exempt(region)
    assert exempt(region) - set(decision.granted) <= {"tag-manager"}


@settings(max_examples=300, deadline=None)
@given(STATE, REGIONS, st.booleans(), st.data())
def test_stricter_model_never_allows_more(
    stored: State, region: Region, gpc: bool, data: st.DataObject
) -> None:
    def raised(model: Model) -> Model:
        other: Model = data.draw(MODELS)
        return model if model.strictness > other.strictness else other

    stricter = replace(
        region,
        models={p: raised(m) for p, m in region.models.items()},
        services={s: raised(m) for s, m in region.services.items()},
    )
    assert allowed(decided(stored, stricter, gpc)) <= allowed(decided(stored, region, gpc))


@settings(deadline=None)
@given(STORED, REGIONS, st.booleans(), st.sampled_from(PURPOSES))
def test_adding_a_refusal_never_allows_anything(
    stored: Stored, region: Region, gpc: bool, purpose: str
) -> None:
    refused = replace(stored, denied=stored.denied | {purpose})
    assert allowed(decided(refused, region, gpc)) <= allowed(decided(stored, region, gpc))
    word = replace(stored, services={**stored.services, "ga4": False})
    assert allowed(decided(word, region, gpc)) <= allowed(decided(stored, region, gpc))


@settings(deadline=None)
@given(STATE, REGIONS, st.booleans())
def test_the_decision_is_pure_and_holds_until_it_says(
    stored: State, region: Region, gpc: bool
) -> None:
    decision = decided(stored, region, gpc)
    again = decided(stored, region, gpc)
    assert decision == again
    assert decision.digest == again.digest
    end = valid_until(region, stored, NOW)
    assert end > NOW
    last = min(end - 1, NOW + 10 * YEAR)
    if last > NOW:
        late = decided(stored, region, gpc, last)
        assert (late.rulings, late.show_banner) == (decision.rulings, decision.show_banner)
        assert late.digest == decision.digest


@settings(deadline=None)
@given(STATE, REGIONS, st.booleans())
def test_the_banner_shows_exactly_when_something_that_accept_grants_waits_for_a_choice(
    stored: State, region: Region, gpc: bool
) -> None:
    granted = set(chosen("accept", region).granted)
    grant_over = refuse_over = False
    if isinstance(stored, Stored):
        grant_over = months_after(stored.time, region.lifetime.grant_months) <= NOW
        refuse_over = months_after(stored.time, region.lifetime.refuse_months) <= NOW

    def waits(purpose: str) -> bool:
        if not isinstance(stored, Stored):
            return True
        if stored.refuses(purpose):
            return refuse_over
        # Where the choice was made nobody had to ask for some of them.
        unasked = EEA.models[purpose].strictness < Model.OPT_IN.strictness
        same = stored.granted.get(purpose) == POLICY.fingerprints[purpose]
        return grant_over or unasked or not same

    opt_in = {p for p in granted if region.models[p] is Model.OPT_IN}
    assert decided(stored, region, gpc).show_banner is any(map(waits, opt_in))


# -- the table, row by row -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "stored", "gpc", "allows", "reason"),
    [
        (Model.NONE, None, False, True, Reason.EXEMPT),
        (Model.NOTICE, None, False, True, Reason.NOTICE),
        (Model.OPT_OUT, None, False, True, Reason.DEFAULT),
        (Model.OPT_IN, None, False, False, Reason.NO_CHOICE),
        (Model.ON_CLICK, None, False, False, Reason.ON_CLICK),
        (Model.DENY, None, False, False, Reason.RULE),
        (Model.NONE, BAD, False, True, Reason.EXEMPT),
        (Model.NOTICE, BAD, False, False, Reason.UNREADABLE),
        (Model.OPT_OUT, BAD, False, False, Reason.UNREADABLE),
        (Model.OPT_IN, BAD, False, False, Reason.UNREADABLE),
        (Model.DENY, BAD, True, False, Reason.RULE),
        (Model.NONE, chosen("reject"), False, True, Reason.EXEMPT),
        (Model.NOTICE, chosen("reject"), False, False, Reason.REFUSED),
        (Model.OPT_OUT, chosen("reject"), False, False, Reason.REFUSED),
        (Model.OPT_IN, chosen("reject"), True, False, Reason.SIGNAL),
        (Model.OPT_IN, chosen("accept"), False, True, Reason.GRANTED),
        (Model.ON_CLICK, chosen("accept"), False, True, Reason.GRANTED),
        (Model.DENY, chosen("accept"), False, False, Reason.RULE),
        (Model.OPT_OUT, chosen("accept"), True, False, Reason.SIGNAL),
        (Model.NONE, chosen("accept"), True, False, Reason.SIGNAL),
        (Model.OPT_OUT, None, True, False, Reason.SIGNAL),
        (Model.DENY, None, True, False, Reason.RULE),
    ],
)
def test_the_order_of_force(
    model: Model, stored: State, gpc: bool, allows: bool, reason: Reason
) -> None:
    ruling = decided(stored, a_region(advertising=model), gpc).rulings["advertising"]
    assert (ruling.model, ruling.allowed, ruling.reason) == (model, allows, reason)


@pytest.mark.parametrize(
    ("reason", "stored", "gpc", "source"),
    [
        (Reason.NO_CHOICE, None, False, "eea-gdpr: GDPR; ePrivacy Directive art. 5(3)"),
        (Reason.SIGNAL, None, True, "Sec-GPC: 1 (Global Privacy Control)"),
        (Reason.UNREADABLE, BAD, False, "consent cookie: bad signature"),
        (Reason.REFUSED, chosen("reject"), False, "the visitor's choice"),
    ],
)
def test_every_ruling_says_where_it_comes_from(
    reason: Reason, stored: State, gpc: bool, source: str
) -> None:
    ruling = decided(stored, EEA, gpc).rulings["advertising"]
    assert (ruling.reason, ruling.source) == (reason, source)


# -- lifetimes and changes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "months"), [(EEA, 6), (POLICY.regions["br-lgpd"], 12), (CALIFORNIA, 12)]
)
def test_a_grant_lives_as_many_calendar_months_as_the_region_lets_it(
    region: Region, months: int
) -> None:
    stored = chosen("accept", region)
    end = months_after(int(NOW), months)
    before, after = decided(stored, region, now=end - 1), decided(stored, region, now=end)
    assert before.rulings["advertising"].reason is Reason.GRANTED
    assert valid_until(region, stored, end - 1) == end
    assert after.rulings["advertising"].reason is Reason.EXPIRED
    assert set(after.granted) == exempt(region)
    assert after.show_banner is (region is not CALIFORNIA)


def test_an_expired_refusal_only_lets_us_ask_again() -> None:
    stored = chosen("reject")
    end = months_after(stored.time, 6)
    before, after = decided(stored, now=end - 1), decided(stored, now=end)
    assert not before.show_banner
    assert valid_until(EEA, stored, end - 1) == end
    assert after.show_banner
    assert after.rulings == before.rulings
    assert valid_until(EEA, stored, end) == inf
    assert not decided(chosen("reject", CALIFORNIA), CALIFORNIA, now=NOW + 10 * YEAR).show_banner


def test_a_yes_to_one_service_expires_like_any_grant_and_a_no_never() -> None:
    stored = chosen("save", services={"video": True, "ga4": False}, purposes={"analytics": True})
    today, then = decided(stored), decided(stored, now=NOW + YEAR)
    assert today.allows("media", service="video")
    assert not then.allows("media", service="video")
    assert today.services == {"video": True, "ga4": False}
    assert then.services == {"ga4": False}
    assert not then.allows("analytics", service="ga4")


def with_fingerprints(policy: Policy, stored: Stored, region: Region = EEA) -> dict[str, Reason]:
    decision = decide(policy, region, stored, Signals(), NOW)
    return {p: r.reason for p, r in decision.rulings.items()}


def test_only_what_changed_is_asked_again() -> None:
    old, new = a_policy(), a_policy("[services.ga4]\npurposes = ['analytics']\ncountry = 'FR'")
    granted = {p: old.fingerprints[p] for p in ("analytics", "advertising", "media")}
    stored = Stored(int(NOW), "eea-gdpr", "r", granted)
    reasons = with_fingerprints(new, stored)
    assert reasons["analytics"] is Reason.CHANGED
    assert reasons["advertising"] is reasons["media"] is Reason.GRANTED
    assert with_fingerprints(old, stored)["analytics"] is Reason.GRANTED


def test_a_changed_purpose_shows_the_banner_and_a_refused_one_does_not() -> None:
    new = a_policy("", SITE.replace("Test Ltd", "Other Ltd"))
    accepted, rejected = chosen("accept"), chosen("reject")
    assert decide(new, new.regions["eea-gdpr"], accepted, Signals(), NOW).show_banner
    after = decide(new, new.regions["eea-gdpr"], rejected, Signals(), NOW)
    assert not after.show_banner
    assert after.rulings["analytics"].reason is Reason.REFUSED
    assert set(with_fingerprints(new, accepted, new.regions["eea-gdpr"]).values()) == {
        Reason.CHANGED,
        Reason.EXEMPT,
        Reason.NO_CHOICE,
    }


def test_a_changed_grant_is_denied_in_an_opt_out_region_too() -> None:
    new = a_policy("", SITE.replace("Test Ltd", "Other Ltd"))
    region = new.regions["us-ca"]
    stored = chosen("accept", CALIFORNIA)
    assert with_fingerprints(new, stored, region)["advertising"] is Reason.CHANGED


# -- banner --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "stored", "shows", "variant"),
    [
        (EEA, None, True, "opt-in"),
        (EEA, BAD, True, "opt-in"),
        (EEA, chosen("accept"), False, "opt-in"),
        (EEA, chosen("reject"), False, "opt-in"),
        (EEA, chosen("save", purposes={"analytics": True}), False, "opt-in"),
        (CALIFORNIA, None, False, "opt-out"),
        (CALIFORNIA, BAD, False, "opt-out"),
        (STATES, None, False, "opt-out"),
        (POLICY.regions["br-lgpd"], None, True, "opt-in"),
        (POLICY.regions["opt-in-strict"], None, True, "opt-in"),
    ],
)
def test_the_banner_of_each_region(
    region: Region, stored: State, shows: bool, variant: str
) -> None:
    decision = decided(stored, region)
    assert (decision.show_banner, decision.variant) == (shows, variant)


def test_an_unbundled_or_explicit_purpose_alone_shows_no_banner() -> None:
    region = a_region(CALIFORNIA, health=Model.OPT_IN, email_marketing=Model.OPT_IN)
    decision = decided(None, region)
    assert not decision.show_banner
    assert decision.variant == "opt-out"


def test_gpc_does_not_take_the_banner_away() -> None:
    assert decided(None, EEA, gpc=True).show_banner


# -- services ------------------------------------------------------------------------------------


@pytest.mark.parametrize("region", [EEA, CALIFORNIA, STATES])
def test_gpc_denies_who_sells_or_shares_whatever_the_purpose_and_the_choice(
    region: Region,
) -> None:
    words = dict.fromkeys(SERVICES, True)
    everything = chosen("save", region, dict.fromkeys(PURPOSES, True), words)
    for stored in (None, chosen("accept", region), everything):
        decision = decided(stored, region, gpc=True)
        for id in ("pixel", "seller", "both", "processor"):
            assert not decision.allows_service(POLICY.services[id])
        assert decision.rulings["advertising"].reason is Reason.SIGNAL
    assert decided(everything, region, gpc=True).allows("analytics", service="ga4")
    assert not decided(everything, region, gpc=True).allows("functional", service="seller")
    assert decided(everything, region).allows("functional", service="seller")


@pytest.mark.parametrize(
    ("setting", "region", "honoured"),
    [
        ("everywhere", "eea-gdpr", True),
        ("everywhere", "us-ca", True),
        ("required", "us-ca", True),
        ("required", "us-states", True),
        ("required", "opt-in-strict", True),
        ("required", "eea-gdpr", False),
        ("required", "br-lgpd", False),
        ("off", "us-ca", False),
    ],
)
def test_gpc_required_and_off(setting: str, region: str, honoured: bool) -> None:
    policy = a_policy(f"[signals]\ngpc = '{setting}'")
    decision = decide(policy, policy.regions[region], None, Signals(gpc=True), NOW)
    assert decision.gpc is honoured
    assert (decision.rulings["advertising"].reason is Reason.SIGNAL) is honoured
    assert not decide(policy, policy.regions[region], None, Signals(), NOW).gpc


def test_a_tag_manager_waits_for_all_that_it_could_load() -> None:
    gtm = POLICY.services["gtm"]
    loaded = dict.fromkeys(("tag-manager", "analytics", "advertising"), True)
    assert decided(chosen("accept")).allows_service(gtm)
    assert decided(chosen("save", purposes=loaded)).allows_service(gtm)
    assert not decided(chosen("reject")).allows_service(gtm)
    for one in loaded:
        less = decided(chosen("save", purposes=loaded | {one: False}))
        assert not less.allows_service(gtm)
        if one != "tag-manager":
            assert less.rulings["tag-manager"].reason is Reason.INCOMPLETE
    assert decided(None, CALIFORNIA).allows_service(gtm)
    assert not decided(None, CALIFORNIA, gpc=True).allows_service(gtm)
    assert not decided(chosen("save", services={"gtm": True})).allows_service(gtm)
    denied = a_region(advertising=Model.DENY)
    assert not decided(chosen("accept", denied), denied).allows_service(gtm)
    clicked = a_region(CALIFORNIA, analytics=Model.ON_CLICK)
    assert not decided(None, clicked).allows_service(gtm)


def test_a_tag_manager_that_nobody_is_asked_about_follows_from_what_it_loads() -> None:
    policy = a_policy()
    region = policy.regions["eea-gdpr"]

    def after(**purposes: bool) -> Decision:
        choice = choose(policy, region, "save", purposes, {})
        stored = store(policy, region, choice, None, NOW, "receipt")
        return decide(policy, region, stored, Signals(), NOW)

    assert after(analytics=True, advertising=True).rulings["tag-manager"].allowed
    for less in (after(analytics=True), after(analytics=True, media=True), after()):
        assert less.rulings["tag-manager"].reason is Reason.INCOMPLETE
        assert not less.show_banner
    first = decide(policy, region, None, Signals(), NOW)
    assert not first.rulings["tag-manager"].allowed


def test_a_policy_says_what_its_tag_manager_loads() -> None:
    one = replace(POLICY.services["gtm"], purposes=("tag-manager", "analytics"))
    both = replace(POLICY.services["gtm"], purposes=("analytics", "social"))
    some = dict.fromkeys(("tag-manager", "analytics"), True)
    assert decided(chosen("save", purposes=some)).allows_service(one)
    assert not decided(chosen("save", purposes={"analytics": True})).allows_service(one)
    assert not decided(chosen("save", purposes={"tag-manager": True})).allows_service(one)
    assert not decided(chosen("save", purposes=some)).allows_service(both)
    assert decided(chosen("save", purposes=some | {"social": True})).allows_service(both)
    assert not decided(chosen("save", services={"gtm": True})).allows_service(one)


def test_a_click_on_one_service_after_a_refusal_allows_that_one_alone() -> None:
    stored = chosen("save", services={"video": True})
    decision = decided(stored)
    assert decision.allows("media", service="video")
    assert not decision.allows("media")
    assert not decision.allows("login", service="button")
    assert decided(chosen("save", services={"button": True})).allows("login", service="button")


def test_a_word_does_not_reach_over_a_rule_a_signal_or_doubt() -> None:
    stored = chosen("save", services=dict.fromkeys(SERVICES, True))
    pixel = POLICY.services["pixel"]
    assert decided(stored).allows_service(pixel)
    assert not decided(stored, a_region(advertising=Model.DENY)).allows_service(pixel)
    assert not decided(stored, gpc=True).allows_service(POLICY.services["processor"])
    assert not decided(BAD).allows_service(pixel)


def test_a_no_to_one_service_holds_under_a_granted_purpose() -> None:
    stored = chosen("save", purposes=dict.fromkeys(PURPOSES, True), services={"ga4": False})
    decision = decided(stored)
    assert decision.allows("analytics")
    assert not decision.allows("analytics", service="ga4")


def test_a_service_needs_each_of_its_purposes() -> None:
    both = POLICY.services["both"]
    assert not decided(chosen("save", purposes={"analytics": True})).allows_service(both)
    stored = chosen("save", purposes={"analytics": True, "social": True})
    assert decided(stored).allows_service(both)
    assert decided(stored).allows("social", service="both")
    assert not decided(stored).allows("media", service="both")


def test_own_security_is_free_and_a_captcha_waits_for_its_form() -> None:
    for stored in (None, BAD, chosen("reject")):
        assert decided(stored).allows("security", service="firewall")
        assert not decided(stored).allows("security", service="captcha")
        assert not decided(stored).allows("security")
    assert decided(chosen("accept")).allows("security", service="captcha")


@pytest.mark.parametrize(
    ("model", "none", "accepted", "rejected", "unreadable"),
    [
        (Model.NONE, True, True, True, True),
        (Model.NOTICE, True, True, False, False),
        (Model.OPT_OUT, True, True, False, False),
        (Model.OPT_IN, False, True, False, False),
        (Model.ON_CLICK, False, True, False, False),
        (Model.DENY, False, False, False, False),
    ],
)
@pytest.mark.parametrize("base", [EEA, CALIFORNIA])
def test_a_model_of_one_service_replaces_the_default_and_never_a_choice(
    base: Region, model: Model, none: bool, accepted: bool, rejected: bool, unreadable: bool
) -> None:
    region = replace(base, services={"ga4": model})
    states = (None, chosen("accept", region), chosen("reject", region), BAD)
    said = [decided(s, region).allows("analytics", service="ga4") for s in states]
    assert said == [none, accepted, rejected, unreadable]
    click = decided(chosen("save", region, services={"ga4": True}), region)
    assert click.allows("analytics", service="ga4") is (model is not Model.DENY)


# -- the question that applications ask ---------------------------------------------------------


def test_an_unknown_purpose_raises_and_names_the_known() -> None:
    with pytest.raises(UnknownPurpose, match="unknown purpose 'adverts'; known: necessary, "):
        decided().allows("adverts")
    with pytest.raises(LookupError):
        decided().allows(UNKNOWN)


def test_an_unknown_service_or_one_without_the_purpose_is_not_allowed() -> None:
    decision = decided(chosen("accept"))
    assert decision.allows("analytics", service="ga4")
    assert not decision.allows("analytics", service="nobody")
    assert not decision.allows("advertising", service="ga4")
    assert not decide(POLICY, EEA, None, Signals(), NOW).allows("necessary", service="session")


def test_excluded_categories_are_never_allowed() -> None:
    decision = decided(chosen("accept"))
    assert decision.allows("personalisation", category="jazz")
    assert not decision.allows("personalisation", category="health")
    assert decision.allows("advertising", category="health")


def test_special_data_need_an_explicit_purpose_that_was_granted() -> None:
    accepted = decided(chosen("accept"))
    assert not accepted.allows("personalisation", data="special")
    assert not accepted.allows("necessary", data="special")
    assert not accepted.allows("health", data="special")
    explicit = decided(chosen("save", purposes={"health": True}))
    assert explicit.allows("health", data="special")
    assert not decided(chosen("reject")).allows("health", data="special")


def test_a_match_needs_every_service_that_claims_it_and_blames_the_first() -> None:
    ga4, pixel = POLICY.services["ga4"], POLICY.services["pixel"]
    match = Match("url", (ga4, pixel), "both claim it")
    decision = decided(chosen("save", purposes={"analytics": True}))
    assert decision.allows_match(Match("url", (ga4,), ""))
    assert not decision.allows_match(match)
    assert decision.blamed(match) == ("advertising", "pixel")
    assert not decision.allows_match(Match("cookie", (), "nothing knows it"))
    assert decision.blamed(Match("cookie", (), "")) == (UNKNOWN, "")


def test_granted_denied_and_where_trackers_wait() -> None:
    decision = decided(chosen("save", purposes={"analytics": True}))
    assert set(decision.granted) == {"necessary", "cdn", "consent-management", "analytics"}
    assert decision.denied["advertising"] is Reason.REFUSED
    assert decision.opt_in
    assert not decided(None, CALIFORNIA).opt_in
    assert decided(chosen("accept")).complete
    assert not decision.complete


def test_google_consent_mode_lets_nothing_run_that_a_rule_or_a_word_forbids() -> None:
    advanced = replace(CALIFORNIA, google_consent_mode="advanced")
    ads = replace(POLICY.services["gtm"], signals=("google-consent-mode",))
    assert decided(None, advanced, gpc=True).signals(ads)
    assert decided(chosen("reject", advanced), advanced).signals(ads)
    assert not decided(chosen("reject")).signals(ads)  # basic
    assert not decided(chosen("reject", advanced), advanced).signals(POLICY.services["gtm"])
    assert not decided(BAD, advanced).signals(ads)
    ruled = a_region(advanced, tag_manager=Model.DENY)
    assert not decided(None, ruled).signals(ads)
    off = chosen("save", advanced, services={"gtm": False})
    assert not decided(off, advanced).signals(ads)
    mine = replace(advanced, services={"gtm": Model.DENY})
    assert not decided(None, mine).signals(ads)


def test_a_grant_given_where_nobody_had_to_ask_is_none_where_they_have_to() -> None:
    elsewhere = chosen("accept", CALIFORNIA)
    there, here = decided(elsewhere, CALIFORNIA), decided(elsewhere, EEA)
    assert there.rulings["analytics"].reason is Reason.GRANTED
    assert here.rulings["analytics"].reason is Reason.NO_CHOICE
    assert here.show_banner
    # Asked and answered here, the answer holds in both, and nobody asks again.
    again = chosen("accept", EEA, before=elsewhere)
    for region in (EEA, CALIFORNIA):
        assert decided(again, region).rulings["analytics"].reason is Reason.GRANTED
        assert not decided(again, region).show_banner
    # A no is a no everywhere.
    refused = chosen("reject", CALIFORNIA)
    assert decided(refused, EEA).rulings["analytics"].reason is Reason.REFUSED
    assert not decided(refused, EEA).show_banner


@settings(deadline=None)
@given(st.lists(st.tuples(STATE, REGIONS, st.booleans(), st.integers(0, 1500)), max_size=8))
def test_what_was_decided_before_changes_no_decision(
    visitors: list[tuple[State, Region, bool, int]],
) -> None:
    decider = Decider(POLICY, POLICY.services)
    for stored, region, gpc, days in visitors:
        now = NOW + days * DAY
        decision = decider.decide(region, stored, Signals(gpc), now)
        fresh = decided(stored, region, gpc, now)
        assert decision == fresh
        assert decision.digest == fresh.digest


def test_one_decision_serves_all_who_say_the_same() -> None:
    decider = Decider(POLICY, POLICY.services)
    one, other = chosen("accept"), replace(chosen("accept", now=NOW + 5 * DAY), receipt="other")
    first = decider.decide(EEA, one, Signals(), NOW + 6 * DAY)
    assert decider.decide(EEA, other, Signals(), NOW + 6 * DAY) is first
    assert decider.decide(EEA, other, Signals(gpc=True), NOW + 6 * DAY) is not first


def test_the_memory_of_a_decider_is_bounded() -> None:
    decider = Decider(POLICY)
    for number in range(KEPT + 10):
        decider.decide(EEA, Unreadable(str(number)), Signals(), NOW)
    assert len(decider._decisions) <= KEPT


def test_the_shortest_limit_of_a_cookie_counts() -> None:
    ga4, video = POLICY.services["ga4"], POLICY.services["video"]
    region = replace(EEA, lifetime=replace(EEA.lifetime, tracker_days=395))
    decision = decided(region=region)

    def days(*services: Service) -> int:
        return decision.cookie_days(Match("cookie", services, ""))

    assert (days(ga4), days(video)) == (395, 0)
    assert days(replace(ga4, max_cookie_days=400), replace(video, max_cookie_days=500)) == 395
    assert days(replace(video, max_cookie_days=30), ga4) == 30


@settings(deadline=None)
@given(STATE, REGIONS, st.booleans(), st.sampled_from(PURPOSES))
def test_adding_a_deny_never_allows_anything(
    stored: State, region: Region, gpc: bool, purpose: str
) -> None:
    denied = replace(region, models={**region.models, purpose: Model.DENY})
    assert set(decided(stored, denied, gpc).granted) <= set(decided(stored, region, gpc).granted)


@pytest.mark.parametrize("kind", ["", "accept", "reject"])
def test_more_unknown_never_means_more_allowed(kind: str) -> None:
    regions = Regions.of(POLICY)
    codes = {code for region in POLICY.regions.values() for code in region.codes}

    def granted(place: Place) -> set[str]:
        region = regions.find(place, NOW)
        return set(decided(chosen(kind, region) if kind else None, region).granted)

    for code in codes:
        country, _, part = code.partition("-")
        known = granted(Place(country, code if part else ""))
        # Foreign sign-in is banned in Russia; who cannot be placed may click on it.
        banned = {"login"} if country == "RU" else set()
        assert granted(Place()) - banned <= known
        assert granted(Place(country)) - banned <= known
