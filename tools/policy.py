"""Writes docs/policy.md: every key of a policy file, in one table.

``python tools/policy.py`` makes it from the loader's own shape and from
``src/consentguard/policy/keys.toml``; ``--check`` exits with 1 when it is older than these.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from consentguard.policy.keys import Key, keys

TARGET = Path(__file__).parents[1] / "docs/policy.md"

HEAD = """\
# The policy file

One TOML file says what a site promises its visitors. Everything has a default, so this much
protects a site everywhere:

```toml
schema = 1
[site]
name = "Example Shop"
controller = "Example Ltd, 1 Example Street, Dublin, IE"
contact = "privacy@example.org"
policy_url = "/privacy"
```

| Command | What it does |
|---|---|
| `consentguard init --schema` | writes a file to start from, and a schema for your editor |
| `consentguard check` | names every mistake, with line, column and remedy |
| `consentguard schema` | prints the JSON Schema of the file, for editors |
| `consentguard diff OLD NEW` | says what a change means for visitors, and who is asked again |
| `consentguard explain --country DE` | shows the decision for one visitor |

`check` exits with 0 when all is well, 1 when there are warnings and you said `--strict`, 2 when
there are errors. `--json` has the same facts for editors and scripts. An application does not start
with a file that has errors.

For completion in an editor that knows TOML schemas (taplo, Even Better TOML, tombi), keep the
schema beside the file and name it in the first line: `#:schema ./consent.schema.json`.

## Every key

`ID` is a name of your own. An unknown key is an error: nothing is silently dropped. *Kept* means
that this version reads and checks a key and does not enforce it yet; `check` says so too. *Refused*
are values that would promise a protection which this version does not have.

| Key | Takes | Default | Meaning | State |
|---|---|---|---|---|
"""


def main() -> int:
    """Write the page, or compare it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it differs")
    text = page()
    if not parser.parse_args().check:
        TARGET.write_text(text, "utf-8")
        return 0
    if not TARGET.is_file() or TARGET.read_text("utf-8") != text:
        print("docs/policy.md is not of this source: run python tools/policy.py", file=sys.stderr)
        return 1
    return 0


def page() -> str:
    """The whole page."""
    return HEAD + "".join(row(key) for key in keys())


def row(key: Key) -> str:
    """One key as a line of the table."""
    name = f"**`[{key.name}]`**" if key.check is None else f"`{key.name}`"
    cells = (name, takes(key), default(key), key.means, state(key))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def takes(key: Key) -> str:
    """What the key takes, in words."""
    if key.choices:
        return ", ".join(f"`{json.dumps(choice)}`" for choice in key.choices)
    words = key.expected.split(" | ")
    return ", ".join(f"`{word}`" if word.startswith('"') else word for word in words)


def default(key: Key) -> str:
    """What holds without the key."""
    if key.required:
        return "required"
    if key.default is None:
        own = {"loosen", "minors"} & set(key.path)
        inherited = key.path[0] == "regions" and key.check is not None and not own
        return key.default_words or ("the preset's" if inherited else "")
    return f"`{json.dumps(key.default)}`"


def state(key: Key) -> str:
    """Whether this version enforces it."""
    if key.refused:
        return "refused: " + ", ".join(f"`{json.dumps(value)}`" for value in key.refused)
    return "kept" if key.later else "in force"


if __name__ == "__main__":
    sys.exit(main())
