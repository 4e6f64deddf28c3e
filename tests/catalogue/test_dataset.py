from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentguard.catalogue.dataset import Entry, dump, parse
from consentguard.model import STANDARD_PURPOSES, Service

SERVICE = Service(
    "acme",
    "Acme Analytics",
    ("analytics", "functional"),
    cookies=("_acme", "_acme_*"),
    hosts=("*.acme.test", "cdn.test/acme.js?id=A-"),
    vendor="Acme",
    cookie_domains=("acme.test",),
    policy_url="https://acme.test/privacy",
    lifetimes={"_acme": 730},
    source="own",
)
LINE = (
    "acme\town\tanalytics functional\tAcme Analytics\tAcme\t*.acme.test cdn.test/acme.js?id=A-\t"
    "_acme=730 _acme_*\tacme.test\thttps://acme.test/privacy"
)


def test_a_service_is_a_line() -> None:
    assert dump(SERVICE) == LINE


def test_a_line_says_what_an_index_asks() -> None:
    entry = Entry(LINE)
    assert (entry.id, entry.source, entry.name) == ("acme", "own", "Acme Analytics")
    assert entry.purposes == SERVICE.purposes
    assert entry.hosts == SERVICE.hosts
    assert entry.cookies == SERVICE.cookies
    assert entry.cookie_domains == SERVICE.cookie_domains
    assert entry.days == {"_acme": 730}
    assert (entry.first_party_cookies, entry.snippets) == (False, ())
    assert entry.service() == SERVICE


def test_later_lines_add_hosts_and_cookies() -> None:
    more = Entry("acme\tlist\tanalytics\tAcme\t=\tacme.example\t_acme _new=0")
    service = Entry(LINE).service([more])
    assert service.cookies == ("_acme", "_acme_*", "_new")
    assert service.hosts == (*SERVICE.hosts, "acme.example")
    assert service.purposes == SERVICE.purposes
    assert service.lifetimes == {"_acme": 730, "_new": 0}
    assert service.source == "own list"


def test_empty_columns_at_the_end_are_left_out() -> None:
    assert dump(Service("a", "A", ("cdn",), vendor="A", source="own")) == "a\town\tcdn\tA\t="
    entry = Entry("a\town\tcdn\tA")
    assert (entry.hosts, entry.cookies, entry.cookie_domains, entry.days) == ((), (), (), {})
    assert entry.service() == Service("a", "A", ("cdn",), source="own")


@pytest.mark.parametrize(
    ("purpose", "shares"), [("advertising", True), ("social", True), ("analytics", False)]
)
def test_what_shares_by_default_is_not_written_down(purpose: str, shares: bool) -> None:
    usual = Service("a", "A", (purpose,), sells_or_shares=shares, source="own")
    other = Service("a", "A", (purpose,), sells_or_shares=not shares, source="own")
    assert "sells" not in dump(usual)
    assert "sells" in dump(other)
    for service in (usual, other):
        assert Entry(dump(service)).service() == service


def test_comments_and_empty_lines_are_passed_over() -> None:
    assert [e.id for e in parse(f"# a comment\n{LINE}\n\nb\town\tcdn\tB\n")] == ["acme", "b"]


@pytest.mark.parametrize(
    "service",
    [
        Service("a", "A\tB", ("cdn",)),
        Service("a", "A\nB", ("cdn",)),
        Service("a", "A", ("cdn",), hosts=("a.test/x y",)),
        Service("a", "A", ("cdn",), cookies=("",)),
    ],
)
def test_what_the_format_cannot_carry_is_refused(service: Service) -> None:
    with pytest.raises(ValueError, match=r"white space|line break"):
        dump(service)


WORD = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="="), min_size=1
)
WORDS = st.lists(WORD, max_size=3).map(tuple)
TEXT = st.text("ab é'\"#{}", max_size=8).map(str.strip)
SERVICES = st.builds(
    Service,
    id=WORD,
    name=TEXT.filter(bool),
    purposes=st.lists(st.sampled_from(STANDARD_PURPOSES), min_size=1, unique=True).map(tuple),
    cookies=st.lists(WORD, max_size=3, unique=True).map(tuple),
    hosts=st.lists(WORD, max_size=3, unique=True).map(tuple),
    snippets=st.lists(TEXT, max_size=2).map(tuple),
    storage=WORDS,
    vendor=TEXT.filter(lambda text: text != "="),
    country=st.sampled_from(["", "DE"]),
    policy_url=WORD | st.just(""),
    safeguard=st.dictionaries(WORD, TEXT, max_size=2),
    signals=WORDS,
    sells_or_shares=st.booleans(),
    third_party=st.booleans(),
    max_cookie_days=st.integers(0, 400),
    first_party_cookies=st.booleans(),
    cookie_domains=WORDS,
    source=WORD,
)


@given(SERVICES)
def test_every_service_survives_the_format(service: Service) -> None:
    line = dump(service)
    (entry,) = [Entry(line)] if line.startswith("#") else list(parse(line))
    back = entry.service()
    assert back == service
    assert dict(back.safeguard) == dict(service.safeguard)
    assert entry.snippets == service.snippets
