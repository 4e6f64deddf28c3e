"""``POST /_consent`` and ``POST /_consent/withdraw``: one choice, one record, one cookie."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from consentguard.consent import single
from consentguard.consent.choose import choose, store, unproven
from consentguard.consent.decision import Decision
from consentguard.consent.token import EVERYTHING, Stored
from consentguard.errors import BadRequest, CrossSite
from consentguard.http.cookies import MOST, pairs
from consentguard.http.message import Header, Response, size
from consentguard.http.sweep import BUDGET, expiries
from consentguard.model import Choice, ConsentRecord, Model, Region
from consentguard.pages import form, notices, outcome, state
from consentguard.pages.origin import address, require_same_origin, safe_path
from consentguard.pages.outcome import Outcome
from consentguard.pages.visit import Visit
from consentguard.policy.regions import at_least_as_strict, joined

#: What speculation rules fetched or rendered before a choice is opened after it, whatever Vary and
#: Cache-Control say. These two types forget it (WICG nav-speculation) and, unlike "cache", at once.
FORGET: Header = (b"clear-site-data", b'"prefetchCache", "prerenderCache"')


def choice(visit: Visit, body: bytes) -> Outcome:
    """Accept, reject or save. Raises :class:`BadRequest` with nothing stored."""
    require_same_origin(visit.request, visit.setup.origins)
    sent = form.read(visit.request.text(b"content-type"), body)
    region = _region(visit, sent.region)
    unknown = [s for s in sent.services if s not in visit.setup.catalogue.services]
    if unknown:
        raise BadRequest(f"unknown service {unknown[0][:60]!r}")
    chosen = choose(visit.setup.policy, region, sent.kind, sent.purposes, sent.services)
    if chosen.kind == "save":
        if sent.shown:
            chosen = replace(chosen, services=_single(visit, region, chosen, sent))
        chosen = _asked(visit, chosen, region)
    if chosen.is_grant and not _attested(visit):
        raise CrossSite("a grant needs a person's click, and the browser attests none")
    return _outcome(visit, region, chosen, sent)


def withdraw(visit: Visit, body: bytes) -> Outcome:
    """Everything back to refused. GDPR art. 7(3): as easy as giving, so any body will do."""
    require_same_origin(visit.request, visit.setup.origins)
    kind = visit.request.text(b"content-type")
    if len(body) > form.MAX_BODY:
        raise BadRequest(f"the request is larger than {form.MAX_BODY} bytes")
    return refused(visit, "withdraw", form.next_in(kind, body), json=form.is_json(kind))


def refused(visit: Visit, kind: str, onward: str, *, json: bool) -> Outcome:
    """Everything refused: the outcome of a choice of that kind, with nothing more to look at."""
    region = visit.decision.region
    chosen = choose(visit.setup.policy, region, kind, {}, {})
    return _outcome(visit, region, chosen, form.Sent(kind, next=onward, json=json))


def _outcome(visit: Visit, region: Region, chosen: Choice, sent: form.Sent) -> Outcome:
    setup = visit.setup
    now = setup.clock()
    stricter = visit.stored.stricter if isinstance(visit.stored, Stored) else ""
    if sent.region:
        # Who asks for the own region has done with the stricter one.
        stricter = "" if region is visit.located else region.id
    chosen = Choice(chosen.kind, chosen.granted, chosen.denied, chosen.services, stricter)
    stored = store(setup.policy, region, chosen, visit.stored, now, setup.random())
    decision = setup.decide(joined(region, visit.located), stored, visit.signals, now)
    record = _record(visit, region, chosen, stored, now)
    answer = _with_cookies(visit, _answer(visit, decision, sent, record), stored, decision)
    if not chosen.is_grant:
        return Outcome(record, answer, answer)
    failed = _not_stored(visit, sent)
    if not _takes_back(visit.decision, chosen):
        return Outcome(record, answer, failed)
    kept = unproven(chosen, visit.stored, region, now)
    decision = setup.decide(joined(region, visit.located), kept, visit.signals, now)
    failed = _with_cookies(visit, failed, kept, decision)
    return Outcome(record, answer, failed, _record(visit, region, chosen, kept, now))


def _takes_back(decision: Decision, chosen: Choice) -> bool:
    """Whether something that is allowed now is refused by a choice."""
    off = [s for s, on in chosen.services.items() if not on]
    return any(decision.allows(p) for p in chosen.denied) or any(
        decision.allows_service(decision.known[s]) for s in off
    )


def _with_cookies(visit: Visit, answer: Response, stored: Stored, decision: Decision) -> Response:
    """The answer with the consent cookie, and with expiries in what is left of the budget."""
    setup = visit.setup
    answer = answer.plus([setup.cookie(setup.tokens.write(stored), https=visit.https), FORGET])
    return answer.plus(_swept(visit, decision, BUDGET - size(answer.headers)))


def _answer(visit: Visit, decision: Decision, sent: form.Sent, record: ConsentRecord) -> Response:
    """What holds now, with the visitor's receipt; our own page gets it in its address."""
    receipt = visit.setup.receipts.write(record)
    if sent.json:
        kept = address(f"{visit.prefix}/me", visit.query, f"receipt={receipt}")
        more = {"receipt": kept} if receipt else {}
        return outcome.json(200, state.text(visit.setup.policy, decision, **more))
    onward = safe_path(sent.next)
    path, _, query = onward.partition("?")
    if receipt and path == visit.prefix:
        onward = address(path, query, f"receipt={receipt}")
    return outcome.see_other(onward)


