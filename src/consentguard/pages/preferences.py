"""The preferences page: every purpose, who is behind it, how it stands, and the rules in force.

The rule of this layer: whatever can be chosen anywhere can be chosen and taken back here, without
JavaScript, in one step; what is shown is the decision that is in force, not what we would like.
"""

from __future__ import annotations

from dataclasses import replace

from consentguard.model import Service
from consentguard.pages import about
from consentguard.pages.control import settings_path
from consentguard.pages.markup import (
    Html,
    PurposeRow,
    View,
    answers,
    button,
    checkbox,
    document,
    escape,
    fill,
    form,
    in_language,
    join,
    link,
    paragraph,
    signal,
    standing,
)
from consentguard.pages.origin import address

_BODY = """\
{message}{languages}{signal}{intro}
<p class="cg-links">{links}</p>
<section aria-labelledby="cg-all"><h2 id="cg-all">{all}</h2>{answers}</section>
<section aria-labelledby="cg-purposes"><h2 id="cg-purposes">{purposes}</h2>{rows}</section>
<section aria-labelledby="cg-withdraw"><h2 id="cg-withdraw">{withdraw}</h2>{withdrawal}</section>
<section aria-labelledby="cg-me"><h2 id="cg-me">{me}</h2>{mine}</section>
<section aria-labelledby="cg-rules"><h2 id="cg-rules">{rules}</h2>{facts}</section>"""

#: More languages than this are folded away.
_FOLDED = 6
_FEW = '<nav class="cg-links" aria-label="{label}">{links}</nav>'
_MANY = (
    '<details class="cg-services"><summary>{label}</summary>'
    '<nav class="cg-links" aria-label="{label}">{links}</nav></details>'
)


def page(view: View, message: str = "") -> str:
    """The whole document for ``GET`` of our prefix; ``message`` is told first, as a status."""
    title = view.control if view.opt_out else view.texts["preferences.title"]
    return document(view.texts, view.site, view, title, _body(view, message))


def _body(view: View, message: str) -> Html:
    texts = view.texts
    said = fill('<div class="cg-message" role="status">{text}</div>', text=message)
    # What is chosen here is seen here; the way back stands above.
    here = replace(view, next=settings_path(view.prefix, view.query, view.next))
    return fill(
        _BODY,
        message=said if message else Html(""),
        languages=_languages(view),
        signal=signal(view),
        intro=_intro(view),
        links=_links(view),
        all=texts["preferences.all"],
        answers=answers(here),
        purposes=texts["preferences.purposes"],
        rows=_purposes(here),
        withdraw=texts["preferences.withdraw"],
        withdrawal=_withdrawal(here),
        me=texts["me.title"],
        mine=_mine(here),
        rules=texts["preferences.rules"],
        facts=_rules(view),
    )


def _languages(view: View) -> Html:
    """The same page in each other language of the site."""
    if not view.others:
        return Html("")
    return fill(
        _FEW if len(view.others) <= _FOLDED else _MANY,
        label=view.texts["preferences.language"],
        links=join(
            (
                in_language(one, settings_path(view.prefix, f"?lang={one.tag}", view.next))
                for one in view.others
            ),
            " ",
        ),
    )


def _intro(view: View) -> Html:
    """What the page is for and who answers for it.

    Cal. Code Regs. tit. 11, 7026: opting out asks for no account and no more data than it needs.
    GDPR, art. 8(1): a child's consent is given or authorised by who has parental responsibility.
    """
    texts = view.texts
    said = texts.get(
        "preferences.intro-opt-out" if view.opt_out else "preferences.intro",
        site=view.site.name,
        controller=view.controller,
        reject=texts["button.reject"],
    )
    minors = texts.get("banner.minors", age=view.minors) if view.minors else ""
    return join((paragraph(said), paragraph(minors)))


def _links(view: View) -> Html:
    texts, site = view.texts, view.site
    links = []
    if site.policy_url:
        links.append(link(site.policy_url, texts["banner.policy"]))
    if site.contact:
        mail = "@" in site.contact and "/" not in site.contact
        url = f"mailto:{site.contact}" if mail else site.contact
        links.append(link(url, texts.get("preferences.contact", contact=site.contact)))
    links.append(link(f"{view.prefix}/cookies{view.query}", texts["declaration.title"]))
    return join(links, " ")


def _purposes(view: View) -> Html:
    rows = join(
        fill('<li class="cg-row" id="cg-purpose-{id}">{row}</li>', id=row.id, row=_row(view, row))
        for row in view.purposes
    )
    inside = fill(
        '{shown}{picking}<ul class="cg-rows">{rows}</ul>{place}{save}',
        shown=_as_shown(view),
        picking=paragraph(view.texts["service.picking"]) if view.toggles else Html(""),
        rows=rows,
        place=_place(view),
        save=button(view.texts, "save"),
    )
    return form(view, inside)


def _place(view: View) -> Html:
    """Which rules the visitor wants, where some are stricter than those of their place."""
    if len(view.places) < 2:
        return Html("")
    options = join(
        fill(
            '<option value="{id}"{selected}>{name}</option>',
            id=id,
            selected=Html(" selected") if id == view.region.id else Html(""),
            name=name,
        )
        for id, name in view.places
    )
    return fill(
        '<p class="cg-place"><label for="cg-place">{label}</label>'
        '<select id="cg-place" name="region" aria-describedby="cg-place-why">{options}</select>'
        '<span id="cg-place-why">{why}</span></p>',
        label=view.texts["place.label"],
        options=options,
        why=view.texts["place.why"],
    )


