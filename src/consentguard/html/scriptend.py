"""The end of a script: script data, escaped and double escaped (13.2.5.4, 13.2.5.15 to .31).

`</script>` is found in one pass that can be resumed. Looking for it again behind every comment
would take time that grows with the square of the script.
"""

from __future__ import annotations

import re

from consentguard.possessive import compiled

from .grammar import RAW_END, SCRIPT_TURN

# What may have come of `</script` and its delimiter.
_PARTIAL = 8
_search = RAW_END[b"script"].search
_comment = re.compile(rb"<!(?=--)").search
# Comments without a "<" in them, and what stands before them.
_comments = compiled(rb"(?:(?:[^<]++|<(?!!--|/[sS]))*+<!(?=--)(?:[^<\-]++|-(?!->))*+-->)++").match


def plain_end(buffer: bytearray, at: int) -> int:
    """The index of the end tag of a script without a comment; -1 for :class:`ScriptEnd` to tell."""
    end = _search(buffer, at)
    return end.start() if end and _comment(buffer, at, end.start()) is None else -1


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
            end = _search(buffer, at)
            stop = end.start() if end else len(buffer)
            at = buffer.find(b"<!--", at, stop)
            if at < 0:
                self.at = max(self.at, len(buffer) - _PARTIAL)
                return end.start() if end else -1
        done = self.at
        if not escaped and (found := _comments(buffer, at)):
            done = at = found.end()
        while found := SCRIPT_TURN.search(buffer, at):
            kind = found.lastindex
            at = found.end()
            if kind == 1:
                # "<!-->" and "<!--->" close at once: its dashes count for the end as well.
                at = found.start() + 2
                escaped = escaped or 1
            elif kind and found[2] and escaped != 2:
                return found.start()
            elif not escaped:
                continue
            elif not kind:
                escaped = 0
                if found := _comments(buffer, at):
                    at = found.end()
            else:
                escaped = 1 if found[2] else 2
            done = at
        self._escaped = escaped
        self.at = max(done, len(buffer) - _PARTIAL)
        return -1
