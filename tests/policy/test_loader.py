from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import SITE, a_policy

from consentguard.catalogue import Catalogue
from consentguard.errors import ConfigError, PolicyError, Problem
from consentguard.model import Policy
from consentguard.policy import examine, load, parse, shape
from consentguard.policy.loader import PolicyReader
from consentguard.policy.positions import Positions
from consentguard.policy.regions import Regions


def problems(more: str, site: str = SITE) -> tuple[Problem, ...]:
    return parse(site + more, "policy.toml")[1]


def codes(more: str, site: str = SITE) -> list[str]:
    return [p.code for p in problems(more, site)]


BROKEN = """\
schema = 1
[site]
name = "Example"
url = "https://example.org"
controller = "Example Ltd"
contact = "privacy@example.org"
policy_url = "/privacy"
[services.ga4]
purpose = ["analitics"]
[services.meta_pixel]
purposes = ["advertisng"]
[geo]
unknown = "eu"
[regions.br]
extends = "br-lgdp"
[regions.eea]
extends = "eea-gdpr"
purposes.advertising = "opt-out"
"""

SAID = """\
policy.toml:9:1: E101 unknown key 'purpose' in [services.ga4]
     9 | purpose = ["analitics"]
       | ^ did you mean 'purposes'?
policy.toml:11:1: E202 service 'meta_pixel' uses purpose 'advertisng', which is not declared
    11 | purposes = ["advertisng"]
       | ^ did you mean 'advertising'?
policy.toml:13:1: E404 geo.unknown names region 'eu', which is not declared
    13 | unknown = "eu"
       | ^ did you mean 'eea'?
policy.toml:15:1: E401 unknown preset 'br-lgdp'
    15 | extends = "br-lgdp"
       | ^ did you mean 'br-lgpd'?
policy.toml:18:10: E403 'opt-out' is weaker than preset 'eea-gdpr' ('opt-in')
    18 | purposes.advertising = "opt-out"
       |          ^ add loosen = "your legal reason" to [regions.eea] to accept the risk
5 error(s)"""


