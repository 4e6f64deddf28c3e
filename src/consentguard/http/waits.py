"""What a header may not do yet: the only way in which the headers of a response know of consent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

#: The value to send, and what was taken out of it. ``None`` drops the header; nothing taken out
#: means that the value is the one that came, byte for byte.
Kept = tuple[bytes | None, list[str]]


@dataclass(frozen=True, slots=True)
class Waits:
    """Answers for one visitor and one page: True where something has to wait."""

    url: Callable[[str, str], bool]  #: a URL as it stands, contacted as this kind of thing
    purpose: Callable[[str], bool]  #: everything that is for this purpose
    undeclared: bool  #: what no service declares, as unknown scripts and frames wait
    unread: bool  #: what could not be read: it may be anything
    #: What a link of this ``rel`` and ``as`` contacts a host for; None where it contacts nobody.
    linked: Callable[[str, str], str | None]
    leads: Callable[[str], Sequence[str]]  #: where a refresh of this value may lead


Gate = Callable[[bytes, Waits], Kept]
Gates = Mapping[bytes, Gate]