def _row(view: View, row: PurposeRow) -> Html:
    texts = view.texts
    return fill(
        '{box}<p class="cg-state">{state}: {reason}</p>{services}',
        box=checkbox(view, row, "page"),
        state=standing(texts, row),
        reason=texts.reason(row.reason),
        services=_services(view, row) if row.services else Html(""),
    )


def _services(view: View, row: PurposeRow) -> Html:
    """The services of a purpose, folded away: most visitors choose purposes."""
    texts, count = view.texts, len(row.services)
    on = sum(view.toggles[s.id].on for s in row.services if s.id in view.toggles)
    mixed = 0 < on < count
    return fill(
        '<details class="cg-services"><summary>{count}</summary><ul>{services}</ul></details>',
        count=texts.count("service.on" if mixed else "service.count", count, on=on),
        services=join(_service(view, row, service) for service in row.services),
    )


def _service(view: View, row: PurposeRow, service: Service) -> Html:
    """One service, with its box where that stands: under the first purpose that can be chosen."""
    texts = view.texts
    home = _home(view, service)
    if home is not row:
        return fill(
            "<li><strong>{name}</strong><p>{elsewhere}</p></li>",
            name=service.name,
            elsewhere=texts.get("service.elsewhere", purpose=home.name),
        )
    return fill(
        "<li>{box}{about}{facts}</li>",
        box=_box(view, row, service),
        about=paragraph(texts.service_description(service.id), "cg-does"),
        facts=about.facts(service, texts, view.controller, short=True),
    )


def _home(view: View, service: Service) -> PurposeRow:
    rows = [row for row in view.purposes if service in row.services]
    return next((row for row in rows if not row.locked), rows[0])


def _box(view: View, row: PurposeRow, service: Service) -> Html:
    """Its name with a box to tick; locked where a tick would change nothing."""
    toggle = view.toggles.get(service.id)
    if toggle is None:
        return fill("<strong>{name}</strong>", name=service.name)
    texts = view.texts
    # Ids of services may hold what an id of an element must not: they are counted.
    key = f"cg-service-{list(view.toggles).index(service.id)}"
    note = ""
    if toggle.locked and not row.locked:  # else the purpose says it
        note = texts.reason(toggle.reason) if toggle.reason else texts["row.required"]
    return fill(
        '<input type="checkbox" name="service" value="{id}" id="{key}"{flags}>'
        '<label for="{key}">{name}</label>{note}',
        id=service.id,
        key=key,
        flags=Html(" checked" * toggle.on + " disabled" * toggle.locked),
        name=service.name,
        note=paragraph(note, "cg-note"),
    )


def _as_shown(view: View) -> Html:
    """How the boxes came: what has not been touched is no word on a service."""
    fields = [("before", row.id) for row in view.purposes if row.allowed and not row.locked]
    boxes = {s.id for row in view.purposes for s in row.services}
    fields += [
        ("shown-on" if toggle.on else "shown-off", id)
        for id, toggle in view.toggles.items()
        if id in boxes and not toggle.locked
    ]
    return join(
        fill('<input type="hidden" name="{name}" value="{value}">', name=name, value=value)
        for name, value in fields
    )


def _withdrawal(view: View) -> Html:
    """One button, always there. GDPR, art. 7(3): as easy to withdraw as to give, at any time."""
    label = view.texts["button.withdraw"]
    press = fill(
        '<button type="submit" class="cg-button" data-cg="withdraw">{label}</button>', label=label
    )
    return fill(
        "{text}{form}",
        text=paragraph(view.texts["preferences.withdraw-text"]),
        form=form(view, press, path="/withdraw"),
    )


def _mine(view: View) -> Html:
    """What the ledger has of this visitor: to see, to take along, to delete (GDPR, art. 15-20)."""
    texts = view.texts
    if not view.identified:
        return paragraph(texts["me.nobody"])
    url = f"{view.prefix}/me"
    links = (
        link(address(url, view.query), texts["me.show"]),
        link(address(url, view.query, "format=json&download=1"), texts["me.download"]),
    )
    return fill(
        '<p class="cg-links">{links}</p>{erasing}', links=join(links, " "), erasing=erasing(view)
    )


def erasing(view: View) -> Html:
    """The button that deletes them, and what it does."""
    press = fill(
        '<button type="submit" class="cg-button" name="action" value="erase" data-cg="erase">'
        "{label}</button>",
        label=view.texts["button.erase"],
    )
    return fill(
        "{text}{form}",
        text=paragraph(view.texts["me.erase-text"]),
        form=form(view, press, path="/me"),
    )


def _rules(view: View) -> Html:
    """Which rule set holds, on which law and source it rests, and which version of the policy."""
    texts, region = view.texts, view.region
    unknown = texts["preferences.unknown"]
    rules = region.id if region.preset in ("", region.id) else f"{region.id} ({region.preset})"
    facts = (
        ("region", escape(rules)),
        ("law", escape(region.law or unknown)),
        ("sources", join((link(source, source) for source in region.sources), ", ")),
        ("version", escape(view.policy_version or unknown)),
        ("effective", escape(texts.language.stated(view.effective) or unknown)),
        (
            "choice",
            escape(texts["preferences.chosen" if view.chosen else "preferences.not-chosen"]),
        ),
    )
    rows = join(
        fill("<dt>{name}</dt><dd>{value}</dd>", name=texts[f"preferences.{key}"], value=value)
        for key, value in facts
        if value
    )
    return fill('<dl class="cg-facts">{rows}</dl>', rows=rows)
