"""Coverage-guided fuzzing of the scanners and the rewriter: ``make fuzz``, or
``python tools/fuzz.py [SECONDS]``.

The scanner in Python is instrumented, its twin in C goes along. A difference between the two, an
exception, a cut that changes what is found and a page that may pass and comes out altered end the
run with exit code 1; the input is then in ``out/fuzz``. Inputs that took a new way through the
scanner are gathered in ``out/fuzz/corpus``; at the end the fewest that together go every way known
are written to ``tests/html/corpus.txt``, one a line and escaped: ``make test`` plays them again.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "tests" / "html" / "corpus.txt"
FOUND = ROOT / "out" / "fuzz"
GATHERED = FOUND / "corpus"
#: The command that libFuzzer starts itself by.
AGAIN = FOUND / "again"
#: Longer inputs find nothing new and run slowly.
LONGEST = 400
TOKENS = """
< > </ <! <!-- --> --!> /> = " ' & &amp; src= href= style="url( data-cg-x ping= color
encoding=text/html <a> </a> <b> </b> <p> </p> <div> </div> <img <br> </br> <i> <li> </li> <ul>
<h1> <font <nobr> <button> <svg> </svg> <svg/> <math> </math> <mi> <g> </g> <path/> <title>
</title> <style> </style> <script> </script> <script/> <use <image <desc> <foreignObject>
</foreignObject> <annotation-xml <mglyph> <x> <![CDATA[ ]]> <textarea> </textarea> <noscript>
</noscript> <template> </template> <plaintext> <body> </body> </html> <!doctype <table> </table>
<title/> <style/> <xmp/> <link <video ]]> <!--<script> <frameset> </frameset> <frame <noframes>
<tr> <td> </td> <caption> <select> <option> <form> </form> <object> </object> </x> <iframe>
</iframe> <xmp> hidden disabled class =" =' fill=" mask= STROKE= url( rgb( (# <set <animate <style>
image-set( var( "url(//a)"
"""


def _trace(one: Any, data: bytes, size: int) -> list[object]:
    """What the interface tells after each piece, and at the end."""
    told: list[object] = []
    for at in range(0, len(data), size):
        told.append((one.feed(data[at : at + size]), one.offset, one.settled, one.overflow))
    return [*told, one.finish(), bytes(one.buffer), one.closing]


def _places(one: Any, data: bytes, size: int) -> list[object]:
    """The spans with their places in the input; those of a CDATA section come as it is fed."""
    found: list[object] = []
    for at in range(0, len(data) + size, size):
        spans = one.feed(data[at : at + size]) if at < len(data) else one.finish()
        found += [
            (s.what, s.name, one.offset + s.start, one.offset + s.stop) for s in spans if s.name
        ]
    return found


def fuzz(arguments: list[str]) -> None:
    """Hand over to libFuzzer; does not return."""
    import atheris  # noqa: PLC0415 - instruments what is imported behind it

    with atheris.instrument_imports(include=["consentguard.html"]):
        from consentguard.html import _scanner, scanner  # noqa: PLC0415
        from consentguard.html.judge import Gate  # noqa: PLC0415
        from consentguard.html.rewriter import rewrite  # noqa: PLC0415

    class Judge:
        """Denies everything, or nothing."""

        memo = None

        def __init__(self, gate: Gate | None) -> None:
            self._gate = gate

        def url(self, url: str, kind: object, element: str, base: str | None) -> Gate | None:
            return self._gate

        def snippet(self, script: bytes) -> Gate | None:
            return self._gate

        def unread(self) -> Gate | None:
            return self._gate

    yes, no = Judge(None), Judge(Gate("advertising", "x"))

    def one_input(data: bytes) -> None:
        if not data:
            return
        size, page = data[0] % 64 + 1, data[1:]  # the first byte says how it is cut
        told = _trace(_scanner.Scanner(), page, size)
        assert told == _trace(scanner.Scanner(), page, size), "C and Python differ"
        whole = _places(_scanner.Scanner(), page, len(page) or 1)
        assert whole == _places(_scanner.Scanner(), page, size), "a cut changes what is found"
        ours = b"data-cg-" in page.lower()
        assert ours or rewrite(page, yes)[0] == page, "a page that may pass is altered"
        rewrite(page, no)

    atheris.Setup([str(AGAIN), *arguments], one_input)
    atheris.Fuzz()


def _run(*arguments: str) -> int:
    return subprocess.run([sys.executable, __file__, "--", *arguments], check=False).returncode


def read_corpus() -> list[bytes]:
    """The inputs that are kept."""
    return [line.encode().decode("unicode_escape").encode("latin-1") for line in _lines()]


def _lines() -> list[str]:
    return CORPUS.read_text("ascii").splitlines() if CORPUS.exists() else []


def _unpack() -> None:
    GATHERED.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(read_corpus()):
        (GATHERED / f"kept-{number}").write_bytes(page)


def _pack(folder: Path) -> None:
    lines = {
        path.read_bytes().decode("latin-1").encode("unicode_escape").decode("ascii")
        for path in folder.iterdir()
    }
    CORPUS.write_text("".join(f"{line}\n" for line in sorted(lines)), "ascii")


def main() -> int:
    """Fuzz for a while, then keep what adds to the corpus."""
    if "--" in sys.argv:
        fuzz(sys.argv[sys.argv.index("--") + 1 :])
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    _unpack()
    AGAIN.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" -- "$@"\n')
    AGAIN.chmod(0o755)
    tokens = FOUND / "tokens.dict"
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in TOKENS.split())
    tokens.write_text("".join(f'"{word}"\n' for word in quoted))
    common = (f"-max_len={LONGEST}", f"-artifact_prefix={FOUND}/", "-timeout=30")
    if _run(f"-max_total_time={seconds}", f"-dict={tokens}", *common, str(GATHERED)):
        print(f"fuzz: the input that failed is in {FOUND}", file=sys.stderr)
        return 1
    before = len(_lines())
    thin = FOUND / "thin"
    shutil.rmtree(thin, ignore_errors=True)
    thin.mkdir()
    # Edges alone, without how often each is gone: else hundreds of inputs would be kept.
    if _run("-merge=1", "-use_counters=0", *common, str(thin), str(GATHERED)):
        return 1
    _pack(thin)
    print(f"fuzz: {seconds} s without a difference; corpus {before} -> {len(_lines())} inputs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