def test_all_mistakes_are_told_at_once_sorted_and_nothing_that_follows_from_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("policy.toml").write_text(BROKEN, "utf-8")
    with pytest.raises(PolicyError) as caught:
        load("policy.toml")
    assert str(caught.value) == SAID


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            "[enforcment]\nmode = 'off'",
            "E101 unknown key 'enforcment'\n"
            "     9 | [enforcment]\n       |  ^ did you mean 'enforcement'?",
        ),
        (
            '[enforcement]\nmode = "on"',
            "E102 'mode' cannot be \"on\"\n"
            '    10 | mode = "on"\n       | ^ "enforce" | "observe" | "off"',
        ),
        (
            "[enforcement]\n  debug = 1",
            "E102 'debug' cannot be 1\n    10 |   debug = 1\n       |   ^ true or false",
        ),
        (
            "[purposes.Ads]",
            "E103 purpose id 'Ads' is not allowed\n"
            "     9 | [purposes.Ads]\n       |           ^ lower case: [a-z][a-z0-9_:-]*",
        ),
        (
            "[purposes.unknown]",
            "E103 purpose id 'unknown' stands for what nothing knows\n"
            "     9 | [purposes.unknown]\n       |           ^ choose another id",
        ),
        (
            '[enforcement]\ncsp = "enforce"',
            'E104 csp = "enforce" is not available yet\n    10 | csp = "enforce"\n'
            '       | ^ this version has "off"',
        ),
        (
            "[services.shop]\ncookies = ['cart']",
            "E201 service 'shop' has no purpose\n"
            '     9 | [services.shop]\n       |           ^ add: purposes = ["analytics"]',
        ),
        (
            "[services.shop]\npurposes = []",
            "E201 service 'shop' has no purpose\n"
            '     9 | [services.shop]\n       |           ^ add: purposes = ["analytics"]',
        ),
        (
            "[services.shop]\npurposes = ['marketing']",
            "E202 service 'shop' uses purpose 'marketing', which is not declared\n"
            "    10 | purposes = ['marketing']\n       | ^ did you mean 'advertising'?",
        ),
        (
            "[services.shop]\npurposes = ['media']\ncookies = ['a b']",
            "E203 cookie pattern 'a b': no cookie can have this name\n"
            "    11 | cookies = ['a b']\n       | ^",
        ),
        (
            "[services.shop]\npurposes = ['media']\nsnippets = [' ']",
            "E203 an empty snippet is in every script\n    11 | snippets = [' ']\n       | ^",
        ),
        (
            "[services.form]\npurposes = ['security']\nhosts = ['www.google.com/recaptcha']\n"
            "exempt = 'security'",
            "E205 service 'form' is reCAPTCHA, which is not exempt\n"
            "    12 | exempt = 'security'\n       | ^ remove it: the form then asks first",
        ),
        (
            "[regions.x]\nextends = 'gdpr'",
            "E401 unknown preset 'gdpr'\n"
            "    10 | extends = 'gdpr'\n       | ^ did you mean 'eea-gdpr'?",
        ),
        (
            "[purposes.analytics]\nrequired = true",
            "E403 standard purpose 'analytics' cannot be made required\n    10 | required = true\n"
            "       | ^ loosen it for one region instead: [regions.X.purposes]",
        ),
        (
            "[regions.eea]\nextends = 'eea-gdpr'\n[regions.eea.lifetime]\ngrant_months = 13",
            "E403 lifetime.grant_months is weaker than preset 'eea-gdpr'\n"
            "    12 | grant_months = 13\n"
            '       | ^ add loosen = "your legal reason" to [regions.eea] to accept the risk',
        ),
        (
            "[geo]\ndefault = 'us-states '",
            "E404 geo.default names region 'us-states ', which is not declared\n"
            "    10 | default = 'us-states '\n       | ^ did you mean 'us-states'?",
        ),
    ],
)
def test_each_error_names_place_line_and_help(more: str, said: str) -> None:
    (problem,) = problems(more)
    text = problem.text("policy.toml")
    assert text == f"policy.toml:{problem.line}:{problem.col}: {said}"
    assert parse(SITE + more)[0] is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'a = 1\ngpc = everywhere   # "off"',
            'p:2:7: E001 Invalid value\n     2 | gpc = everywhere   # "off"\n'
            "       |       ^ TOML syntax",
        ),
        ("a = [\n", "p:1:6: E001 Invalid value\n     1 | a = [\n       |      ^ TOML syntax"),
        ("a = 1\na = 2", "p:2:6: E001 Cannot overwrite a value\n"),
        ("x", "p:1:2: E001 Expected '=' after a key in a key/value pair\n     1 | x\n"),
        ("# \u2028\n\tb = ?", "p:2:6: E001 Invalid value\n     2 |  b = ?\n       |      ^ TOML"),
        ("a = " + "9" * 5000, "p:1:5005: E001 Number with too many digits\n"),
        ("a = " + "[" * 20000, "p:1:20005: E001 Nested too deeply\n"),
    ],
)
def test_broken_toml_is_one_error_with_its_place(text: str, said: str) -> None:
    policy, found = parse(text)
    assert policy is None
    (problem,) = found
    assert problem.text("p").startswith(said)


def test_json_and_text_have_the_same_facts() -> None:
    (problem,) = problems("[enforcement]\nmode = 'on'")
    assert (problem.line, problem.col, problem.code, problem.key) == (
        10,
        1,
        "E102",
        "enforcement.mode",
    )
    assert problem.source == "mode = 'on'"


def test_an_odd_line_separator_does_not_shift_the_place() -> None:
    (problem,) = problems("# a \u2028 b \x85 c\n[enforcement]\n\tmode = 'on'\t# x\n")
    assert problem.text("p").splitlines()[1:] == [
        "    11 |  mode = 'on' # x",
        '       |  ^ "enforce" | "observe" | "off"',
    ]


def test_windows_line_ends_do_not_show() -> None:
    (problem,) = problems("[enforcement]\r\nmode = 'on'\r\n")
    assert (problem.line, problem.source) == (10, "mode = 'on'")


def test_a_value_or_key_with_control_characters_stays_on_one_line() -> None:
    found = problems('"a\\nb" = 1\n[enforcement]\nmode = "x\\ny\\u2028"', site=SITE + "\n")
    assert [p.code for p in found] == ["E101", "E102"]
    assert all("\n" not in p.message and "\u2028" not in p.message for p in found)


