"""EasyPrivacy, EasyList and their kin: the filter syntax of ad blockers, as far as hosts go.

Taken: ``||host^`` and ``||host/path``, with options that do not limit them for a site's third
parties. Left out and counted: whatever a host pattern cannot say, whatever holds on some sites or
for the site's own requests only, and rules that the list's own exceptions (``@@``) pierce.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from consentguard.catalogue.sites import registrable_domain
from consentguard.model import Service

from .exceptions import Exceptions
from .taken import Basket, Taken, host_pattern, plain

_LONGEST = 4096  #: characters of a line
_COSMETIC = re.compile(r"#@?[?$%^]?@?#|\$\$|\$@\$")
_REGEX = re.compile(r"(?:@@)?/.*/(?:\$[^/]*)?")
_TOLD = re.compile(r"!\s*(title|version|last modified|licen[cs]e)\s*:\s*(\S.*)", re.IGNORECASE)
_HOST = re.compile(r"(?:\*\.)?([^/^*?|:\s]+)(.*)")

_NEUTRAL = frozenset(
    {"third-party", "3p", "strict3p", "important", "match-case", "all", "redirect"}
)
_OWN = frozenset({"~third-party", "1p", "first-party", "~3p", "strict1p"})
_KINDS = frozenset(
    {
        *("script", "image", "stylesheet", "css", "object", "object-subrequest", "subdocument"),
        *("frame", "xmlhttprequest", "xhr", "websocket", "ping", "beacon", "media", "font"),
        *("webrtc", "background", "other"),
    }
)
_PAGES = frozenset(
    {
        *("popup", "popunder", "document", "doc", "elemhide", "ehide", "generichide", "ghide"),
        *("specifichide", "shide", "genericblock", "inline-script", "inline-font"),
    }
)

NO_HOST = "no host to hold on to"
NOT_SAYABLE = "a pattern that host, path and query cannot say"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that can be said: ``rest`` is path and query, empty for a whole host."""

    host: str
    rest: str

    @property
    def prefix(self) -> str:
        """The literal beginning of the paths it speaks of."""
        return self.rest.partition("*")[0].partition("?")[0]


def read(text: str) -> Taken:
    """The list; never raises, however broken a line is."""
    basket, told, rules, spared = Basket(), dict[str, str](), list[Rule](), list[Rule]()
    for line in text.splitlines():
        if len(line) > _LONGEST:
            basket.leave("malformed")
        elif (line := line.strip()).startswith("@@"):
            rule = exception_of(line)
            _sort(rule, spared, basket)
        elif line and line[0] == "!":
            if found := _TOLD.fullmatch(line):
                told.setdefault(found[1].lower().replace("license", "licence"), plain(found[2]))
        elif line and not (line[0] == "[" and line[-1] == "]"):
            rule = rule_of(line)
            _sort(rule, rules, basket)
    purpose = "advertising" if "easylist" in told.get("title", "").lower() else "analytics"
    exceptions = Exceptions((rule.host, rule.prefix) for rule in spared)
    for rule in rules:
        if exceptions.spare(rule.host, rule.prefix):
            basket.leave("pierced by an exception of the list")
            continue
        domain = registrable_domain(rule.host)
        basket.add(domain, Service(domain, domain, (purpose,)), rule.host, rule.rest)
    return Taken(
        "easyprivacy",
        told.get("title", ""),
        told.get("version", "") or told.get("last modified", ""),
        told.get("licence", ""),
        basket.services(),
        basket.left_out,
    )


def _sort(rule: Rule | str, taken: list[Rule], basket: Basket) -> None:
    if isinstance(rule, str):
        basket.leave(rule)
    else:
        taken.append(rule)


def rule_of(line: str) -> Rule | str:
    """What a blocking rule says, or the reason why it is left out."""
    if _COSMETIC.search(line):
        return "hides elements"
    if _REGEX.fullmatch(line):
        return "regular expression"
    body, dollar, options = line.rpartition("$")
    names = _options(options) if dollar else []
    if reason := _limit(names):
        return reason
    rule = _address(body if dollar else line)
    if isinstance(rule, Rule) and not rule.rest and not _KINDS.isdisjoint(_bare(names)):
        # The whole host for one kind of request: where that is scripts, the host's code tracks;
        # else most of it may be anything.
        return rule if "script" in names else "a whole host, for some kinds of request only"
    return rule


def exception_of(line: str) -> Rule | str:
    """What an exception lets through everywhere, or the reason why it does not count."""
    body, dollar, options = line[2:].rpartition("$")
    names = _options(options) if dollar else []
    if _COSMETIC.search(line) or _limit(names):
        return "exception for some sites or pages only"
    found = _HOST.fullmatch((body if dollar else line[2:]).removeprefix("||"))
    if not found or not (body if dollar else line[2:]).startswith("||"):
        return "exception without a host"
    pattern = host_pattern(found[1])
    if isinstance(pattern, str):
        return "exception without a host"
    beginning = re.split(r"[*^?|]", found[2], maxsplit=1)[0]
    return Rule(pattern.host, beginning)


def _options(text: str) -> list[str]:
    return [option.strip().partition("=")[0].lower() for option in text.split(",")]


def _bare(names: list[str]) -> Iterator[str]:
    return (name.removeprefix("~") for name in names)


def _limit(names: list[str]) -> str:
    """Why options make a rule one that we cannot take; "" where they do not."""
    if "domain" in names or "from" in names:
        return "holds on some sites only"
    if not _OWN.isdisjoint(names):
        return "for a site's own requests"
    if not _PAGES.isdisjoint(_bare(names)):
        return "for pages, not for what they load"
    if set(_bare(names)) <= _NEUTRAL | _KINDS:
        return ""
    return "an option that does more than block"


def _address(text: str) -> Rule | str:
    if not text.startswith("||"):
        return NO_HOST
    found = _HOST.fullmatch(text[2:])
    if not found:
        return NO_HOST
    host, rest = found[1], found[2]
    if rest[:1] == ":":
        return "a port"
    if host[-1] == "." or (rest and rest[0] not in "/^"):
        return NOT_SAYABLE
    path = _path("/" + rest[1:]) if rest else ""
    if path is None:
        return NOT_SAYABLE
    pattern = host_pattern(host, path)
    return pattern if isinstance(pattern, str) else Rule(pattern.host, path)


def _path(text: str) -> str | None:
    """A filter's path as our patterns write it; "" for all paths, None where they cannot."""
    ends = text.endswith("|")
    path, asked, query = text.removesuffix("|").partition("?")
    if not asked and path.endswith("^"):
        path, ends = path[:-1], True
    if "^" in path or "|" in path or (path == "/" and (asked or ends)):
        return None
    path = re.sub(r"\*+", "*", path)
    if not path.strip("/*"):
        return None if asked else ""
    if not asked:
        return path if ends or path[-1] in "/*" else f"{path}*"
    pairs = query.split("&") if query else []
    if any("=" not in pair.lstrip("=") or set(pair) & set("*^|") for pair in pairs):
        return None
    return f"{path}?{query}" if query else path
