"""Boxes of single services on the preferences page: what is saved is what was shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Here
from tests.pages.conftest import read
from tests.pages.driving import Site, a_site

from consentguard.pages.view import toggles

SERVICES = """
[purposes.analytics]
[purposes.advertising]
[purposes.media]
[purposes.tag-manager]
[purposes.email_marketing]

[services.session]
purposes = ["necessary"]
cookies = ["session"]
[services.ga4]
purposes = ["analytics"]
hosts = ["www.google-analytics.com"]
[services.hotjar]
purposes = ["analytics"]
[services.pixel]
purposes = ["analytics", "advertising"]
hosts = ["pixel.test"]
[services.ads]
purposes = ["advertising"]
hosts = ["ads.test"]
[services.youtube]
purposes = ["media"]
[services.gtm]
purposes = ["tag-manager"]
[services."two words"]
purposes = ["media"]
[services.counter]
purposes = ["analytics"]
[services.banned]
purposes = ["media"]
[regions.germany]
extends = "de-tdddg"
loosen = "counsel said so"
[regions.germany.services]
counter = "notice"
banned = "deny"
[regions.texas]
extends = "us-gpc"
[regions.texas.services]
counter = "opt-in"
"""
PLACES = {
    "DE": Here("DE"),
    "TX": Here("US", "US-TX"),
    "CA": Here("US", "US-CA"),
    "BR": Here("BR"),
}
IDS = ("session", "ga4", "hotjar", "pixel", "ads", "youtube", "gtm", "two words", "counter")
SITES = {name: a_site(SERVICES, place) for name, place in PLACES.items()}
Fields = list[tuple[str, str]]
Change = Callable[[Fields], Fields]


@pytest.fixture
def site() -> Site:
    return a_site(SERVICES)


def form_of(site: Site, **headers: str) -> Fields:
    """What a browser sends for the form of purposes, left as it came."""
    page = read(site.get("/_consent", b"", **headers).body.decode())
    form = page.one("button", value="save").inside[-1]
    inputs = [e.attrs for e in page.all("input") if form in e.inside]
    sent = [
        (str(i["name"]), str(i["value"]))
        for i in inputs
        if i["type"] == "hidden" or ("checked" in i and "disabled" not in i)
    ]
    places = [e.attrs for e in page.all("option") if form in e.inside and "selected" in e.attrs]
    return [*sent, *(("region", str(p["value"])) for p in places), ("choice", "save")]


def on(site: Site, **headers: str) -> tuple[set[str], set[str]]:
    """Ids of the purposes and of the services that may run."""
    named = {k.replace("_", "-"): v for k, v in headers.items()}
    decision = site.guard.exchange(site.request("GET", "/", b"", named)).decision
    known = {*IDS, "banned", "vimeo", "matomo"}
    return set(decision.granted), {s for s in known if decision.allows_service(decision.known[s])}


def tick(site: Site, *more: str, without: tuple[str, ...] = ()) -> set[str]:
    """Save with these boxes ticked (``purpose=media``), those unticked; the services that run."""
    fields = [f for f in form_of(site) if "=".join(f) not in without]
    assert site.form(fields + [(m.split("=")[0], m.split("=")[1]) for m in more]).status == 303
    return on(site)[1] - {"session"}


def test_a_service_alone(site: Site) -> None:
    assert on(site)[1] == {"session", "counter"}
    assert tick(site, "service=youtube") == {"counter", "youtube"}
    (record,) = site.store.stored
    assert record.granted == ()
    assert record.services == {"youtube": True, "counter": True}
    assert "media" in record.denied


def test_a_purpose_with_all_its_services(site: Site) -> None:
    assert tick(site, "purpose=analytics") == {"ga4", "hotjar", "counter", "matomo"}
    assert site.store.stored[0].services == {}


def test_a_purpose_and_one_of_its_services_picked(site: Site) -> None:
    assert tick(site, "purpose=analytics", "service=ga4") == {"ga4", "counter", "matomo"}
    assert site.store.stored[0].services == {"hotjar": False}


def test_one_service_out_of_a_purpose_and_in_again(site: Site) -> None:
    site.form({"choice": "accept"})
    everything = on(site)[1]
    assert {"ga4", "hotjar", "pixel", "ads", "gtm", "youtube"} <= everything
    assert tick(site, without=("service=hotjar",)) == everything - {"hotjar", "session"}
    assert site.store.stored[-1].services == {"hotjar": False}
    assert tick(site, "service=hotjar") == everything - {"session"}
    assert site.store.stored[-1].services == {}


def test_boxes_are_off_under_opt_in_and_locked_where_nothing_is_to_be_said(site: Site) -> None:
    page = read(site.get("/_consent").body.decode())
    boxes = {str(e.attrs["value"]): e.attrs for e in page.all("input", name="service")}
    assert set(boxes) == {*IDS, "banned"}
    assert {s for s, box in boxes.items() if "checked" in box} == {"session", "counter"}
    assert {s for s, box in boxes.items() if "disabled" in box} == {"session", "banned", "gtm"}
    for name, box in boxes.items():
        (label,) = page.all("label", for_=str(box["id"]))
        assert label.within("details", **{"class": "cg-services"}), name
    notes = [e.text for e in page.all("p", class_="cg-note") if e.within("details")]
    assert notes == ["not permitted here", "runs only if everything is allowed"]


def test_a_service_of_two_purposes_has_one_box(site: Site) -> None:
    page = read(site.get("/_consent").body.decode())
    box = page.one("input", name="service", value="pixel")
    assert box.within("li", id="cg-purpose-analytics")
    assert "Its switch stands under “Analytics”." in page.one(id="cg-purpose-advertising").text


def test_how_many_are_on_is_said_before_anybody_looks(site: Site) -> None:
    tick(site, "service=youtube")
    page = read(site.get("/_consent").body.decode())
    summaries = [e.text for e in page.all("summary")]
    assert "3 services, on: 1" in summaries


def test_a_service_that_the_site_never_declared_is_shown_once_it_was_allowed(site: Site) -> None:
    site.json({"choice": "save", "services": {"vimeo": True}})
    assert "vimeo" in on(site)[1]
    assert "vimeo" in tick(site)
    assert "vimeo" not in tick(site, without=("service=vimeo",))


def test_a_purpose_that_a_script_was_given_can_be_taken_back() -> None:
    site = a_site(SERVICES.replace("[purposes.email_marketing]\n", ""))
    assert ("purpose", "email_tracking") not in form_of(site)
    site.json({"choice": "save", "purposes": {"email_tracking": True}})
    assert ("purpose", "email_tracking") in form_of(site)


def test_a_refusal_that_has_no_box_stays(site: Site) -> None:
    site.json({"choice": "save", "services": {"ads": False, "youtube": True}})
    fields = [f for f in form_of(site) if f[1] not in ("ads", "youtube")]
    site.form(fields)
    assert site.store.stored[-1].services == {"ads": False}


def test_a_form_without_boxes_says_nothing_of_services(site: Site) -> None:
    site.form([("choice", "save"), ("purpose", "media"), ("service", "ga4")])
    assert site.store.stored[0].services == {"ga4": True}


def test_unknown_boxes_are_left_out_and_unknown_ticks_refused(site: Site) -> None:
    fields = [("choice", "save"), ("shown-on", "nobody"), ("shown-off", "ga4")]
    assert site.form(fields).status == 303
    assert site.store.stored[0].services == {}
    assert site.form([*fields, ("service", "nobody")]).status == 400


def test_what_ran_unasked_is_no_consent_under_stricter_rules() -> None:
    site = a_site(SERVICES, Here("US", "US-TX"))
    fields = form_of(site)
    assert ("service", "ga4") in fields
    # Ticked as it came, its purpose taken away: nobody has said yes to it.
    fields = [f for f in fields if f != ("purpose", "analytics")]
    fields = [f for f in fields if f[0] != "region"] + [("region", "eea-gdpr")]
    site.form([*fields, ("service", "youtube")])
    assert "ga4" not in on(site)[1]


def test_too_many_services_have_no_boxes() -> None:
    many = "".join(f'[services.s{n}]\npurposes = ["media"]\n' for n in range(151))
    site = a_site(many)
    decision = site.guard.exchange(site.request("GET", "/")).decision
    assert toggles(site.guard.policy, decision) == {}
    assert not re.search(rb'name="service"', site.get("/_consent").body)
    assert site.form([*form_of(site), ("purpose", "media")]).status == 303


switches = st.dictionaries(
    st.sampled_from(("analytics", "advertising", "media", "tag-manager", "email_marketing")),
    st.booleans(),
)
singles = st.dictionaries(st.sampled_from((*IDS, "vimeo", "matomo")), st.booleans())
visits = st.one_of(
    st.none(),
    st.just({"choice": "accept"}),
    st.just({"choice": "reject"}),
    st.fixed_dictionaries({"choice": st.just("save"), "purposes": switches, "services": singles}),
)


@settings(max_examples=50)
@given(st.sampled_from(sorted(SITES)), visits, st.booleans(), st.booleans())
def test_saved_as_it_was_shown_nothing_changes(
    place: str, choice: dict[str, Any] | None, gpc: bool, broken: bool
) -> None:
    site = SITES[place]
    signal = {"sec_gpc": "1"} if gpc else {}
    site.cookies.clear()
    if choice is not None:
        assert site.json(choice, **signal).status == 200
    elif broken:
        site.cookies["consent"] = "nonsense"
    before = on(site, **signal)
    assert site.form(form_of(site, **signal), **signal).status == 303
    after = on(site, **signal)
    assert after == before
