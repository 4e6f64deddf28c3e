"""What stands where a video, map, post or player would: whose it is, and what they would receive.

And for a login button or a CAPTCHA, of which only the script is seen here: before `</body>`, from
where a script of ours takes it to where that would be.

The rule of this layer: nobody is contacted before the click, not for a preview picture either. It
is made of what may stand in a paragraph, and has no form in it: a form in a form would end that of
the page. Its button belongs to one before `</body>`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from consentguard.consent.decision import Decision
from consentguard.html.frames import Frame
from consentguard.html.verdicts import Denied
from consentguard.locales import Texts
from consentguard.model import EVERYBODY, Service
from consentguard.pages.markup import Html, fill
from consentguard.pages.origin import safe_path
from consentguard.pages.originals import original
from consentguard.pages.visit import Visit
from consentguard.pages.widgets import ASKED, only_there, places

#: So many in one page: each is larger than the tag that it stands for.
MOST = 100
#: Purposes of what people come to see; a frame of any other is no loss.
SHOWN = frozenset(("media", "social")) | ASKED

_SHEET = '<link rel="stylesheet" href="{url}"{nonce}>'
_CLOSING = """\
<form id="cg-embeds" method="post" action="{action}" hidden>\
<input type="hidden" name="choice" value="allow"><input type="hidden" name="next" value="{next}">\
</form><script src="{url}" defer{nonce}></script>"""
_PLACE = """\
<span class="cg-embed{classes}" role="group" aria-label="{label}" lang="{lang}" dir="{dir}" \
data-cg-service="{services}">\
<svg {size} aria-hidden="true"></svg><span class="cg-inside"><span class="cg-name">{label}</span>\
{about}<span class="cg-choices">{buttons}{link}</span></span></span>"""
_WIDGET = """\
<span class="cg-embed cg-widget" role="group" aria-label="{name}" lang="{lang}" dir="{dir}" \
data-cg-service="{services}" data-cg-at="{at}"{only}><span class="cg-inside">\
<span class="cg-name">{name}</span>{about}<span class="cg-choices">{buttons}</span></span></span>"""
_ABOUT = '<span class="cg-about">{text}</span>'
_BUTTONS = """\
<button type="button" form="cg-embeds" data-cg="once" hidden>{once}</button>\
<button type="submit" form="cg-embeds" name="service" value="{services}" data-cg="always">\
{always}</button>"""
_LINK = '<a href="{url}" target="_blank" rel="noopener noreferrer">{text}</a>'


class Words(NamedTuple):
    """What is said of the services of a frame, in the visitor's language."""

    services: str  #: their ids
    name: str
    about: Html
    buttons: Html