def test_an_empty_file_names_what_no_site_can_do_without() -> None:
    policy, found = parse("")
    assert policy is None
    assert sorted((p.code, p.key, p.line, p.col) for p in found) == [
        ("E100", "schema", 1, 1),
        ("E100", "site.contact", 1, 1),
        ("E100", "site.name", 1, 1),
        ("W102", "site.controller", 1, 1),
        ("W102", "site.policy_url", 1, 1),
        ("W103", "site.url", 1, 1),
    ]
    assert found[1].text("p") == (
        "p:1:1: E100 [site] has no 'contact'\n       | add: contact = \"…\""
    )


@pytest.mark.parametrize("value", ["0", "2", "-1"])
def test_an_unknown_schema_is_refused(value: str) -> None:
    (problem,) = problems("", site=SITE.replace("schema = 1", f"schema = {value}"))
    assert (problem.code, problem.message, problem.help) == (
        "E103",
        f"unknown schema {value}",
        "use 1",
    )


@pytest.mark.parametrize(
    ("more", "site", "expected"),
    [
        ("", SITE.replace("name =", "nmae ="), ["E101"]),
        ("", SITE.replace("[site]", "[siet]"), ["E101"]),
        ("", SITE.replace("schema", "shcema"), ["E101"]),
        ("", SITE.replace('"/privacy"', "1"), ["E102"]),
        ("", 'schema = 1\nsite = "x"', ["E102"]),
        ("", SITE.replace("schema = 1", "schema = true"), ["E102"]),
        ("[services.a]\npurposs = ['analytics']", SITE, ["E101"]),
        ("[services.a]\npurposes = 'analytics'", SITE, ["E102"]),
        ("[services]\na = 1", SITE, ["E102"]),
        ("[purposes]\nmine = 1\n[services.a]\npurposes = ['mine']", SITE, ["E102"]),
        ("[regions.a]\nextend = 'eea-gdpr'", SITE, ["E101"]),
        ("[regions.a]\nextends = 1", SITE, ["E102"]),
        ("[regions]\na = 1", SITE, ["E102"]),
        ("[regions.a]\nextends = 'xxx'\n[geo]\nunknown = 'a'", SITE, ["E401"]),
        ("[geo]\nunknown = 1", SITE, ["E102"]),
    ],
)
def test_what_follows_from_a_named_mistake_is_not_named_again(
    more: str, site: str, expected: list[str]
) -> None:
    assert codes(more, site) == expected


@pytest.mark.parametrize(
    "line",
    [
        '[enforcement]\ncsp = "report"',
        '[enforcement]\ncsp = "enforce"',
        '[ledger]\nip = "truncated"',
        '[ledger]\nip = "hmac"',
    ],
)
def test_what_would_promise_a_protection_that_is_not_there_is_refused(line: str) -> None:
    assert codes(line) == ["E104"]


def test_a_region_without_a_preset_is_told_which_there_are() -> None:
    (problem,) = problems("[regions.x]\ncodes = ['DE']")
    assert (problem.code, problem.line, problem.col) == ("E400", 9, 10)
    assert problem.message == "region 'x' extends no preset"


def test_a_key_in_a_wrong_table_is_sent_to_its_own_and_not_missed_there() -> None:
    site = SITE.replace('contact = "privacy@site.test"\n', "")
    (problem,) = problems('[policy]\ncontact = "privacy@site.test"', site)
    assert problem.text("p").startswith("p:9:1: E101 unknown key 'contact' in [policy]")
    assert problem.help == "it belongs in [site]"
    (problem,) = problems("[signals]\nextends = 'eea-gdpr'")
    assert problem.help == "it belongs in [regions.ID]"
    (problem,) = problems(
        "", SITE.replace("schema = 1\n", "").replace("[site]", "[site]\nschema = 1")
    )
    assert problem.help == "it belongs at the top of the file, above every [table]"


@pytest.mark.parametrize(
    ("more", "help"),
    [
        ("[enforcement]\nmode = 'enforced'", "did you mean 'enforce'?"),
        ("[enforcement]\nundeclared_cookies = 'forbid'", "did you mean 'block'?"),
        ("[enforcement]\nmode = 'strict'", '"enforce" | "observe" | "off"'),
        ("[regions.x]\nextends = 'eea-gdpr'\npurposes.login = 'optin'", "did you mean 'opt-in'?"),
        ("[geo]\nprovider = 'cloudflair'\ntrusted_proxies = 1", "did you mean 'cloudflare'?"),
        (
            "[geo]\nproxy_header = 'cf-connecting-ip'",
            '"x-forwarded-for" | "forwarded" | "x-real-ip"',
        ),
    ],
)
def test_a_wrong_word_is_answered_with_the_right_one(more: str, help: str) -> None:
    (problem,) = problems(more)
    assert (problem.code, problem.help) == ("E102", help)