def _not_stored(visit: Visit, sent: form.Sent) -> Response:
    """A grant without proof is not given: no cookie, and the visitor is told (GDPR art. 7(1))."""
    if sent.json:
        return outcome.json(
            503, '{"error":"the choice could not be stored; nothing was switched on"}'
        )
    page = notices.page(visit.texts, visit.view(safe_path(sent.next)), 503)
    return outcome.html(503, page).plus([(b"retry-after", b"30")])


def _swept(visit: Visit, decision: Decision, budget: int) -> list[Header]:
    """Expiries of the cookies present that this choice refuses, in ``budget`` bytes."""
    request, host = visit.request, visit.request.hostname
    names = list(dict.fromkeys(name for name, _ in pairs(visit.request.headers)))[:MOST]
    refused = [n for n in names if visit.setup.refuses(decision, n, host)]
    # Nobody sets cookies below our own URLs; those of the app's root show up here too.
    path = safe_path(request.root_path or "/")
    return expiries(refused, host, path, https=visit.https, budget=budget)


def _region(visit: Visit, asked: str) -> Region:
    """The region that the visitor asks for: a stricter one, never a weaker one."""
    if not asked:
        return visit.decision.region
    if asked == visit.located.id:
        return visit.located
    region = visit.setup.region(asked, visit.visitor.who)
    if region is None or not at_least_as_strict(region, visit.located):
        raise BadRequest(f"region {asked[:60]!r} is unknown, or weaker than {visit.located.id!r}")
    return region


def _single(visit: Visit, region: Region, chosen: Choice, sent: form.Sent) -> dict[str, bool]:
    """The word on each service, from a form that shows their boxes.

    What has no box there is not granted by it; a refusal stays.
    """
    known = visit.setup.catalogue.services
    listed = [known[id] for id in sent.shown if id in known]
    free = {p for p, model in region.models.items() if model is Model.NONE}
    said = single.words(
        listed, sent.services, sent.shown, chosen.granted | free, sent.before | free
    )
    old = visit.stored.services if isinstance(visit.stored, Stored) else {}
    return {s: False for s, on in old.items() if not on and s not in sent.shown} | said


def _asked(visit: Visit, chosen: Choice, region: Region) -> Choice:
    """What was ticked already when the visitor saw it is no consent where they have to be asked.

    CJEU C-673/17, Planet49: a pre-ticked box does not count. They are asked under the new rules.
    """
    shown, decision = visit.decision.region, visit.decision

    def waits(rules: Region, purpose: str) -> bool:
        return rules.models[purpose].strictness >= Model.OPT_IN.strictness

    ticked = {p for p in chosen.granted if waits(region, p) and not waits(shown, p)}
    services = chosen.services
    if shown.id != region.id:
        # Nor is a service that ran without anybody's word.
        services = {
            s: on
            for s, on in services.items()
            if not on or decision.services.get(s) or not decision.allows_service(decision.known[s])
        }
    return replace(chosen, granted=chosen.granted - ticked, services=services)


def _attested(visit: Visit) -> bool:
    return visit.setup.policy.enforcement.grant != "person" or person(visit) == "yes"


def person(visit: Visit) -> str:
    """Whether the browser attests a person's click: ``yes``, ``no`` or ``unknown``.

    ``Sec-Fetch-User: ?1`` is sent with a navigation that a user's gesture started and never with
    one that a script started by itself (Fetch Metadata, section 2.4).
    """
    if visit.request.text(b"sec-fetch-user").strip() == "?1":
        return "yes"
    return "no" if visit.request.get(b"sec-fetch-mode") else "unknown"


def _record(
    visit: Visit, region: Region, chosen: Choice, stored: Stored, now: float
) -> ConsentRecord:
    policy = visit.setup.policy
    return ConsentRecord(
        site=visit.setup.site_id,
        time=int(now),
        kind=chosen.kind,
        receipt=stored.receipt,
        region=region.id,
        preset=region.preset,
        granted=tuple(stored.granted),
        denied=tuple(sorted(_denied(region, chosen, stored))),
        services=dict(stored.services),
        policy_version=policy.version,
        policy_digest=policy.digest,
        text_digest=visit.texts.digest,
        language=visit.texts.lang,
        person=person(visit),
        gpc=visit.decision.gpc,
        device=device(visit.request.text(b"user-agent")),
    )


def _denied(region: Region, chosen: Choice, stored: Stored) -> set[str]:
    """What is refused from now on: by this choice, and by those before it that still hold."""
    refused = chosen.denied | stored.denied
    if EVERYTHING in refused:
        refused |= {p for p, model in region.models.items() if model is not Model.NONE}
    return set(refused) - {EVERYTHING, *stored.granted}


def device(user_agent: str) -> str:
    """The class of a device and nothing more; cut, since parsing is slow on hostile input."""
    from user_agents import parse  # noqa: PLC0415 - 180 ms that only a choice pays

    parsed: Any = parse(user_agent[:512])
    for name in ("bot", "tablet", "mobile"):
        if getattr(parsed, f"is_{name}"):
            return name
    return "desktop" if parsed.is_pc else "other"