class Placeholders:
    """Those of one page, for a visitor.

    ``prefix`` gives that of our own URLs below a page's bases; ``nonce`` the app's or ``""``;
    ``charset`` is the Python codec of what is put in. Nothing is looked at before a frame waits.
    """

    def __init__(
        self,
        visit: Visit,
        prefix: Callable[[Sequence[str]], str],
        nonce: Callable[[], str],
        charset: str,
    ) -> None:
        self._visit = visit
        self._prefix = prefix
        self._nonce = nonce
        self._charset = "utf-8" if charset == "utf-8" else "ascii"
        self._count = 0
        self._closed = False
        self._widgets: dict[tuple[Service, ...], None] = {}

    def before(self, frame: Frame, denied: Denied, bases: Sequence[str]) -> bytes:
        """What stands for a frame; nothing where it shows nothing that people come to see."""
        visit = self._visit
        services = visit.setup.waiting.services(denied.gate)
        shown = all(not SHOWN.isdisjoint(service.purposes) for service in services)
        if not services or not shown or self._count >= MOST:
            return b""
        page = f"{visit.origin}{visit.request.root_path}{visit.request.path}"
        url = original(frame.url, page, tuple(bases[:1]))
        if not url:
            return b""
        self._count += 1
        words = _words(visit.texts, services, clickable(visit.decision, services))
        place = _placed(frame, words, url, visit.texts)
        return self._bytes(self._sheet(bases) + place if self._count == 1 else place)

    def script(self, denied: Denied) -> None:
        """Take note of a script that would show a login button or a CAPTCHA: once a service."""
        services = self._visit.setup.waiting.widgets(denied.gate)
        if services and len(self._widgets) < MOST:
            self._widgets[services] = None

    def closing(self, bases: Sequence[str]) -> bytes:
        """The form and the script, once, if anything stands in the page that needs them.

        And the sheet again: the first may be in a noscript, which not all browsers read.
        """
        if self._closed or not (self._count or self._widgets):
            return b""
        self._closed = True
        prefix, visit = self._prefix(bases), self._visit
        end = fill(
            _CLOSING,
            action=prefix + visit.query,
            next=safe_path(visit.onward),
            url=f"{prefix}/static/{visit.setup.assets.embed_js}",
            nonce=self._given(),
        )
        widgets = (
            _widget(services, clickable(visit.decision, services), visit.texts)
            for services in self._widgets
        )
        return self._bytes(self._sheet(bases) + "".join(widgets) + end)

    def _sheet(self, bases: Sequence[str]) -> str:
        url = f"{self._prefix(bases)}/static/{self._visit.setup.assets.embed_css}"
        return fill(_SHEET, url=url, nonce=self._given())

    def _given(self) -> Html:
        nonce = self._nonce()
        return fill(' nonce="{nonce}"', nonce=nonce) if nonce else Html("")

    def _bytes(self, markup: str) -> bytes:
        return markup.encode(self._charset, "xmlcharrefreplace")


def clickable(decision: Decision, services: Sequence[Service]) -> bool:
    """Whether a click on just these services would let them run.

    A page for everybody is for those too whom no rule keeps from it.
    """
    if decision.region.id == EVERYBODY:
        return True
    clicked = replace(decision, services={**decision.services, **{s.id: True for s in services}})
    return all(map(clicked.allows_service, services))


@lru_cache(maxsize=256)  # the same few services are in all pages of a site
def _words(texts: Texts, services: tuple[Service, ...], clickable: bool) -> Words:
    name = ", ".join(dict.fromkeys(service.name for service in services))
    vendors = ", ".join(dict.fromkeys(service.vendor or service.name for service in services))
    about = [texts.service_description(service.id) for service in services]
    about.append(texts.get("embed.receives", vendor=vendors))
    if not clickable:
        about.append(texts["embed.kept-off"])
    buttons = fill(
        _BUTTONS,
        once=texts["embed.once"],
        always=texts.get("embed.always", service=name),
        services="\n".join(service.id for service in services),
    )
    text = " ".join(filter(None, about))
    ids = " ".join(service.id for service in services)
    return Words(ids, name, fill(_ABOUT, text=text), buttons if clickable else Html(""))


@lru_cache(maxsize=256)
def _placed(frame: Frame, words: Words, url: str, texts: Texts) -> Html:
    size = f'width="{frame.width or "100%"}" height="{frame.height}"'
    if frame.width:
        size += f' viewBox="0 0 {frame.width} {frame.height}"'
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return fill(
        _PLACE,
        classes=" cg-wide" * (not frame.width) + " cg-over" * frame.over,
        label=f"{words.name}: {frame.title}" if frame.title else words.name,
        lang=texts.lang,
        dir=texts.dir,
        services=words.services,
        size=Html(size),
        about=words.about,
        buttons=words.buttons,
        link=fill(_LINK, url=url, text=texts.get("embed.open", host=host)),
    )


@lru_cache(maxsize=256)
def _widget(services: tuple[Service, ...], clickable: bool, texts: Texts) -> Html:
    words = _words(texts, services, clickable)
    return fill(
        _WIDGET,
        name=words.name,
        lang=texts.lang,
        dir=texts.dir,
        services=words.services,
        at=places(services),
        only=Html(" data-cg-only hidden" if only_there(services) else ""),
        about=words.about,
        buttons=words.buttons,
    )