def test_each_table_of_a_list_is_checked() -> None:
    more = "[regions.x]\nextends = 'eea-gdpr'\n[[regions.x.minors]]\nto = 15\n"
    assert codes(more) == []
    more += "[[regions.x.minors]]\nfrm = 16\nmodel = 'never'\n"
    found = [(p.line, p.col, p.code, p.help) for p in problems(more)]
    assert found[0] == (14, 1, "E101", "did you mean 'from'?")
    assert found[1][:3] == (15, 1, "E102")
    assert problems(more)[0].message == "unknown key 'frm' in [[regions.x.minors]]"


@pytest.mark.parametrize(
    "line",
    [
        "[minors]\nage_source = 'hook'",
        "[policy]\nnotice_days = 30",
        "[ledger]\nretain_days = 90",
        "[services.a]\npurposes = ['login']\nimports = ['email']",
        "[regions.eea]\nextends = 'eea-gdpr'\ngpc_conflict = 'ask'",
    ],
)
def test_what_is_kept_and_not_enforced_is_a_warning(line: str) -> None:
    policy, found = parse(SITE + line)
    assert policy is not None
    assert [(p.code, p.is_error) for p in found] == [("W001", False)]


def test_an_error_leaves_warnings_out_of_the_exception_but_not_out_of_the_list(
    tmp_path: Path,
) -> None:
    file = tmp_path / "p.toml"
    file.write_text(SITE + "[minors]\nage_source = 'hook'\n[x]\n", "utf-8")
    assert [p.code for p in examine(file)[1]] == ["W001", "E101"]
    with pytest.raises(PolicyError, match=r"1 error\(s\)$") as caught:
        load(file)
    assert [p.code for p in caught.value.problems] == ["E101"]


# -- files -------------------------------------------------------------------------------------


def test_a_missing_file_is_named_with_the_command_that_writes_one(tmp_path: Path) -> None:
    file = tmp_path / "none.toml"
    with pytest.raises(ConfigError, match=r"none\.toml: No such file.*consentguard init"):
        load(file)
    with pytest.raises(ConfigError, match=r"Is a directory.*init .*consent\.toml`"):
        load(tmp_path)


def test_a_file_that_is_not_utf_8_is_named_with_the_byte(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_bytes(b"schema = 1 # \xff")
    with pytest.raises(ConfigError, match=r"p\.toml: not UTF-8 at byte 13"):
        load(file)
    file.write_bytes(SITE.encode("utf-16"))
    with pytest.raises(ConfigError, match="not UTF-8 at byte 0"):
        load(file)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SITE.encode())
    assert load(file).file == str(file)


# -- what comes out ------------------------------------------------------------------------------


def test_the_defaults_protect_a_site_everywhere() -> None:
    policy = a_policy()
    assert {"eea-gdpr", "br-lgpd", "us-ca", "us-states", "opt-in-strict"} <= set(policy.regions)
    assert (policy.geo.unknown, policy.geo.default) == ("opt-in-strict", "opt-in-strict")
    assert policy.gpc == "everywhere"
    assert policy.purposes.keys() == policy.fingerprints.keys()
    assert not policy.purposes["email_marketing"].bundled
    assert all(len(f) == 4 for f in policy.fingerprints.values())


def test_own_purposes_are_added_and_take_the_model_of_advertising() -> None:
    policy = a_policy("[purposes.'audio:ads']\nexplicit = true")
    purpose = policy.purposes["audio:ads"]
    assert (purpose.explicit, purpose.bundled, purpose.declared) == (True, True, True)
    assert "analytics" in policy.purposes
    for region in policy.regions.values():
        assert region.models["audio:ads"] is region.models["advertising"]


@pytest.mark.parametrize(
    ("lines", "sells"),
    [
        ("purposes = ['advertising']", True),
        ("purposes = ['analytics', 'social']", True),
        ("purposes = ['analytics']", False),
        ("purposes = ['analytics']\nsells_or_shares = true", True),
        ("purposes = ['advertising']\nsells_or_shares = false", False),
        ("purposes = ['advertising']\nrole = 'processor'", False),
    ],
)
def test_advertising_and_social_sell_or_share_unless_they_say_no(lines: str, sells: bool) -> None:
    assert a_policy(f"[services.s]\n{lines}").services["s"].sells_or_shares is sells


