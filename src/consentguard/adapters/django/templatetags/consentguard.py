"""Template tags: ``{% load consentguard %}``.

``{% consent_banner %}`` is the same for everybody, so pages with it may be cached: the guard fills
it in behind every cache. ``{% consent_declaration %}`` is the same for all readers of a language.
The others answer for one visitor: see
:mod:`consentguard.adapters.django.asked`.
"""

from __future__ import annotations

import logging
from typing import TypeGuard

from django import template
from django.http import HttpRequest
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe

from consentguard.adapters.django.asked import consent, exchange_of
from consentguard.html.rewriter import PLACE
from consentguard.pages import control, declaration

log = logging.getLogger("consentguard")
register = template.Library()

_USAGE = '{% consent "analytics" %}…{% else %}…{% endconsent %}, with service="…" if need be'
#: What the system check of templates looks for, too.
CACHED = (
    "{% consent %} in {% cache %}: one visitor's branch would be shown to others. Put {% cache %} "
    "into each branch, or request.consent.digest among what the fragment varies on."
)


@register.simple_tag
def consent_banner() -> SafeString:
    """Say where the banner goes; without it, it goes before ``</body>``."""
    return mark_safe(PLACE.decode())  # noqa: S308 - a constant


@register.simple_tag(takes_context=True)
def consent_settings_url(context: Context) -> str:
    """The path of the preferences page, which leads back here; empty without a guard."""
    request = _request(context)
    return control.settings_url(exchange_of(request).page) if _guarded(request) else ""


@register.simple_tag(takes_context=True)
def consent_settings_link(context: Context, label: str = "") -> SafeString:
    """Link that page, with words of your own or with those that the visitor's law asks for."""
    request = _request(context)
    if not _guarded(request):
        return SafeString("")
    if not label:
        consent(request).show_banner  # noqa: B018 - the words are for this visitor alone
    return mark_safe(control.settings_link(exchange_of(request).page, label))  # noqa: S308


@register.simple_tag(takes_context=True)
def consent_declaration(context: Context, level: int = 2, language: str = "") -> SafeString:
    """The cookie declaration, a fragment of HTML: ``{% consent_declaration level=3 %}``.

    The same for everybody who reads a language, so a page with it may be cached: name its language
    there, ``language=LANGUAGE_CODE``. Headings begin at ``level``. Empty without a guard.
    """
    request = _request(context)
    if not _guarded(request):
        return SafeString("")
    return mark_safe(declaration.fragment(exchange_of(request).page, level, language))  # noqa: S308


class ConsentNode(template.Node):
    """``{% consent %}``: one of two branches."""

    child_nodelists = ("allowed", "denied")

    def __init__(
        self,
        purpose: FilterExpression,
        service: FilterExpression | None,
        allowed: NodeList,
        denied: NodeList,
    ) -> None:
        self.purpose = purpose
        self.service = service
        self.allowed = allowed
        self.denied = denied

    def render(self, context: Context) -> SafeString:
        """The branch that fits the visitor; without a request, doubt means no."""
        return self.allowed.render(context) if self._allows(context) else self._else(context)

    def _else(self, context: Context) -> SafeString:
        return self.denied.render(context)

    def _allows(self, context: Context) -> bool:
        request = _request(context)
        if request is None:
            log.warning("{%% consent %%} in a template without a request: nothing is allowed")
            return False
        service = self.service.resolve(context) if self.service else None
        return consent(request).allows(str(self.purpose.resolve(context)), service=service)


@register.tag("consent")
def do_consent(parser: Parser, token: Token) -> ConsentNode:
    """``{% consent "analytics" %}…{% else %}…{% endconsent %}``."""
    _, *words = token.split_contents()
    service: FilterExpression | None = None
    if len(words) == 2 and words[1].startswith("service="):
        service = parser.compile_filter(words.pop().removeprefix("service="))
    if len(words) != 1:
        raise template.TemplateSyntaxError(f"{token.contents!r} is not {_USAGE}")
    for command, around in parser.command_stack:
        if command == "cache" and "consent.digest" not in around.contents:
            raise template.TemplateSyntaxError(CACHED)
    allowed, denied = parser.parse(("else", "endconsent")), NodeList()
    if parser.next_token().contents == "else":
        denied = parser.parse(("endconsent",))
        parser.delete_first_token()
    return ConsentNode(parser.compile_filter(words[0]), service, allowed, denied)


def _request(context: Context) -> HttpRequest | None:
    """The request that a template is rendered for, by whichever way it got there."""
    found: HttpRequest | None = getattr(context, "request", None) or context.get("request")
    return found


def _guarded(request: HttpRequest | None) -> TypeGuard[HttpRequest]:
    """Whether somebody is there whom the middleware has seen."""
    return hasattr(request, "consent")
