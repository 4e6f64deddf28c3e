"""The end of a script: script data, escaped and double escaped (13.2.5.4, 13.2.5.15 to .31).

`</script>` is found in one pass that can be resumed. Looking for it again behind every comment
would take time that grows with the square of the script.
"""

from __future__ import annotations

from .grammar import RAW_END, SCRIPT_TURN

# What may have come of `</script` and its delimiter.
_PARTIAL = 8


class ScriptEnd:
    """Looks for the end tag of a script; ``at`` is where to go on, in the buffer."""

    __slots__ = ("_escaped", "at")

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self._escaped = 0  # 1 escaped, 2 double escaped

    def advance(self, buffer: bytearray) -> int:
        """Go on to the end of the buffer; the index of the end tag, or -1 when it has not come."""
        at, escaped = self.at, self._escaped
        if not escaped:
            end = RAW_END[b"script"].search(buffer, at)
            if end and buffer.find(b"<!--", at, end.start()) < 0:
                return end.start()
        done = at
        while found := SCRIPT_TURN.search(buffer, at):
            kind = found.lastgroup
            at = found.end()
            if kind == "open":
                # "<!-->" and "<!--->" close at once: its dashes count for the end as well.
                at = found.start() + 2
                escaped = escaped or 1
            elif kind == "end" and escaped != 2:
                return found.start()
            elif not escaped:
                continue
            else:
                escaped = {"close": 0, "start": 2, "end": 1}[str(kind)]
            done = at
        self._escaped = escaped
        self.at = max(done, len(buffer) - _PARTIAL)
        return -1
