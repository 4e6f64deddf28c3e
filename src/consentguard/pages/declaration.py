"""``GET /_consent/cookies``: the cookie declaration, made from the policy and the catalogue.

The rule of this layer: it says what the site has declared and nothing else, but for the cookies
that its own software sets; and it is the same for everybody who reads a language, so that caches
may keep a page of the site's that holds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from consentguard.errors import ConfigError
from consentguard.locales import Texts, negotiate
from consentguard.model import Service
from consentguard.pages import about
from consentguard.pages.markup import Html, document, fill, join, link, paragraph
from consentguard.pages.view import declared
from consentguard.pages.visit import COOKIE_SECONDS, Setup, Visit

_BODY = """\
{intro}
<p class="cg-links">{links}</p>
{declaration}"""

_SERVICE = """\
<div class="cg-service"><h{level}>{name}</h{level}>{about}{facts}{table}</div>"""


@dataclass(frozen=True, slots=True)
class Group:
    """One purpose and the services behind it."""

    id: str
    name: str
    description: str
    services: tuple[Service, ...]


def groups(setup: Setup, texts: Texts) -> Iterator[Group]:
    """The purposes that the site names or has services for, in the order of its policy."""
    policy, known = setup.policy, setup.catalogue.services
    services = (*declared(policy, known), *_own(setup, texts))
    for purpose in policy.purposes.values():
        found = tuple(s for s in services if purpose.id in s.purposes)
        if found or purpose.declared:
            description = texts.purpose_description(purpose.id)
            yield Group(purpose.id, texts.purpose_name(purpose.id), description, found)


def _own(setup: Setup, texts: Texts) -> Iterator[Service]:
    """Who sets cookies here without being declared: our consent cookie, the app's framework."""
    policy = setup.policy
    named = {name for service in policy.services.values() for name in service.cookies}
    framework = setup.catalogue.services["site_framework"]
    names = tuple(name for name in framework.cookies if name not in named)
    if names:
        yield replace(framework, name=texts["declaration.framework"], cookies=names)
    rules = policy.enforcement
    shared = rules.cache == "shared" or bool(rules.shared_paths)
    choice = (setup.cookie_name, *([setup.hint_name] if shared else []))
    days = dict.fromkeys(choice, COOKIE_SECONDS // 86400)
    name, purposes = texts["declaration.choice"], ("consent-management",)
    if "consentguard" not in policy.services and named.isdisjoint(choice):
        yield Service(
            "consentguard", name, purposes, choice, third_party=False, lifetimes=days, source="app"
        )


def fragment(visit: Visit, level: int = 2, language: str = "") -> Html:
    """The declaration for a page of the site's own: no document, no style, nothing to click but
    links to privacy policies.

    ``level`` is that of its first headings, 1 to 5; services stand one below their purpose.
    ``language`` is that of the page, of which the nearest that the site speaks is taken; left out,
    the visitor's, or the site's own where caches share the page. Raises :class:`ConfigError` for
    another level.
    """
    if level not in range(1, 6):
        raise ConfigError(f"headings of the declaration begin at level 1 to 5, not {level!r}")
    texts, setup = visit.texts, visit.setup
    if language:
        languages = setup.languages
        texts = setup.texts[negotiate("", language, languages, languages[0])]
    controller = _controller(visit)
    sections = join(
        fill(
            "<section><h{level}>{name}</h{level}>{about}{services}</section>",
            level=level,
            name=group.name,
            about=paragraph(group.description),
            services=join(_service(s, texts, controller, level + 1) for s in group.services)
            or paragraph(texts["declaration.nobody"]),
        )
        for group in groups(setup, texts)
    )
    return fill(
        '<div class="cg-declaration" lang="{lang}" dir="{dir}">{sections}</div>',
        lang=texts.lang,
        dir=texts.dir,
        sections=sections,
    )


def _service(service: Service, texts: Texts, controller: str, level: int) -> Html:
    return fill(
        _SERVICE,
        level=level,
        name=service.name,
        about=paragraph(texts.service_description(service.id), "cg-does"),
        facts=about.facts(service, texts, controller),
        table=about.table(service, texts),
    )


def page(visit: Visit) -> str:
    """The whole document."""
    texts, policy, view = visit.texts, visit.setup.policy, visit.view("/")
    version = texts.get(
        "declaration.version",
        version=policy.version,
        date=texts.language.stated(policy.effective) or texts["preferences.unknown"],
    )
    links = [link(view.prefix + view.query, view.control)]
    if policy.site.policy_url:
        links.append(link(policy.site.policy_url, texts["banner.policy"]))
    body = fill(
        _BODY,
        intro=join(
            (
                paragraph(
                    texts.get(
                        "declaration.intro", site=policy.site.name, controller=_controller(visit)
                    )
                ),
                paragraph(version),
            )
        ),
        links=join(links, " "),
        declaration=fragment(visit),
    )
    return document(texts, policy.site, view, texts["declaration.title"], body)


def data(visit: Visit) -> dict[str, Any]:
    """The declaration for programs."""
    policy, texts = visit.setup.policy, visit.texts
    controller = _controller(visit)
    return {
        "site": policy.site.name,
        "controller": controller,
        "contact": policy.site.contact,
        "policy_url": policy.site.policy_url,
        "policy_version": policy.version,
        "effective": policy.effective,
        "language": texts.lang,
        "purposes": [
            {
                "id": group.id,
                "name": group.name,
                "description": group.description,
                "services": [about.data(s, texts, controller) for s in group.services],
            }
            for group in groups(visit.setup, texts)
        ],
    }


def text(visit: Visit) -> str:
    """:func:`data` as JSON text."""
    return json.dumps(data(visit), separators=(",", ":"), ensure_ascii=False)


def wants_json(accept: str, wanted: str) -> bool:
    """Whether ``?format=`` or, without it, ``Accept`` asks for JSON rather than a page.

    ``Accept`` does where it names ``application/json`` and not ``text/html``: browsers name both
    at most.
    """
    if wanted:
        return wanted == "json"
    ranges = [part.partition(";")[0].strip().lower() for part in accept[:1024].split(",")]
    return "application/json" in ranges and "text/html" not in ranges


def _controller(visit: Visit) -> str:
    site = visit.setup.policy.site
    return site.controller or site.name
