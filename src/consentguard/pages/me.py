"""``/_consent/me``: what is kept of a visitor's choice: to see, to take along, to delete.

The rule of this layer: nobody is found without the random id that a grant put into their own
cookie. Who refuses has none; their copy is the receipt that the answer to the refusal showed.
GDPR, art. 15 (access), 17 (erasure), 20 (portability).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from consentguard.consent.token import Stored
from consentguard.errors import BadRequest
from consentguard.http.message import Header, Response
from consentguard.ledger import Ledger
from consentguard.model import ConsentRecord
from consentguard.pages import choice, form, notices, outcome
from consentguard.pages.form import MAX_BODY
from consentguard.pages.markup import Html, View, document, fill, join, link, paragraph
from consentguard.pages.origin import address, require_same_origin
from consentguard.pages.outcome import Outcome
from consentguard.pages.preferences import erasing
from consentguard.pages.recorded import data, facts, moment
from consentguard.pages.visit import Visit

_DOWNLOAD: Header = (b"content-disposition", b'attachment; filename="consent.json"')
#: Seconds after a choice in which its answer comes back to the settings.
_JUST = 600
_SECTION = '<section aria-labelledby="{id}"><h2 id="{id}">{title}</h2>{body}</section>'


def records(visit: Visit, *, as_json: bool) -> Outcome:
    """The visitor's own records; the ledger is asked where there may be any."""
    if not visit.receipt:
        return Outcome.of(_shown(visit, (), as_json=as_json))

    def asks(ledger: Ledger | None) -> Outcome:
        found = ledger.find(visit.setup.site_id, visit.receipt) if ledger else None
        return Outcome.of(_shown(visit, found, as_json=as_json))

    return Outcome.asking(asks, _failed(visit, as_json=as_json))


def receipt(visit: Visit, value: str, *, as_json: bool) -> Outcome:
    """A receipt that a visitor kept. Raises :class:`BadRequest` for one that is not ours."""
    record = visit.setup.receipts.read(value)
    if record is None:
        raise BadRequest("this receipt was not signed by this site, or is not whole")
    if as_json:
        return Outcome.of(_json({**_about(visit), "receipt": data(record)}))
    texts, view = visit.texts, visit.view("/")
    links = fill('<p class="cg-links">{to}</p>', to=link(visit.prefix + view.query, view.control))
    body = join((paragraph(texts["me.copy"]), links, facts(record, texts)))
    page = document(texts, view.site, view, texts["me.receipt"], body)
    return Outcome.of(outcome.html(200, page))


def action(visit: Visit, body: bytes) -> Outcome:
    """``action=erase``. Raises :class:`BadRequest` for anything else."""
    kind = visit.request.text(b"content-type")
    if form.action(kind, body) != "erase":
        raise BadRequest("'action' must be erase")
    return erase(visit, body)


def erase(visit: Visit, body: bytes) -> Outcome:
    """Forget the visitor: a refusal without an identifier, and no record that leads to them.

    Records that a law makes the site keep stay, unlinked. Nothing is changed where the ledger
    cannot do its part: with the id gone nobody could ask for it again.
    """
    require_same_origin(visit.request, visit.setup.origins)
    kind = visit.request.text(b"content-type")
    if len(body) > MAX_BODY:
        raise BadRequest(f"the request is larger than {MAX_BODY} bytes")
    programs = form.is_json(kind) or visit.request.method == "DELETE"
    done = choice.refused(visit, "erase", form.next_in(kind, body), json=programs)
    if not visit.receipt:
        return done
    setup = visit.setup
    free = frozenset(id for id, region in setup.policy.regions.items() if not region.records)

    def asks(ledger: Ledger | None) -> Outcome:
        if ledger:
            ledger.erase(setup.site_id, visit.receipt, free)
        return done

    return Outcome.asking(asks, _failed(visit, as_json=programs))


def saved(visit: Visit, view: View, value: str) -> Html:
    """What the preferences page says after a choice that was made there, with its receipt.

    Of a link to somebody's receipt it says nothing: that choice is not this visitor's.
    """
    record = visit.setup.receipts.read(value) if value else None
    if record is None or visit.setup.clock() - record.time > _JUST or _led_here(visit):
        return Html("")
    texts = visit.texts
    said = "me.erased" if record.kind == "erase" else "me.saved"
    links = (
        link(view.next, texts.get("preferences.back", site=view.site.name)),
        link(address(f"{view.prefix}/me", view.query, f"receipt={value}"), texts["me.show"]),
    )
    onward = fill('<p class="cg-links">{links}</p>', links=join(links, " "))
    return join((paragraph(texts[said]), onward))


