"""Expiring refused cookies, against a browser's jar that is written after RFC 6265bis."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentguard.http.message import Header, size
from consentguard.http.sweep import BUDGET, expiries, variants

SUFFIXES = {"org", "com", "uk", "co.uk", "localhost"}


@dataclass
class Jar:
    """The storage model of RFC 6265bis, section 5.7, for one browser at one time."""

    host: str
    https: bool = True
    framed: bool = False  #: the page is in a frame on another site
    #: name, domain, host-only, path, partitioned → secure
    cookies: dict[tuple[str, str, bool, str, bool], bool] = field(default_factory=dict)

    def put(
        self, name: str, domain: str = "", path: str = "/", *, secure: bool, partitioned: bool
    ) -> None:
        self.cookies[(name, domain or self.host, not domain, path, partitioned)] = secure

    def take(self, header: Header) -> None:
        """Obey a ``Set-Cookie`` that deletes; what a browser would ignore is ignored."""
        assert header[0] == b"set-cookie"
        pair, *rest = header[1].decode("ascii").split("; ")
        attributes = {k.lower(): v for k, _, v in (a.partition("=") for a in rest)}
        name, secure, domain = pair.partition("=")[0], "secure" in attributes, ""
        assert attributes["max-age"] == "0"
        if attributes.get("domain"):
            domain = attributes["domain"].lower()
            if domain in SUFFIXES or not self._under(domain):
                return
        prefix = name.lower().partition("-")[0]
        if (
            (secure and not self.https)
            or (prefix in ("__secure", "__host") and not secure)
            or (prefix == "__host" and (domain or attributes["path"] != "/"))
            or ("partitioned" in attributes and not secure)
            or (self.framed and attributes["samesite"] != "None")
        ):
            return
        key = (
            name,
            domain or self.host,
            not domain,
            attributes["path"],
            "partitioned" in attributes,
        )
        # "Leave secure cookies alone": an insecure answer cannot touch a Secure one.
        if not self.https and self.cookies.get(key):
            return
        self.cookies.pop(key, None)

    def _under(self, domain: str) -> bool:
        try:
            ip_address(self.host)
        except ValueError:
            return self.host == domain or self.host.endswith("." + domain)
        return False

    def sent(self, path: str) -> list[str]:
        """The names in the ``Cookie`` header of a request for ``path``."""
        return [
            name
            for (name, domain, host_only, cookie_path, _), secure in self.cookies.items()
            if (self.host == domain if host_only else self._under(domain))
            and self._matches(path, cookie_path)
            and (self.https or not secure)
        ]

    @staticmethod
    def _matches(path: str, cookie_path: str) -> bool:
        # RFC 6265bis, section 5.1.4.
        return path == cookie_path or (
            path.startswith(cookie_path)
            and (cookie_path.endswith("/") or path[len(cookie_path)] == "/")
        )


def sweep(jar: Jar, path: str, rounds: int, step: int = 1) -> int:
    """Browse one path until nothing refused is sent; the number of requests that it took."""
    for turn in range(rounds):
        names = [name.encode() for name in jar.sent(path)]
        if not names:
            return turn
        for header in expiries(names, jar.host, path, https=jar.https, turn=turn * step):
            jar.take(header)
    return rounds


def parents(host: str) -> list[str]:
    labels = host.split(".")
    return [d for i in range(len(labels)) if (d := ".".join(labels[i:])) not in SUFFIXES]


@pytest.mark.parametrize("https", [True, False])
@pytest.mark.parametrize("framed", [True, False])
@pytest.mark.parametrize("step", [1, 2, 13, 60, 1_800_000_007])
def test_every_variant_that_a_request_can_carry_goes(https: bool, framed: bool, step: int) -> None:
    if framed and not https:
        return  # such a frame gets no cookies at all: SameSite=None needs Secure
    host, path = "www.shop.example.co.uk", "/a/b/c"
    jar = Jar(host, https=https, framed=framed)
    for name in ("_ga", "_fbp", "_ga_ABCDEF123"):
        for domain in ("", *parents(host)):
            for cookie_path in ("/", "/a", "/a/", "/a/b", "/a/b/", "/a/b/c"):
                for partitioned in (False, True) if https else (False,):
                    jar.put(name, domain, cookie_path, secure=https, partitioned=partitioned)
    assert len(jar.cookies) == 3 * 4 * 6 * (2 if https else 1)
    assert sweep(jar, path, 60, step) < 60
    assert not jar.cookies


def test_the_usual_cookies_go_with_the_first_answer() -> None:
    jar = Jar("www.example.org")
    for name in ("_ga", "_gid", "_fbp", "_gcl_au", "_hjSession"):
        jar.put(name, "example.org", secure=False, partitioned=False)
    jar.put("session_of_tracker", secure=True, partitioned=False)
    assert sweep(jar, "/_consent", 2) == 1
    assert not jar.cookies


def test_a_hostile_name_does_not_shield_the_others() -> None:
    jar = Jar("example.org")
    jar.put("_ga_" + "x" * 3500, secure=False, partitioned=False)
    jar.put("_ga", "example.org", "/deep/er", secure=False, partitioned=False)
    for turn in range(60):
        for header in expiries(
            [n.encode() for n in jar.sent("/deep/er")],
            "example.org",
            "/deep/er",
            https=True,
            turn=turn,
        ):
            jar.take(header)
    assert [name[:4] for name, *_ in jar.cookies] == ["_ga_"]  # longer than an answer may be


def test_prefixed_names_are_deleted_in_the_only_way_that_browsers_take() -> None:
    jar = Jar("www.example.org")
    jar.put("__Host-t", secure=True, partitioned=False)
    jar.put("__Host-t", secure=True, partitioned=True)
    jar.put("__Secure-t", "example.org", secure=True, partitioned=False)
    jar.put("__hOsT-t", secure=True, partitioned=False)
    assert sweep(jar, "/x", 2) == 1
    headers = expiries([b"__Host-t"], "www.example.org", "/a/b", https=True)
    assert len(headers) == 2
    # The connection may only look like http, behind a proxy.
    (plain,) = expiries([b"__Secure-t"], "localhost", "/", https=False)
    assert b"; Secure" in plain[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "2001:db8::1", "localhost", "", "."])
def test_addresses_and_single_names_have_no_domain(host: str) -> None:
    assert {domain for domain, _, _ in variants(host, "/a", https=True)} == {""}


def test_of_a_deep_host_the_host_and_the_shortest_parents_are_tried() -> None:
    host = "a.b.c.d.e.f.g.h.example.org"
    domains = {domain for domain, _, _ in variants(host, "/", https=False)}
    assert {"", host, "example.org", "h.example.org"} <= domains
    assert len(domains) == 7


def test_path_prefixes_with_and_without_the_slash() -> None:
    paths = [path for _, path, _ in variants("localhost", "/a/b", https=False)]
    assert paths == ["/", "/a/b", "/a/b/", "/a", "/a/"]
    deep = {path for _, path, _ in variants("localhost", "/x" * 500, https=False)}
    assert len(deep) == 17


def test_plain_http_knows_no_partition() -> None:
    assert not any(p for _, _, p in variants("a.example.org", "/a", https=False))


@pytest.mark.parametrize(
    "name", [b"\xff", b"a\r\nb", b"a\x00", "é".encode(), b"a\tb", b"\x7f", "\u2000_ga".encode()]
)
def test_names_that_cannot_be_sent_back_are_left_out(name: bytes) -> None:
    assert expiries([name], "example.org", "/", https=True) == []
    both = expiries([name, b"_ga"], "example.org", "/", https=True)
    assert both
    assert all(value.startswith(b"_ga=;") for _, value in both)


def test_a_hostile_host_or_path_adds_no_header() -> None:
    for host in (
        "a.b;x",
        "a.b\r\nx",
        "é.example",
        "x" * 400 + ".org",
        "." * 1_000_000,
        "a" * 1_000_000,
    ):
        headers = expiries([b"_ga"], host, "/", https=True)
        assert all(b"Domain" not in v or b"\r" not in v for _, v in headers)
        assert headers  # the host alone is still tried
    headers = expiries([b"_ga"], "localhost", "/a;b/\r\nx", https=False)
    assert [v.split(b"; ")[2] for _, v in headers] == [b"Path=/"]


def test_nothing_to_do() -> None:
    assert expiries([], "example.org", "/", https=True) == []


@settings(max_examples=60)
@given(
    st.lists(st.binary(max_size=1500), max_size=40),
    st.text(max_size=60),
    st.text(max_size=60),
    st.booleans(),
    st.integers(0, 2**40),
)
def test_the_budget_holds_and_no_header_is_split(
    names: list[bytes], host: str, path: str, https: bool, turn: int
) -> None:
    headers = expiries(names, host, "/" + path, https=https, turn=turn)
    assert size(headers) <= BUDGET
    for _, value in headers:
        assert all(32 <= byte < 127 for byte in value)
        assert value.count(b"Max-Age=0") >= 1


def test_a_smaller_budget_holds_too() -> None:
    names = [b"_ga%d" % i for i in range(50_000)]
    assert 0 < size(expiries(names, "www.example.org", "/a", https=True, budget=500)) <= 500
    assert expiries(names, "www.example.org", "/a", https=True, budget=-5) == []
