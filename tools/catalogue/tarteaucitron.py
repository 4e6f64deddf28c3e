"""Hosts and cookies that the other lists lack, from the services of tarteaucitron (MIT).

It lists a cookie under every service that uses it, so a name here says less than one elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .facts import HOST, Cookie, Hosts
from .packages import Files
from .rules import NO_COOKIES_OF_ITS_OWN, NOT_A_VENDOR, TARTEAUCITRON_PURPOSE, anybodys

SOURCE = "tarteaucitron"

_SERVICE = re.compile(r"^tarteaucitron\.services(?:\.(\w+)|\[['\"](.+?)['\"]\])\s*=", re.MULTILINE)
_TYPE = re.compile(r"""['"]?\btype['"]?\s*:\s*["'](\w+)["']""")
_NAME = re.compile(r"""['"]?\bname['"]?\s*:\s*["']([^"']+)["']""")
_URI = re.compile(r"""['"]?\buri['"]?\s*:\s*["'][^"']*["']""")
_COOKIES = re.compile(r"""['"]?\bcookies['"]?\s*:\s*\[([^\]]*)\]""")
# A whole name between quotes, not one that is put together with +.
_LITERAL = re.compile(r"""(?<![+\s])\s*["']([^"'\s,;=/]+)["']\s*(?=,|\Z)""")
_URL = re.compile(r"""["'`](?:https?:)?//([a-zA-Z0-9.-]+)(?=[/:?])""")


def read(files: Files) -> Iterator[Hosts | Cookie]:
    """The hosts and the cookies of every service that has a purpose."""
    (text,) = files.values()
    starts = list(_SERVICE.finditer(text))
    for start, after in zip(starts, [*starts[1:], None], strict=True):
        block = text[start.end() : after.start() if after else None]
        kind, name = _TYPE.search(block), _NAME.search(block)
        purpose = TARTEAUCITRON_PURPOSE.get(kind[1]) if kind else None
        if purpose and name:
            yield from service(name[1], purpose, block)


def service(name: str, purpose: str, block: str) -> Iterator[Hosts | Cookie]:
    """What one service's block says."""
    # The name without what is said in brackets: "Matomo (privacy by design)".
    plain = re.sub(r"\s*\(.*", "", name).strip()
    hosts = {found.lower() for found in _URL.findall(_URI.sub("", block))}
    believed = sorted(h for h in hosts if HOST.fullmatch(h) and not h.endswith(NOT_A_VENDOR))
    if believed:
        yield Hosts(plain, plain, purpose, tuple(believed), SOURCE)
    listed = None if plain in NO_COOKIES_OF_ITS_OWN else _COOKIES.search(block)
    for cookie in sorted(set(_LITERAL.findall(listed[1]))) if listed else ():
        if not anybodys(cookie):
            yield Cookie(plain, plain, (purpose,), cookie, SOURCE)
