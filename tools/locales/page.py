"""The page for reviewers: what the words on which consent hangs say, in English, by language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from consentguard.locales import Texts, load

#: What consent hangs on, and is said back in English for every language.
SENSITIVE = (
    *("button.accept", "button.reject", "button.settings", "button.withdraw"),
    *("button.do-not-sell", "banner.opt-in", "banner.opt-out", "banner.transfer"),
    *("banner.minors", "banner.close-means"),
)

_INTRO = """# Languages, for reviewers

Made by `python -m tools.locales` from `src/consentguard/locales/` and `tools/locales/notes/`: do
not edit. It says back in English, word for word, the texts on which consent hangs, so that somebody
who does not read a language can ask who does.

No text here is legal advice. *Confidence* is how far we trust the words; `consentguard check` warns
of all but *high*. Have the texts that your site uses read by somebody who speaks the language and
knows the law (`consentguard texts export`), bring back what they change (`consentguard texts
import`), and lock them (`consentguard texts lock`). If you can review a language for everybody,
send us your name and what you changed: it goes into `reviewed` of its file.

| language | | confidence | reviewed |
|---|---|---|---|
"""


def page(tags: Iterable[str], notes: Path) -> str:
    """The whole page in Markdown; ``notes`` has one TOML file per language."""
    found = [(load(tag), tomllib.loads((notes / f"{tag}.toml").read_text("utf-8"))) for tag in tags]
    rows = (
        f"| [{texts.language.name}](#{texts.lang.lower()}) | `{texts.lang}` | {texts.confidence} "
        f"| {texts.reviewed or 'by nobody yet'} |\n"
        for texts, _ in found
    )
    return _INTRO + "".join(rows) + "".join(_section(texts, said) for texts, said in found)


def _section(texts: Texts, said: dict[str, Any]) -> str:
    return "\n".join(
        (
            f'\n## <a id="{texts.lang.lower()}"></a>{texts.language.name} (`{texts.lang}`)\n',
            "| key | text | in English |",
            "|---|---|---|",
            *(
                f"| `{key}` | {_cell(texts[key])} | {_cell(english)} |"
                for key, english in sorted(said["back"].items(), key=_place)
            ),
            *_notes(said),
            "",
        )
    )


def _place(told: tuple[str, str]) -> int:
    return SENSITIVE.index(told[0]) if told[0] in SENSITIVE else len(SENSITIVE)


def _notes(said: dict[str, Any]) -> Iterator[str]:
    if said.get("note"):
        yield ""
    for key, note in said.get("note", {}).items():
        yield f"* `{key}`: {note}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