@pytest.mark.parametrize(
    "url",
    ["https://[", "https://[::1", "https://a:b", "https://a:99999", "https://u@a", "https://:1"],
)
def test_a_url_that_no_browser_could_read_is_refused(url: str) -> None:
    assert codes("", SITE.replace("http://localhost", url)) == ["E102"]


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("shop.example.org", []),
        ("example.org", []),
        ("ample.org", ["E103"]),
        ("other.test", ["E103"]),
        ("www.shop.example.org", ["E103"]),
        (".example.org", ["E102"]),
        ("example.org; Path=/x", ["E102"]),
    ],
)
def test_a_cookie_domain_that_browsers_would_refuse_is_refused(
    domain: str, expected: list[str]
) -> None:
    site = SITE.replace("http://localhost", "https://shop.example.org")
    assert codes("", f'{site}cookie_domain = "{domain}"\n') == expected


# -- fingerprints --------------------------------------------------------------------------------

GA4 = "[services.ga4]\npurposes = ['analytics']\nhosts = ['*.google-analytics.com']\n"
ADS = "[services.ads]\npurposes = ['advertising']\n"


def changed(before: str, after: str, site: str = SITE) -> set[str]:
    one, two = a_policy(before).fingerprints, a_policy(after, site).fingerprints
    return {p for p in {*one, *two} if one.get(p) != two.get(p)}


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        ("", GA4, {"analytics"}),
        (GA4, GA4 + "country = 'FR'", {"analytics"}),
        (GA4, GA4 + "role = 'processor'", {"analytics"}),
        (GA4, GA4 + "safeguard = { EU = 'dpf' }", {"analytics"}),
        (GA4, GA4.replace("*.", "www."), {"analytics"}),
        (GA4, GA4.replace("['analytics']", "['analytics', 'media']"), {"analytics", "media"}),
        (GA4, GA4 + ADS, {"advertising"}),
        (GA4 + ADS, ADS + GA4, set()),
        (GA4, GA4 + "name = 'Google Analytics'\npolicy_url = 'https://x.test'", set()),
        ("", "[purposes.analytics]\ndescription = 'We count'", set()),
        ("", "[purposes.analytics]", set()),
        ("", "[purposes.analytics]\nexplicit = true", {"analytics"}),
        ("", "[purposes.mine]", {"mine"}),
        ("", "[geo]\ntrusted_proxies = 1\n[enforcement]\ndebug = true", set()),
        ("", "[policy]\nversion = '2'", set()),
        ("", "[regions.eea]\nextends = 'eea-gdpr'\nlifetime.grant_months = 3", set()),
        (
            "",
            "[regions.eea]\nextends = 'eea-gdpr'\npurposes.analytics = 'deny'",
            {"analytics"},
        ),
        (
            GA4 + ADS,
            GA4 + ADS + "[regions.eea]\nextends = 'eea-gdpr'\nservices.ga4 = 'deny'",
            {"analytics"},
        ),
    ],
)
def test_only_a_purpose_whose_meaning_changed_is_asked_again(
    before: str, after: str, asked: set[str]
) -> None:
    assert changed(before, after) == asked


def test_what_follows_advertising_changes_with_it() -> None:
    asked = changed("", "[regions.us]\nextends = 'us-ca'\npurposes.advertising = 'opt-in'")
    assert {"advertising", "social", "media", "tag-manager"} <= asked
    assert not asked & {"analytics", "functional", "login", "necessary", "email_marketing"}


def test_a_changed_controller_changes_every_purpose() -> None:
    asked = changed("", "", SITE.replace("Test Ltd", "Other Ltd"))
    assert asked == set(a_policy().purposes)


def test_the_digest_changes_with_the_text() -> None:
    assert a_policy().digest == a_policy().digest != a_policy("[purposes.x]").digest


# -- hostile files -------------------------------------------------------------------------------

