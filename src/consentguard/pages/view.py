"""From policy and decision to what a visitor is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from consentguard.consent.decision import Decision
from consentguard.locales import Texts
from consentguard.model import EVERYBODY, UNKNOWN, Model, Policy, Purpose, Service
from consentguard.pages.assets import Assets
from consentguard.pages.markup import PurposeRow, View

#: Never rows of their own unless the site declares them: they follow from the other purposes.
_UNLISTED = frozenset({"tag-manager", "cdn", "consent-management"})


def view(
    policy: Policy,
    assets: Assets,
    decision: Decision,
    texts: Texts,
    prefix: str,
    next_path: str,
    nonce: str = "",
) -> View:
    """Everything that a page or the banner shows to this visitor."""
    return View(
        site=policy.site,
        prefix=prefix,
        next=next_path,
        region=decision.region,
        variant=decision.variant,
        show_banner=decision.show_banner,
        gpc=decision.gpc,
        purposes=tuple(rows(policy, decision, texts)),
        texts=texts,
        css_url=f"{prefix}/static/{assets.css}",
        js_url=f"{prefix}/static/{assets.js}",
        ungate_url=f"{prefix}/static/{assets.ungate}",
        consent_mode_url=f"{prefix}/static/{assets.consent_mode}",
        shared_url=f"{prefix}/static/{assets.shared}" if decision.region.id == EVERYBODY else "",
        page_css_url=f"{prefix}/static/{assets.page}",
        nonce=nonce,
        policy_version=policy.version,
        effective=policy.effective,
        partners=len(partners(policy.services, decision)),
        chosen=decision.chosen,
        granted=(*decision.granted, *([UNKNOWN] if decision.unknown else [])),
        exceptions=decision.exceptions,
        banner=policy.banner,
    )


def rows(policy: Policy, decision: Decision, texts: Texts) -> Iterable[PurposeRow]:
    """The purposes that *accept* would grant, or that the site declares; required ones first."""
    used = {p for s in policy.services.values() for p in s.purposes}
    shown = [p for p in policy.purposes.values() if _listed(p, decision, p.id in used)]
    for purpose in sorted(shown, key=lambda p: decision.rulings[p.id].model is not Model.NONE):
        ruling = decision.rulings[purpose.id]
        yield PurposeRow(
            id=purpose.id,
            name=texts.purpose_name(purpose.id),
            description=purpose.description or texts.purpose_description(purpose.id),
            required=ruling.model is Model.NONE,
            allowed=ruling.allowed,
            model=ruling.model,
            reason=ruling.reason,
            explicit=purpose.explicit or not purpose.bundled,
            services=_services(policy.services, purpose.id),
        )


def partners(services: Mapping[str, Service], decision: Decision) -> frozenset[str]:
    """Vendors other than the site itself behind services that need a choice."""
    return frozenset(
        s.vendor or s.name
        for s in services.values()
        if s.third_party
        and s.hosts
        and any(decision.rulings[p].model is not Model.NONE for p in s.purposes)
    )


def _listed(purpose: Purpose, decision: Decision, used: bool) -> bool:
    if purpose.declared or used or purpose.id == "necessary":
        return True
    if purpose.id in _UNLISTED or not purpose.bundled or purpose.explicit:
        return False
    return decision.rulings[purpose.id].model not in (Model.NONE, Model.DENY)


def _services(services: Mapping[str, Service], purpose: str) -> tuple[Service, ...]:
    return tuple(s for s in services.values() if purpose in s.purposes)
