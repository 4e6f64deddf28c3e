"""From vendor files to services: TOML with a ``[vendor]`` table of defaults and ``[services.ID]``.

The keys of a service are those of a site's own policy file. A file that says anything else is an
error that names it; so are two files that claim one id or one cookie. At run time no vendor file is
read: what is bundled was compiled from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from consentguard.errors import ConfigError
from consentguard.model import STANDARD_PURPOSES, Service

from . import bundled
from .cookies import CookieIndex
from .dataset import OWN, SHARING
from .hosts import HostIndex

#: A pattern with so few characters says nothing without a host, but for these.
_SHORT = 3
_SHORT_BUT_KNOWN = frozenset({"_hj*", "mp_*", "sb-*"})
_VENDOR_KEYS = frozenset({"name", "country", "policy_url"})
_SHAPES: Mapping[str, type] = {
    field.name: {"tuple[str, ...]": list, "bool": bool, "int": int, "str": str}.get(
        str(field.type), dict
    )
    for field in fields(Service)
    if field.name not in {"id", "declared", "source"}
}


@cache
def bundled_services() -> tuple[Service, ...]:
    """Every service that comes with the package, made once a process."""
    return tuple(bundled.shelf().services.values())


def bundled_digest() -> str:
    """Names this state of the data: pages that depend on it are another page after an upgrade."""
    return bundled.digest()


def load(folder: Path) -> tuple[Service, ...]:
    """Every service of every ``*.toml`` in ``folder``, in the order of the file names.

    Raises ConfigError, naming the file or files, for one that is malformed and for an id or a
    cookie (same name, same conditions) that two files claim.
    """
    services: dict[str, Service] = {}
    origin: dict[object, str] = {}
    for path in sorted(folder.glob("*.toml")):
        for service in _readable(path):
            for what, conditions in _claims(service):
                first = origin.setdefault((what, conditions), path.name)
                if first != path.name:
                    raise ConfigError(f"{what} is claimed by {first} and by {path.name}")
            services[service.id] = service
    return tuple(services.values())


def _readable(path: Path) -> list[Service]:
    """The services of a file, their patterns looked at. Raises ConfigError that names the file."""
    try:
        services = read(path.read_text("utf-8"), path.name)
        HostIndex(services)
        CookieIndex(services)
    except ValueError as error:  # not UTF-8, or no pattern
        raise ConfigError(f"{path.name}: {error}") from None
    return services


def read(text: str, file: str) -> list[Service]:
    """The services of one vendor file. Raises ConfigError that names ``file``."""
    import tomllib  # noqa: PLC0415 - needed only while a catalogue is built

    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {error}") from None
    vendor = tables.pop("vendor", {})
    found = tables.pop("services", {})
    if tables or not isinstance(vendor, dict) or not isinstance(found, dict):
        raise ConfigError(f"{file}: only the tables [vendor] and [services.ID] belong here")
    if unknown := sorted(vendor.keys() - _VENDOR_KEYS):
        raise ConfigError(f"{file}: unknown key {unknown[0]!r} in [vendor]")
    defaults = {"vendor" if key == "name" else key: value for key, value in vendor.items()}
    return [_service(id, defaults, table, file) for id, table in found.items()]


def _service(id: str, defaults: Mapping[str, Any], table: object, file: str) -> Service:
    where = f"{file}: [services.{id}]"
    if not isinstance(table, dict):
        raise ConfigError(f"{where} is not a table")
    values = {**defaults, **table}
    for key, value in values.items():
        _check(where, key, value)
    purposes = values.get("purposes", [])
    if not purposes or not values.get("name"):
        raise ConfigError(f"{where} needs a name and at least one purpose")
    if unknown := [p for p in purposes if p not in STANDARD_PURPOSES]:
        raise ConfigError(f"{where}: unknown purpose {unknown[0]!r}")
    values.setdefault("sells_or_shares", not SHARING.isdisjoint(purposes))
    short = [c for c in values.get("cookies", ()) if "*" in c and len(c.strip("*")) <= _SHORT]
    if short and not values.get("cookie_domains") and short[0] not in _SHORT_BUT_KNOWN:
        raise ConfigError(f"{where}: {short[0]!r} is anybody's name: it needs cookie_domains")
    strangers = values.get("lifetimes", {}).keys() - set(values.get("cookies", ()))
    if strangers:
        raise ConfigError(f"{where}: lifetimes names {min(strangers)!r}, which is no cookie of it")
    return Service(id=id, source=OWN, **{key: _frozen(value) for key, value in values.items()})


def _check(where: str, key: str, value: object) -> None:
    shape = _SHAPES.get(key)
    if shape is None:
        raise ConfigError(f"{where}: unknown key {key!r}")
    if type(value) is not shape:
        raise ConfigError(f"{where}: {key} must be a {shape.__name__}")
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{where}: {key} holds something that is not a string")
    days = value.values() if key == "lifetimes" and isinstance(value, dict) else ()
    if not all(type(day) is int and day >= 0 for day in days):
        raise ConfigError(f"{where}: lifetimes are whole days, 0 for a session")


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return MappingProxyType(value) if isinstance(value, dict) else value


def _claims(service: Service) -> Iterable[tuple[str, object]]:
    """What only one file may say."""
    yield f"service {service.id!r}", None
    for name in service.cookies:
        yield f"cookie {name!r}", (service.first_party_cookies, service.cookie_domains)
