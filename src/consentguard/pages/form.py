"""The body of a choice: an HTML form or JSON, size-capped, never guessed at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from consentguard.errors import BadRequest
from consentguard.model import nothing

MAX_BODY = 16 * 1024  #: bytes of a request to one of our URLs
MAX_FIELDS = 500
KINDS = ("accept", "reject", "save", "allow")


@dataclass(frozen=True, slots=True)
class Sent:
    """What came in, before ids are looked up."""

    kind: str
    purposes: Mapping[str, bool] = field(default_factory=nothing, hash=False)
    services: Mapping[str, bool] = field(default_factory=nothing, hash=False)
    region: str = ""
    next: str = ""
    json: bool = False
    shown: Mapping[str, bool] = field(default_factory=nothing, hash=False)  #: boxes of services
    before: frozenset[str] = frozenset()  #: purposes whose boxes came ticked


def is_json(content_type: str) -> bool:
    """True for JSON bodies, which get JSON answers."""
    return content_type.partition(";")[0].strip().lower() == "application/json"


def read(content_type: str, body: bytes) -> Sent:
    """The choice in a body. Raises :class:`BadRequest` that says what is wrong with it."""
    if len(body) > MAX_BODY:
        raise BadRequest(f"the request is larger than {MAX_BODY} bytes")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return _from_json(body)
    if kind == "application/x-www-form-urlencoded":
        return _from_form(body)
    raise BadRequest("send a form (application/x-www-form-urlencoded) or application/json")


def _from_form(body: bytes) -> Sent:
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
        )
    except ValueError as exc:
        raise BadRequest("the form cannot be read") from exc
    if len({v for k, v in pairs if k == "choice"}) > 1:
        raise BadRequest("'choice' is there twice and says two things")
    single = {k: v for k, v in pairs if k in ("choice", "region", "next")}
    return Sent(
        kind=_kind(single.get("choice")),
        purposes={v: True for k, v in pairs if k == "purpose"},
        # One button can name several, a line each.
        services={id: True for k, v in pairs if k == "service" for id in v.splitlines() or [v]},
        region=single.get("region", ""),
        next=single.get("next", ""),
        shown={v: k == "shown-on" for k, v in pairs if k in ("shown-on", "shown-off")},
        before=frozenset(v for k, v in pairs if k == "before"),
    )


def _from_json(body: bytes) -> Sent:
    try:
        data: Any = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise BadRequest("the JSON cannot be read") from exc
    if not isinstance(data, dict):
        raise BadRequest('the JSON must be an object, like {"choice": "reject"}')
    region, onward = data.get("region", ""), data.get("next", "")
    if not isinstance(region, str) or not isinstance(onward, str):
        raise BadRequest("'region' and 'next' must be strings")
    return Sent(
        kind=_kind(data.get("choice")),
        purposes=_switches(data, "purposes"),
        services=_switches(data, "services"),
        region=region,
        next=onward,
        json=True,
    )


def _kind(value: Any) -> str:
    if value not in KINDS:
        raise BadRequest(f"'choice' must be one of {', '.join(KINDS)}")
    return str(value)


def _switches(data: Mapping[str, Any], key: str) -> Mapping[str, bool]:
    table = data.get(key, {})
    good = isinstance(table, dict) and all(isinstance(v, bool) for v in table.values())
    if not good or len(table) > MAX_FIELDS:
        raise BadRequest(f"'{key}' must be an object of true and false")
    return dict(table)


def next_in(content_type: str, body: bytes) -> str:
    """``next`` of a form that says nothing else; empty where it cannot be read."""
    if is_json(content_type):
        return ""
    try:
        return dict(parse_qsl(body.decode("utf-8"), max_num_fields=MAX_FIELDS)).get("next", "")
    except ValueError:
        return ""


def action(content_type: str, body: bytes) -> str:
    """``action`` of a form or of JSON; empty where it cannot be read."""
    try:
        if is_json(content_type):
            said: Any = json.loads(body[: MAX_BODY + 1])
            return str(said.get("action", "")) if isinstance(said, dict) else ""
        return dict(parse_qsl(body.decode("utf-8"), max_num_fields=MAX_FIELDS)).get("action", "")
    except (ValueError, RecursionError):
        return ""
