from __future__ import annotations

import pytest
from tests.conftest import SITE, a_policy

from consentguard.errors import Problem
from consentguard.geo.headers import CDNS
from consentguard.geo.locate import Locator
from consentguard.geo.proxies import PROXY_HEADERS
from consentguard.model import GeoSettings
from consentguard.policy import parse


def problems(geo: str) -> list[Problem]:
    _, found = parse(f"{SITE}\n[geo]\n{geo}\n")
    return list(found)


@pytest.mark.parametrize("provider", [*CDNS, "header:X-Land", "header:X-Land,X-Staat"])
@pytest.mark.parametrize("header", PROXY_HEADERS)
def test_what_the_file_takes_a_locator_takes(provider: str, header: str) -> None:
    geo = f"[geo]\nprovider = '{provider}'\nproxy_header = '{header}'\ntrusted_proxies = 2\n"
    settings = a_policy(geo).geo
    assert (settings.provider, settings.proxy_header) == (provider, header)
    assert Locator(settings).database is None


def test_the_defaults() -> None:
    assert a_policy().geo.proxy_header == GeoSettings().proxy_header == "x-forwarded-for"


@pytest.mark.parametrize(
    ("geo", "code", "said", "help"),
    [
        ("provider = 'vercell'\ntrusted_proxies = 1", "E102", "vercell", "'vercel'?"),
        ("provider = 'cloud-front'\ntrusted_proxies = 1", "E102", "cloud-front", "'cloudfront'?"),
        ("provider = 'maxmind'", "E102", "maxmind", '"fastly" | "header:NAME"'),
        ("proxy_header = 'x-forwarded-fro'", "E102", "x-forwarded-fro", "'x-forwarded-for'?"),
        ("proxy_header = true", "E102", "true", '"forwarded"'),
        ("trusted_proxies = -1", "E103", "from 0 to 64", "a number of hops"),
        ("trusted_proxies = 65", "E103", "from 0 to 64", "a number of hops"),
        ("trusted_proxies = ['10.0.0.300']", "E103", "is not a network", "a number of hops"),
        ("trusted_proxies = ['10.0.0.1/8']", "E103", "host bits", "a number of hops"),
        ("trusted_proxies = ['::/0']", "E103", "trusts every address", "a number of hops"),
        ("trusted_proxies = ['::ffff:0:0/96']", "E103", "trusts every", "a number of hops"),
        ("provider = 'mmdb'", "E103", "needs a 'database'", "database ="),
        ("provider = 'header:'\ntrusted_proxies = 1", "E103", "not a header's name", "header:X-"),
        ("provider = 'header:A B'\ntrusted_proxies = 1", "E103", "'A B'", "header:X-Country"),
        ("provider = 'header:A,B,C'\ntrusted_proxies = 1", "E103", "'B,C'", "header:X-Country"),
        ("provider = 'cloudflare'", "W602", "finds nobody", "trusted_proxies = 1"),
        ("provider = 'header:X-Land'\ntrusted_proxies = 0", "W602", "finds nobody", "trusted"),
    ],
)
def test_what_cannot_work_is_told_with_its_remedy(
    geo: str, code: str, said: str, help: str
) -> None:
    (problem,) = problems(geo)
    assert problem.code == code
    assert said in problem.message
    assert help in problem.help


def test_one_mistake_is_told_once() -> None:
    (problem,) = problems("provider = 'cloudflare'\ntrusted_proxies = ['10.0.0.300']")
    assert problem.key == "geo.trusted_proxies"
    (problem,) = problems("provider = 'mmdb'\ndatabase = 1")
    assert problem.key == "geo.database"
