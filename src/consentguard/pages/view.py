"""From policy and decision to what a visitor is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from consentguard.consent.decision import UNCLICKABLE, Decision
from consentguard.locales import Texts
from consentguard.model import EVERYBODY, UNKNOWN, Model, Policy, Purpose, Reason, Region, Service
from consentguard.pages.assets import Assets
from consentguard.pages.markup import PurposeRow, Toggle, View

#: Never rows of their own unless the site declares them: they follow from the other purposes.
_UNLISTED = frozenset({"tag-manager", "cdn", "consent-management"})

#: Services that have a box of their own in one form.
_MOST = 150


def view(
    policy: Policy,
    assets: Assets,
    decision: Decision,
    texts: Texts,
    prefix: str,
    next_path: str,
    nonce: str = "",
    query: str = "",
    spoken: Iterable[Texts] = (),
) -> View:
    """Everything that a page or the banner shows to this visitor."""
    return View(
        site=policy.site,
        prefix=prefix,
        query=query,
        next=next_path,
        region=decision.region,
        variant=decision.variant,
        show_banner=decision.show_banner,
        gpc=decision.gpc,
        purposes=tuple(rows(policy, decision, texts)),
        texts=texts,
        others=tuple(one.language for one in spoken if one.lang != texts.lang),
        css_url=f"{prefix}/static/{assets.css}",
        js_url=f"{prefix}/static/{_script(assets, decision.region)}",
        shared=decision.region.id == EVERYBODY,
        page_css_url=f"{prefix}/static/{assets.page}",
        nonce=nonce,
        policy_version=policy.version,
        effective=policy.effective,
        partners=len(partners(declared(policy, decision.known), decision)),
        chosen=decision.chosen,
        granted=(*decision.granted, *([UNKNOWN] if decision.unknown else [])),
        exceptions=decision.exceptions,
        banner=policy.banner,
        stand=decision.stand,
    )


def _script(assets: Assets, region: Region) -> str:
    if region.id == EVERYBODY:
        return assets.shared
    return assets.consent_mode if region.google_consent_mode == "advanced" else assets.js


def rows(policy: Policy, decision: Decision, texts: Texts) -> Iterable[PurposeRow]:
    """The purposes that *accept* would grant, or that the site declares; required ones first."""
    services = listed(policy, decision)
    used = {p for s in services for p in s.purposes}
    shown = [p for p in policy.purposes.values() if _listed(p, decision, p.id in used)]
    for purpose in sorted(shown, key=lambda p: decision.rulings[p.id].model is not Model.NONE):
        ruling = decision.rulings[purpose.id]
        yield PurposeRow(
            id=purpose.id,
            name=texts.purpose_name(purpose.id),
            description=texts.purpose_description(purpose.id),
            required=ruling.model is Model.NONE,
            allowed=ruling.allowed,
            model=ruling.model,
            reason=ruling.reason,
            explicit=purpose.explicit or not purpose.bundled,
            services=tuple(s for s in services if purpose.id in s.purposes),
        )


def declared(policy: Policy, known: Mapping[str, Service]) -> tuple[Service, ...]:
    """The services that the site declares, what it leaves out filled in from the catalogue."""
    return tuple(known.get(id) or service for id, service in policy.services.items())


def listed(policy: Policy, decision: Decision) -> tuple[Service, ...]:
    """Those, and others that the visitor has said a word on."""
    known = decision.known
    others = (known[id] for id in decision.services if id in known and id not in policy.services)
    return (*declared(policy, known), *others)


def toggles(policy: Policy, decision: Decision) -> Mapping[str, Toggle]:
    """How each of them stands; nothing where they are too many for a form."""
    services = listed(policy, decision)
    if len(services) > _MOST:
        return {}
    return {service.id: _toggle(decision, service) for service in services}


def _toggle(decision: Decision, service: Service) -> Toggle:
    rulings = [decision.rulings[p] for p in service.purposes]
    if decision.allows_service(service):
        free = decision.region.services.get(service.id) is Model.NONE or all(
            r.model is Model.NONE or (r.purpose == service.exempt == "security") for r in rulings
        )
        return Toggle(on=True, locked=free)
    if _clicked(decision, service):
        return Toggle(on=False, locked=False)
    hard = [r.reason for r in rulings if not r.allowed and r.reason in UNCLICKABLE]
    if "tag-manager" in service.purposes:
        hard.append(Reason.INCOMPLETE)
    if service.sells_or_shares and decision.gpc:
        hard.append(Reason.SIGNAL)
    return Toggle(on=False, locked=True, reason=next(iter(hard), Reason.RULE))


def _clicked(decision: Decision, service: Service) -> bool:
    """Whether it would run on the visitor's word alone, once a readable choice is stored."""
    rulings = {
        p: replace(r, reason=Reason.REFUSED) if r.reason is Reason.UNREADABLE else r
        for p, r in decision.rulings.items()
    }
    words = {**decision.services, service.id: True}
    return replace(decision, rulings=rulings, services=words).allows_service(service)


def partners(services: Iterable[Service], decision: Decision) -> frozenset[str]:
    """Vendors other than the site itself behind services that need a choice."""
    return frozenset(
        s.vendor or s.name
        for s in services
        if s.third_party
        and s.hosts
        and any(decision.rulings[p].model is not Model.NONE for p in s.purposes)
    )


def _listed(purpose: Purpose, decision: Decision, used: bool) -> bool:
    if purpose.declared or used or purpose.id == "necessary":
        return True
    if decision.rulings[purpose.id].reason is Reason.GRANTED and purpose.id not in _UNLISTED:
        return True  # by a script: what was given can be taken back here
    if purpose.id in _UNLISTED or not purpose.bundled or purpose.explicit:
        return False
    return decision.rulings[purpose.id].model not in (Model.NONE, Model.DENY)