def _led_here(visit: Visit) -> bool:
    """Whether a link of another site did (Fetch Metadata, section 2.3); redirects keep the word."""
    return visit.request.text(b"sec-fetch-site").strip() in ("cross-site", "same-site")


def _shown(visit: Visit, found: Sequence[ConsentRecord] | None, *, as_json: bool) -> Response:
    if as_json:
        answer = _json({**_about(visit), **_kept(visit, found)})
        download = b"download=" in visit.request.query
        return answer.plus([_DOWNLOAD]) if download else answer
    texts, view = visit.texts, visit.view("/")
    parts = [
        paragraph(texts.get("me.intro", site=view.site.name, controller=view.controller)),
        fill('<p class="cg-links">{to}</p>', to=link(visit.prefix + view.query, view.control)),
        _section("cg-browser", texts["me.browser"], _browser(visit)),
    ]
    if visit.receipt:
        url = address(f"{view.prefix}/me", view.query, "format=json&download=1")
        kept = join(
            (
                _listed(visit, found),
                fill('<p class="cg-links">{to}</p>', to=link(url, texts["me.download"])),
            )
        )
        parts.append(_section("cg-kept", texts["me.kept"], kept))
        # The settings say that it is done.
        button = erasing(replace(view, next=visit.prefix + view.query))
        parts.append(_section("cg-erase", texts["me.erase"], button))
    return outcome.html(200, document(texts, view.site, view, texts["me.title"], join(parts)))


def _section(id: str, title: str, body: Html) -> Html:
    return fill(_SECTION, id=id, title=title, body=body)


def _browser(visit: Visit) -> Html:
    """What the consent cookie holds, in words."""
    texts, stored = visit.texts, visit.stored
    if not isinstance(stored, Stored):
        return paragraph(texts["me.not-chosen"])
    if not visit.receipt:
        return paragraph(texts["me.nobody"])
    number = fill('<code dir="ltr">{number}</code>', number=visit.receipt)
    return fill(
        '{text}<dl class="cg-facts"><dt>{name}</dt><dd>{number}</dd></dl>',
        text=paragraph(texts["me.chosen"]),
        name=texts["me.number"],
        number=number,
    )


def _listed(visit: Visit, found: Sequence[ConsentRecord] | None) -> Html:
    texts = visit.texts
    if found is None:
        return paragraph(texts["me.off"])
    if not found:
        return paragraph(texts["me.none"])
    return join(facts(record, texts) for record in found)


def _about(visit: Visit) -> dict[str, Any]:
    site = visit.setup.policy.site
    return {
        "site": site.name,
        "controller": site.controller or site.name,
        "contact": site.contact,
        "policy_url": site.policy_url,
        "exported": moment(visit.setup.clock()),
    }


def _kept(visit: Visit, found: Sequence[ConsentRecord] | None) -> dict[str, Any]:
    stored = visit.stored
    browser: dict[str, Any] | None = None
    if isinstance(stored, Stored):
        browser = {
            "cookie": visit.setup.cookie_name,
            "since": moment(stored.time),
            "region": stored.region,
            "receipt": stored.receipt,
            "granted": list(stored.granted),
            "denied": sorted(stored.denied),
            "services": dict(stored.services),
        }
    kept = None if found is None else [data(record) for record in found]
    return {"browser": browser, "records": kept}


def _failed(visit: Visit, *, as_json: bool) -> Response:
    """The ledger could not be asked; nothing was changed."""
    if as_json:
        return outcome.json(503, '{"error":"the ledger cannot be reached; nothing was changed"}')
    texts, view = visit.texts, visit.view("/")
    page = notices.page(texts, view, 500, heading=texts["me.failed"])
    return outcome.html(503, page).plus([(b"retry-after", b"30")])


def _json(values: dict[str, Any]) -> Response:
    return outcome.json(200, json.dumps(values, ensure_ascii=False, indent=2) + "\n")
