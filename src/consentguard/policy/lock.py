"""Texts that somebody has approved: their hashes stand in a file beside the policy file.

Whoever approves texts wants those shown and no others. With ``consent.lock`` beside
``consent.toml`` a start refuses any text that is another, or new, since ``consentguard texts
lock``: after an update of the package, too.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from consentguard.errors import ConfigError
from consentguard.locales import Texts

#: Hash by key, by language.
Approved = Mapping[str, Mapping[str, str]]

_HEAD = """\
# Texts that were approved for {site}, by hash, on {day}. Not to be edited:
# `consentguard texts lock` writes this file, and a start refuses texts that are others.
"""
#: Hex digits of a hash. It tells changes, it does not keep anybody out who may write the file.
_DIGITS = 16


def path_of(policy_file: str | Path) -> Path:
    """Where the lock of a policy file stands, or would."""
    return Path(policy_file).with_suffix(".lock")


def read(policy_file: str | Path) -> Approved | None:
    """What is approved; None where nobody has locked anything. Raises ConfigError."""
    path, again = path_of(policy_file), "`consentguard texts lock` writes it anew"
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as exc:
        raise ConfigError(f"{path}: {exc}. {again}.") from exc
    if not all(isinstance(table, dict) for table in found.values()):
        raise ConfigError(f"{path}: no table by language. {again}.")
    return found


def written(site: str, day: str, texts: Mapping[str, Texts]) -> str:
    """The file for texts by language. ``day`` is an ISO 8601 date."""
    parts = [_HEAD.format(site=" ".join(site.split()), day=day)]
    for language, each in sorted(texts.items()):
        lines = (f'"{key}" = "{digest}"\n' for key, digest in sorted(_hashes(each).items()))
        parts.append(f"\n[{language}]\n{''.join(lines)}")
    return "".join(parts)


def differences(approved: Approved, texts: Mapping[str, Texts]) -> Iterator[tuple[str, str]]:
    """Language and key of each text that nobody has approved."""
    for language, each in texts.items():
        known = approved.get(language, {})
        for key, digest in sorted(_hashes(each).items()):
            if known.get(key) != digest:
                yield language, key


def hold(approved: Approved | None, texts: Mapping[str, Texts]) -> None:
    """Raise ConfigError where a text is not approved that visitors would read."""
    found = list(differences(approved, texts)) if approved is not None else []
    if not found:
        return
    named = ", ".join(f"{language}: {key}" for language, key in found[:5])
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    raise ConfigError(
        f"texts that nobody has approved: {named}{more}. Have them read (`consentguard texts "
        "export`), then approve them with `consentguard texts lock`."
    )


def _hashes(texts: Texts) -> dict[str, str]:
    return {key: hashlib.sha256(texts[key].encode()).hexdigest()[:_DIGITS] for key in texts}