WORDS = st.one_of(
    st.sampled_from(
        ["", "eea-gdpr", "us-ca", "opt-in", "none", "deny", "analytics", "security", "*", "a b",
         "self/x", "DE", "header:", "mmdb", "https://x.test", "\u2028", "\n", "ga4", "x"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)  # fmt: skip
SCALARS = st.one_of(
    WORDS,
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.dates(),
    st.times(),
    st.datetimes(),
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)


def near(rule: Any) -> st.SearchStrategy[Any]:
    """Data that looks like the shape, with anything at any place."""
    if callable(rule):
        return ANYTHING | st.lists(WORDS, max_size=2) | WORDS
    known = {k: near(r) for k, r in rule.items() if k != "*"}
    tables: st.SearchStrategy[Any] = st.fixed_dictionaries({}, optional=known)
    if "*" in rule:
        tables = st.dictionaries(WORDS, near(rule["*"]), max_size=2)
    return st.one_of(tables, tables, tables, ANYTHING)


def toml(value: Any) -> str:
    """A value as TOML; enough for these tests."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value).replace("\x7f", "\\u007f")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return repr(value).lower() if isinstance(value, bool) else repr(value)


def usable(policy: Policy | None) -> None:
    """What was accepted can be started with."""
    if policy is not None:
        Catalogue.bundled(own=policy.services.values())
        Regions.of(policy)


@settings(max_examples=150, deadline=None)
@given(near(shape.POLICY))
def test_any_data_gives_problems_or_a_policy_that_works_and_never_an_exception(data: Any) -> None:
    if not isinstance(data, dict):
        data = {"site": data}
    text = "".join(f"{toml(k)} = {toml(v)}\n" for k, v in data.items())
    policy, found = parse(text)
    assert list(found) == sorted(found)
    assert all(p.line >= 1 and p.col >= 1 and p.text("f").startswith("f:") for p in found)
    assert (policy is None) == any(p.is_error for p in found)
    usable(policy)


@settings(max_examples=150, deadline=None)
@given(
    near({k: shape.POLICY[k] for k in ("purposes", "services", "regions", "geo", "signals")}),
)
def test_any_rules_of_a_sound_site_give_problems_or_a_policy_that_works(data: Any) -> None:
    site = {"name": "N", "contact": "c"}
    rest = data if isinstance(data, dict) else {}
    reader = PolicyReader({**rest, "schema": 1, "site": site}, Positions(""))
    policy = reader.policy("f", "")
    usable(None if any(p.is_error for p in reader.problems) else policy)


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("[]{}=.,\"'#\n\r\t ab01-:\\\u2028\ufeff\x00é")) | st.text(max_size=40)
)
def test_any_text_gives_problems_or_a_policy_and_never_an_exception(text: str) -> None:
    for whole in (text, SITE + text):
        policy, found = parse(whole)
        assert (policy is None) == any(p.is_error for p in found)


@pytest.mark.parametrize(
    "text",
    ["minors." + "a." * 3000 + "a = 1", "x." + "a." * 3000 + "a = 1", "[" + "a." * 3000 + "a]"],
)
def test_a_key_with_thousands_of_dots_is_survived(text: str) -> None:
    policy, found = parse(text + "\n" + SITE.replace("schema = 1", "[t]"))
    assert policy is None
    assert found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[enforcement]\ncsp = "enforce"\n', "E104"),
        ("[purposes.email_marketing]\nbundled = true\n", "E403"),
    ],
)
def test_what_would_promise_too_much_is_refused(text: str, code: str) -> None:
    policy, problems = parse(SITE + text)
    assert policy is None
    assert [p.code for p in problems] == [code]


@pytest.mark.parametrize(
    "line",
    [
        "colours.text = 'red'",
        "colours.text = '#12345'",
        "colours.text = '#fff;}'",
        "colours.text = '#fff8'",
        "colours.radius = '8'",
        "colours.radius = '1px;x'",
        "colours.font = 'a;b'",
        "colours.font = '\"a'",
        "colours.font = 'url(x)'",
        "colours.font = 'a, '",
        "colours.shadow = '#fff'",
        "position = 'left'",
        "theme = 'blue'",
        "control = true",
    ],
)
def test_nothing_else_gets_into_the_style_sheet(line: str) -> None:
    policy, problems = parse(f"{SITE}[banner]\n{line}\n")
    assert policy is None
    assert {p.code for p in problems if p.is_error} <= {"E101", "E102"}


def test_the_banner_as_the_site_wants_it() -> None:
    text = "position = 'corner'\ncolours.font = \"'Noto Sans', serif\"\ncolours.radius = '.5em'"
    banner = a_policy(f"[banner]\n{text}").banner
    assert (banner.position, banner.theme, banner.control) == ("corner", "auto", "button")
    assert banner.colours == {"font": "'Noto Sans', serif", "radius": ".5em"}
