"""``Link``, ``Refresh``, ``Speculation-Rules``: headers by which a browser loads something."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentguard.http.structured import QUOTED, keep, texts, unescaped
from consentguard.http.waits import Gates, Kept, Waits
from consentguard.possessive import compiled

#: RFC 8288, section 3: ``<target>; param=value, …``; commas in <> and quotes do not split.
_PARAMETERS = compiled(rb'(?:[^,"]++|' + QUOTED + rb")*+", re.S)
_PARAMETER = compiled(
    rb';\s*+(?:([^\s=;"]++)\s*+=\s*+)?+(?:"((?:[^"\\]++|\\.)*+)|([^\s;"]*+))', re.S
)
#: As far as every quote has an end.
_CLOSED = compiled(rb'(?:[^"]++|"(?:[^"\\]++|\\.)*+")*+', re.S)
_WORD = re.compile(rb"[a-z-]++", re.I)
#: Where another ``Refresh`` may begin in one that was joined from several.
_ANOTHER = re.compile(rb",\s*+(?=[\d.]++\s*+[;,])")


def link(value: bytes, waits: Waits) -> Kept:
    """``Link`` without the links whose target has to wait; the others keep their bytes."""
    kept: list[bytes] = []
    gone: list[str] = []
    for target, parameters, text in _split(value):
        why = _refused(target, parameters, waits)
        if why is None:
            kept.append(text.strip())
        else:
            gone.append(why)
    if not gone:
        return value, gone
    return (b", ".join(kept) or None), gone


def refresh(value: bytes, waits: Waits) -> Kept:
    """``Refresh``, or nothing where it leads to a host that has to wait."""
    # Browsers join several of them, or take one: none may lead there.
    for one in (value, *_ANOTHER.split(value)[1:]):
        for url in waits.leads(one.decode("utf-8", "replace")):
            if waits.url(url, "refresh"):
                return None, [url]
    return value, []


def speculation_rules(value: bytes, waits: Waits) -> Kept:
    """``Speculation-Rules`` without the rule sets of hosts that have to wait.

    HTML, "process the Speculation-Rules header": a list of strings, each the URL of a rule set.
    A rule set says what else is loaded, so it is judged as a script is.
    """

    def refused(member: bytes) -> str | None:
        return next((url for url in texts(member) if waits.url(url, "script")), None)

    return keep(value, refused)


GATES: Gates = {b"link": link, b"refresh": refresh, b"speculation-rules": speculation_rules}


def _refused(target: bytes, parameters: bytes, waits: Waits) -> str | None:
    """What of a link has to wait, if anything does."""
    named = _named(parameters)
    rel = named.get(b"rel", b"").lower()
    if b"'" in parameters or not _CLOSED.fullmatch(parameters):
        # Browsers differ about single quotes and quotes without an end: any word may be the rel.
        rel = b" ".join((rel, *_WORD.findall(parameters.lower())))
    kind = waits.linked(rel.decode("latin-1"), named.get(b"as", b"").decode("latin-1"))
    if kind is None and b"next" in rel.split():
        kind = "hint"  # Firefox prefetches what comes next
    if kind is None:
        return None
    if waits.url(url := _text(target), kind):
        return url
    for candidate in named.get(b"imagesrcset", b"").replace(b",", b" ").split():
        if waits.url(url := _text(candidate), "image"):
            return url
    return None


def _text(url: bytes) -> str:
    return url.strip().decode("utf-8", "replace")


def _split(value: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Target, parameters and whole text of each link."""
    at = 0
    while (start := value.find(b"<", at)) >= 0 and (end := value.find(b">", start)) >= 0:
        match = _PARAMETERS.match(value, end + 1)
        at = match.end() if match else end + 1
        yield value[start + 1 : end], value[end + 1 : at], value[start:at]


def _named(parameters: bytes) -> dict[bytes, bytes]:
    """Parameters by lower-case name; the first occurrence counts (RFC 8288, section 3.3)."""
    found: dict[bytes, bytes] = {}
    for name, quoted, token in _PARAMETER.findall(parameters):
        found.setdefault(name.lower(), unescaped(quoted or token))
    return found
