"""What the tests of this room share: one policy with every kind of purpose and service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import strategies as st
from tests.conftest import NOW, a_policy

from consentguard.consent.choose import choose, store
from consentguard.consent.decide import decide
from consentguard.consent.decision import Decision
from consentguard.consent.token import State, Stored
from consentguard.model import Lifetime, Model, Region, Signals

DAY = 86400
POLICY = a_policy("""
[purposes.personalisation]
exclude_categories = ["health"]
[purposes.health]
explicit = true
[services.session]
purposes = ["necessary"]
[services.ga4]
purposes = ["analytics"]
[services.pixel]
purposes = ["advertising"]
[services.processor]
purposes = ["advertising"]
role = "processor"
[services.seller]
purposes = ["functional"]
sells_or_shares = true
[services.both]
purposes = ["analytics", "social"]
[services.video]
purposes = ["media"]
[services.button]
purposes = ["login"]
[services.captcha]
purposes = ["security"]
hosts = ["captcha.example"]
[services.firewall]
purposes = ["security"]
exempt = "security"
[services.letter]
purposes = ["email_marketing"]
[services.gtm]
purposes = ["tag-manager"]
""")
PURPOSES = tuple(POLICY.purposes)
SERVICES = tuple(POLICY.services)
EEA = POLICY.regions["eea-gdpr"]
CALIFORNIA = POLICY.regions["us-ca"]
STATES = POLICY.regions["us-states"]
UNBUNDLED = {"email_marketing", "email_tracking", "health"}


def a_region(base: Region = EEA, **models: Model) -> Region:
    """A region with some other models; ``tag_manager`` is written with an underscore."""
    named = {p.replace("tag_manager", "tag-manager"): m for p, m in models.items()}
    return replace(base, models={**base.models, **named})


def chosen(
    kind: str,
    region: Region = EEA,
    purposes: Mapping[str, bool] | None = None,
    services: Mapping[str, bool] | None = None,
    before: State = None,
    now: float = NOW,
) -> Stored:
    """What is stored after a choice."""
    choice = choose(POLICY, region, kind, purposes or {}, services or {})
    return store(POLICY, region, choice, before, now, "receipt")


def decided(
    stored: State = None, region: Region = EEA, gpc: bool = False, now: float = NOW
) -> Decision:
    """The decision under :data:`POLICY`."""
    return decide(POLICY, region, stored, Signals(gpc), now, POLICY.services)


def allowed(decision: Decision) -> set[str]:
    """Ids of everything that is allowed: purposes, services, and services for a purpose."""
    services = [s for s in POLICY.services.values() if decision.allows_service(s)]
    return {
        *decision.granted,
        *(f"service {s.id}" for s in services),
        *(f"{p} by {s}" for s in SERVICES for p in PURPOSES if decision.allows(p, service=s)),
        *(["unknown hosts"] if decision.complete else []),
    }


def exempt(region: Region) -> set[str]:
    """Purposes that need no choice."""
    return {p for p, model in region.models.items() if model is Model.NONE}


MODELS = st.sampled_from(Model)
REGIONS = st.builds(
    lambda models, services, grant, refuse, gpc: replace(
        EEA,
        models=models,
        services=services,
        lifetime=Lifetime(grant, refuse, 395),
        gpc=gpc,
    ),
    st.fixed_dictionaries(dict.fromkeys(PURPOSES, MODELS)),
    st.dictionaries(st.sampled_from(SERVICES), MODELS, max_size=3),
    st.integers(1, 30),
    st.integers(1, 30),
    st.booleans(),
)
FINGERPRINTS = {p: st.sampled_from([POLICY.fingerprints[p], b"old."]) for p in PURPOSES}
STORED = st.builds(
    Stored,
    time=st.integers(int(NOW) - 1000 * DAY, int(NOW)),
    region=st.just("eea-gdpr"),
    receipt=st.just(""),
    granted=st.fixed_dictionaries({}, optional=FINGERPRINTS),
    denied=st.frozensets(st.sampled_from([*PURPOSES, "*"])),
    services=st.dictionaries(st.sampled_from(SERVICES), st.booleans(), max_size=4),
)
