"""Rows of texts as files: CSV for spreadsheets, XLIFF for translators, HTML to read and print."""

from __future__ import annotations

import csv
import html
import io
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from itertools import groupby

from consentguard.cli.texts.rows import Row
from consentguard.errors import ConfigError
from consentguard.locales import load

_COLUMNS = ("language", "key", "english", "text")
_XLIFF = "urn:oasis:names:tc:xliff:document:1.2"

_PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Texts of {site}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 75em; margin: 2em auto; padding: 0 1em; font: 1em/1.5 system-ui, sans-serif; }}
table {{ width: 100%; border-collapse: collapse; table-layout: fixed; }}
th, td {{ padding: .5em; border-bottom: 1px solid #8888; text-align: start; vertical-align: top;
  overflow-wrap: anywhere; }}
th:first-child {{ width: 20%; }}
code {{ font-size: .875em; }}
.own {{ font-weight: bold; }}
@media print {{ tr {{ break-inside: avoid; }} }}
</style></head>
<body>
<h1>Texts of {site}</h1>
<p>What visitors read about cookies, to be approved. Words of the site's own are bold. {{blanks}}
are filled in. Changes come back by CSV or XLIFF (<code>consentguard texts export --format
csv</code>, then <code>consentguard texts import</code>); <code>consentguard texts lock</code>
approves.</p>
{tables}
</body></html>
"""
_TABLE = """\
<h2>{name} (<code>{language}</code>)</h2>
<p>Reviewed: {reviewed}. Confidence: {confidence}.</p>
<table><thead><tr><th>Key</th><th>English</th><th>Text</th></tr></thead>
<tbody>
{rows}
</tbody></table>"""
_ROW = (
    '<tr><td><code>{key}</code></td><td lang="en" dir="ltr">{english}</td>'
    '<td lang="{language}" dir="{dir}"{own}>{text}</td></tr>'
)


def to_csv(found: Iterable[Row], site: str) -> str:
    """With a byte order mark, by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows((row.language, row.key, row.english, row.text) for row in found)
    return "\ufeff" + out.getvalue()


def to_xliff(found: Iterable[Row], site: str) -> str:
    """XLIFF 1.2 (OASIS Standard, 2008), one ``file`` a language."""
    ET.register_namespace("", _XLIFF)
    root = ET.Element(f"{{{_XLIFF}}}xliff", version="1.2")
    for language, group in groupby(found, key=lambda row: row.language):
        file = ET.SubElement(
            root,
            f"{{{_XLIFF}}}file",
            {
                "original": site,
                "source-language": "en",
                "target-language": language,
                "datatype": "plaintext",
            },
        )
        body = ET.SubElement(file, f"{{{_XLIFF}}}body")
        for row in group:
            unit = ET.SubElement(body, f"{{{_XLIFF}}}trans-unit", id=row.key)
            ET.SubElement(unit, f"{{{_XLIFF}}}source").text = row.english
            target = ET.SubElement(unit, f"{{{_XLIFF}}}target", state="needs-review-translation")
            target.text = row.text
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def to_html(found: Iterable[Row], site: str) -> str:
    """A page that stands alone, to be read and printed."""
    tables = (
        _table(language, list(group)) for language, group in groupby(found, lambda r: r.language)
    )
    return _PAGE.format(site=html.escape(site), tables="\n".join(tables))


def _table(language: str, found: list[Row]) -> str:
    texts = load(language)
    shown = (
        _ROW.format(
            key=html.escape(row.key),
            english=html.escape(row.english),
            language=texts.lang,
            dir=texts.dir,
            own=' class="own"' if row.own else "",
            text=html.escape(row.text),
        )
        for row in found
    )
    return _TABLE.format(
        name=html.escape(texts.language.name),
        language=html.escape(language),
        reviewed=html.escape(texts.reviewed or "by nobody yet"),
        confidence=texts.confidence,
        rows="\n".join(shown),
    )


def read(text: str) -> Iterator[tuple[str, str, str]]:
    """Language, key and text of each row of a CSV or XLIFF file.

    Raises ConfigError for what is neither, with the line.
    """
    text = text.removeprefix("\ufeff")
    return _from_xliff(text) if text.lstrip().startswith("<") else _from_csv(text)


def _from_csv(text: str) -> Iterator[tuple[str, str, str]]:
    first = text.partition("\n")[0]
    # Spreadsheets of many countries write semicolons.
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        missing = {"language", "key", "text"} - set(reader.fieldnames or ())
        if missing:
            raise ConfigError(f"line 1: no column {', '.join(sorted(missing))}")
        for row in reader:
            if any(row[name] is None for name in ("language", "key", "text")):
                raise ConfigError(f"line {reader.line_num}: too few columns")
            yield row["language"].strip(), row["key"].strip(), row["text"].strip()
    except csv.Error as exc:
        raise ConfigError(f"line {reader.line_num}: {exc}") from exc


def _from_xliff(text: str) -> Iterator[tuple[str, str, str]]:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ConfigError("a document type in XLIFF: entities are not read")
    try:
        root = ET.fromstring(text)  # noqa: S314 - without a document type there are no entities
    except ET.ParseError as exc:
        line, column = exc.position
        raise ConfigError(f"line {line}, column {column + 1}: {exc.msg}") from exc
    if root.tag != f"{{{_XLIFF}}}xliff":
        raise ConfigError("neither CSV nor XLIFF 1.2; an HTML export is there to be read")
    for file in root.iter(f"{{{_XLIFF}}}file"):
        language = file.get("target-language", "")
        for unit in file.iter(f"{{{_XLIFF}}}trans-unit"):
            target = unit.find(f"{{{_XLIFF}}}target")
            if target is not None:
                yield language, unit.get("id", ""), "".join(target.itertext()).strip()
