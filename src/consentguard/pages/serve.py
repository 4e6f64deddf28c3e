"""Our own URLs: which page answers which path, and what a wrong request gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qs

from consentguard.errors import BadRequest
from consentguard.http.message import Request, Response
from consentguard.pages import (
    choice,
    config,
    declaration,
    me,
    notices,
    outcome,
    preferences,
    state,
)
from consentguard.pages.origin import came_from, safe_path
from consentguard.pages.outcome import Outcome
from consentguard.pages.places import places
from consentguard.pages.upkeep import hinted, renewed, swept
from consentguard.pages.view import toggles
from consentguard.pages.visit import Visit
from consentguard.policy.minors import digital_age

Handler = Callable[[Visit, bytes], Outcome]

LONGEST = 8192  #: characters of a query that are read


def _preferences(visit: Visit, _: bytes) -> Outcome:
    setup = visit.setup
    onward = safe_path(_query(visit.request, "next") or _before(visit) or "/")
    offered = places(setup.policy.regions.values(), visit.located, setup.clock(), visit.texts)
    view = replace(
        visit.view(onward),
        places=offered,
        toggles=toggles(setup.policy, visit.decision),
        identified=bool(visit.receipt),
        minors=digital_age(setup.policy, visit.decision.region, visit.visitor.who),
    )
    message = me.saved(visit, view, _query(visit.request, "receipt"))
    return Outcome.of(outcome.html(200, preferences.page(view, message)))


def _before(visit: Visit) -> str:
    """The page that a link without ``next`` stood on: the re-open control's, which all share."""
    address = came_from(visit.request)
    path = address.partition("?")[0]
    ours = path == visit.prefix or path.startswith(f"{visit.prefix}/")
    return "" if ours else address


def _state(visit: Visit, _: bytes) -> Outcome:
    """What holds for the visitor. A page that caches share asks it, and names itself as ``next``:

    it gets the banner of this visitor, and what a page of their own would have done is done here.
    """
    policy, onward = visit.setup.policy, _query(visit.request, "next")
    if not onward:
        return Outcome.of(outcome.json(200, state.text(policy, visit.decision)))
    onward = safe_path(onward)
    markup = visit.setup.banners.of(visit).parts(onward).decode()
    text = state.text(policy, visit.decision, banner=markup)
    gone = swept(visit, onward.partition("?")[0])
    return Outcome.of(outcome.json(200, text).plus([*renewed(visit), *hinted(visit), *gone]))


def _cookies(visit: Visit, _: bytes) -> Outcome:
    request = visit.request
    if declaration.wants_json(request.text(b"accept"), _query(request, "format")):
        return Outcome.of(outcome.json(200, declaration.text(visit)))
    return Outcome.of(outcome.html(200, declaration.page(visit)))


def _me(visit: Visit, _: bytes) -> Outcome:
    """The visitor's own records, or a receipt that they kept."""
    request = visit.request
    as_json = declaration.wants_json(request.text(b"accept"), _query(request, "format"))
    receipt = _query(request, "receipt")
    if receipt:
        return me.receipt(visit, receipt, as_json=as_json)
    return me.records(visit, as_json=as_json)


def _config(visit: Visit, _: bytes) -> Outcome:
    return Outcome.of(outcome.json(200, config.text(visit)))


def _gpc(visit: Visit, _: bytes) -> Outcome:
    return Outcome.of(outcome.json(200, state.gpc(visit.setup.policy)))


#: Path below the prefix → method → handler. HEAD is GET without its body.
ROUTES: dict[str, dict[str, Handler]] = {
    "": {"GET": _preferences, "POST": choice.choice},
    "/withdraw": {"POST": choice.withdraw},
    "/state": {"GET": _state},
    "/config": {"GET": _config},
    "/cookies": {"GET": _cookies},
    "/me": {"GET": _me, "POST": me.action, "DELETE": me.erase},
}

GPC_PATH = "/.well-known/gpc.json"


def owns(request: Request, prefix: str) -> bool:
    """True when a request is ours to answer. ``request.path`` is below the app's root."""
    path = request.path
    return path in (prefix, GPC_PATH) or path.startswith(prefix + "/")


def asks(visit: Visit) -> bool:
    """True when the ledger has to be asked before it is answered, though nothing is chosen."""
    prefix = visit.setup.policy.enforcement.consent_path
    return visit.receipt != "" and visit.request.path.rstrip("/") == prefix + "/me"


def answer(visit: Visit, body: bytes) -> Outcome:
    """The outcome of a request to one of our URLs. Never raises for bad input.

    Whoever comes from a page goes on in its language, which ``?lang=`` names.
    """
    visit.lang = _query(visit.request, "lang")
    try:
        result = _routed(visit, body)
    except BadRequest as exc:
        result = Outcome.of(_refused(visit, exc))
    return _bare(result) if visit.request.method == "HEAD" else result


def _bare(result: Outcome) -> Outcome:
    """The same without its body (RFC 9110, section 9.3.2)."""
    answer, asks = result.on_stored, result.asks
    bare = Response(answer.status, answer.headers)
    if asks is None:
        return Outcome.of(bare)
    return Outcome.asking(lambda ledger: _bare(asks(ledger)), bare)


def _routed(visit: Visit, body: bytes) -> Outcome:
    path = visit.request.path
    if path == GPC_PATH:
        methods: Mapping[str, Handler] = {"GET": _gpc}
    else:
        rest = path.removeprefix(visit.setup.policy.enforcement.consent_path).rstrip("/")
        methods = {"GET": _static} if rest.startswith("/static/") else ROUTES.get(rest, {})
    if not methods:
        raise BadRequest("there is no such page", 404)
    method = "GET" if visit.request.method == "HEAD" else visit.request.method
    handler = methods.get(method)
    if handler is None:
        allow = ", ".join(methods).replace("GET", "GET, HEAD").encode()
        refused = _refused(visit, BadRequest(f"this page does not answer {method[:20]}", 405))
        return Outcome.of(refused.plus([(b"allow", allow)]))
    return handler(visit, body)


def _static(visit: Visit, _: bytes) -> Outcome:
    prefix = visit.setup.policy.enforcement.consent_path + "/static/"
    name = visit.request.path.removeprefix(prefix)
    found = visit.setup.assets.respond(name, visit.request)
    if found is None:
        raise BadRequest("there is no such file", 404)
    return Outcome.of(found)


def _refused(visit: Visit, exc: BadRequest) -> Response:
    """What was wrong, in a page for people and in JSON for programs."""
    if "json" in visit.request.text(b"content-type") or "json" in visit.request.text(b"accept"):
        return outcome.json(exc.status, state.error(exc.reason))
    page = notices.page(visit.texts, visit.view("/"), exc.status, reason=exc.reason)
    return outcome.html(exc.status, page)


def _query(request: Request, key: str) -> str:
    """A value from the query, ``""`` without one; of what is too long, nothing is read."""
    try:
        values = parse_qs(request.query[:LONGEST].decode("ascii", "replace"), max_num_fields=50)
    except ValueError:
        return ""
    return values.get(key, [""])[0]
