"""The C twin of :mod:`consentguard.html.scanner`; :mod:`consentguard.html.engine` chooses."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from .spans import Span

VERSION: int

class Snippets:
    def __init__(self, literals: Iterable[bytes]) -> None: ...

class Scanner:
    buffer: bytes | bytearray
    offset: int
    settled: int
    overflow: bool
    steps: int
    examined: int

    def __init__(
        self,
        *,
        scripting: bool = True,
        whole: bool = False,
        snippets: object = None,
        idle: Sequence[AbstractSet[bytes]] = (),
    ) -> None: ...
    @property
    def closing(self) -> bytes: ...
    def feed(self, data: bytes) -> list[Span]: ...
    def finish(self) -> list[Span]: ...
