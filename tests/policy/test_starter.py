from __future__ import annotations

import re
from importlib.resources import files

from consentguard.catalogue import Catalogue
from consentguard.policy import parse

TEXT = files("consentguard.policy").joinpath("starter.toml").read_text("utf-8")


def test_the_starter_has_no_problem_at_all() -> None:
    policy, problems = parse(TEXT)
    assert problems == ()
    assert policy is not None
    assert policy.site.url.startswith("https://")
    assert "[policy]" in TEXT


def test_what_it_shows_in_comments_is_sound_too() -> None:
    shown = re.sub(r"(?m)^# (?=\[|[a-z_]+ = )", "", TEXT)
    assert shown.count("\n[") > TEXT.count("\n[")
    policy, problems = parse(shown)
    assert problems == ()
    assert policy is not None
    assert {"cart", "ga4"} <= policy.services.keys()
    assert policy.enforcement.mode == "observe"
    assert policy.geo.trusted_proxies == 1
    Catalogue.bundled(own=policy.services.values())
