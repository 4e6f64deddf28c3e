"""Which charset a page has, and whether its markup can be found by its ASCII bytes.

Labels are those of the WHATWG Encoding standard (4.2); one that it does not know counts as absent,
utf-7 and EBCDIC among them. A byte order mark beats the header, the header beats `<meta>`, which is
searched for as in "prescan a byte stream" of the HTML standard (13.2.3.2). Where a browser might
read other bytes than we do, the answer is None, and the caller has to fence the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType

from .attributes import attributes, decode
from .syntax import TAG

#: Bytes of the page that are searched for a declaration.
PRESCAN = 1024
DEFAULT = "cp1252"
LONGEST = 256  #: characters of a header's value to be remembered

# Python codec: labels. A codec is the nearest superset of what the standard names.
_LABELS = {
    "utf-8": "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8",
    "cp866": "866 cp866 csibm866 ibm866",
    "iso8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2"
    " iso_8859-2:1987 l2 latin2",
    "iso8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3"
    " iso_8859-3:1988 l3 latin3",
    "iso8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4"
    " iso_8859-4:1988 l4 latin4",
    "iso8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595"
    " iso_8859-5 iso_8859-5:1988",
    "iso8859-6": "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6"
    " iso-8859-6-e iso-8859-6-i iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987",
    "iso8859-7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7"
    " iso88597 iso_8859-7 iso_8859-7:1987 sun_eu_greek",
    "iso8859-8": "csiso88598e csiso88598i csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e"
    " iso-8859-8-i iso-ir-138 iso8859-8 iso88598 iso_8859-8 iso_8859-8:1988 logical visual",
    "iso8859-10": "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6",
    "iso8859-13": "iso-8859-13 iso8859-13 iso885913",
    "iso8859-14": "iso-8859-14 iso8859-14 iso885914",
    "iso8859-15": "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9",
    "iso8859-16": "iso-8859-16",
    "koi8-r": "cskoi8r koi koi8 koi8-r koi8_r",
    "koi8-u": "koi8-ru koi8-u",
    "mac-roman": "csmacintosh mac macintosh x-mac-roman",
    "mac-cyrillic": "x-mac-cyrillic x-mac-ukrainian",
    "cp874": "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874",
    "cp1250": "cp1250 windows-1250 x-cp1250",
    "cp1251": "cp1251 windows-1251 x-cp1251",
    "cp1252": "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100"
    " iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252",
    "cp1253": "cp1253 windows-1253 x-cp1253",
    "cp1254": "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9"
    " iso_8859-9:1989 l5 latin5 windows-1254 x-cp1254",
    "cp1255": "cp1255 windows-1255 x-cp1255",
    "cp1256": "cp1256 windows-1256 x-cp1256",
    "cp1257": "cp1257 windows-1257 x-cp1257",
    "cp1258": "cp1258 windows-1258 x-cp1258",
    "gb18030": "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk"
    " gb18030",
    "big5hkscs": "big5 big5-hkscs cn-big5 csbig5 x-x-big5",
    "euc-jp": "cseucpkdfmtjapanese euc-jp x-euc-jp",
    "cp932": "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis",
    "cp949": "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989"
    " ksc5601 ksc_5601 windows-949",
    "utf-16-le": "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le",
    "utf-16-be": "unicodefffe utf-16be",
    "iso2022_jp": "csiso2022jp iso-2022-jp",
    # One U+FFFD is all that a browser shows of it (14.1).
    "replacement": "csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement",
    # 14.5: ASCII, and letters of nobody's above it.
    "latin-1": "x-user-defined",
}
_CODECS = MappingProxyType(
    {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
)
#: No supersets of ASCII.
_OTHERS = frozenset(("utf-16-le", "utf-16-be", "iso2022_jp", "replacement"))
#: 13.2.3.2: "If charset is UTF-16BE/LE, then set charset to UTF-8", which it must be if the meta
#: could be read; "if charset is x-user-defined, then set charset to windows-1252".
_IN_META = {"utf-16-le": "utf-8", "utf-16-be": "utf-8", "latin-1": "cp1252"}
# "BOM sniff" of the Encoding standard, section 6; UTF-32 is not in it.
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
#: What no page begins with that has none of them.
MARKED = frozenset(mark[0] for mark, _ in _MARKS)
# "Prescan for UTF-16 XML declarations".
_WIDE_XML = (b"<\0?\0x\0", b"\0<\0?\0x")
_WIDE = ("utf-16-le", "utf-16-be")
_BLANK = "\t\n\f\r "
_PARAMETER = re.compile(r";[\t ]*charset[\t ]*=[\t ]*(?:\"([^\"]*)\"?|([^;,]*))", re.IGNORECASE)
# "Algorithm for extracting a character encoding from a meta element".
_IN_CONTENT = re.compile(
    r"charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\"'\t\n\f\r ;][^\t\n\f\r ;]*))",
    re.IGNORECASE,
)
_MARKUP = re.compile(rb"<[!/?A-Za-z]")
_COMMENT = re.compile(rb"<!--(?:-?>|.*?--!?>|.*\Z)", re.DOTALL)
_XML = re.compile(rb"<\?xml[^>]*?encoding[\t\n\f\r ]*=[\t\n\f\r ]*([\"'])([^\"'>]*)\1")
# What begins another character set in ISO-2022-JP in which bytes of markup are none.
_DESIGNATOR = re.compile(rb"\x1b(?:\$|\(I)")
# And what vanishes in it, in the middle of a name or a URL; terminals write that, too.
_ESCAPE = re.compile(rb"\x1b(?:\$|\([BIJ])")


def codec(label: str) -> str | None:
    """The Python codec for a label, the nearest superset of what it names; None for no label."""
    return _CODECS.get(label.strip(_BLANK).lower())


def in_header(content_type: str) -> str | None:
    """The codec that a header's value names, ``""`` where it names none, None where it is in doubt.

    Browsers differ in which of several counts, which matters unless all are supersets of ASCII.
    """
    return (_named if len(content_type) <= LONGEST else _named.__wrapped__)(content_type)


@lru_cache(maxsize=64)
def _named(content_type: str) -> str | None:
    labels = _PARAMETER.findall(content_type) if "=" in content_type else ()
    named = [found for one in labels if (found := codec(one[0] or one[1]))]
    if not named:
        return ""
    if len(set(named)) > 1 and not _OTHERS.isdisjoint(named):
        return None
    return None if named[0] == "replacement" else named[0]


def settled(content_type: str, first: bytes) -> bool:
    """Whether these ``first`` bytes of a body are enough for :func:`found` not to change its mind.

    They are unless they may begin a mark. A `<meta>` is not waited for: what it may still say
    changes nothing in a superset of ASCII, and one that is none shows by its escapes. A header that
    says UTF-16 is believed at the first NUL.
    """
    named = in_header(content_type)
    if named in _WIDE and len(first) < PRESCAN and found(content_type, first) is None:
        return False
    if len(first) > 5:
        return True
    marks = [mark for mark, _ in _MARKS]
    if not named:
        marks += _WIDE_XML
    return not any(len(first) < len(mark) and mark.startswith(first) for mark in marks)


def certain(content_type: str, first: bytes) -> bool:
    """Whether nothing in the page can change its charset any more: a header or a mark names it."""
    return bool(in_header(content_type)) or any(first.startswith(mark) for mark, _ in _MARKS)


def found(content_type: str, first: bytes) -> str | None:
    """The Python codec of a page, or None where that is in doubt.

    ``content_type`` is the header's value, ``first`` the first bytes of the body, 1024 if there are
    as many; what is behind is only searched for escapes. Not every codec is a superset of ASCII:
    beside these there are ``utf-16-le``, ``utf-16-be`` and ``iso2022_jp``.
    """
    for mark, marked in _MARKS:
        if first.startswith(mark):
            return marked
    head = first[:PRESCAN]
    named = in_header(content_type)
    if named != "":
        # A label that cannot be true: a browser shows nothing sensible, another client may.
        lie = named in _WIDE and b"\0" not in head and _MARKUP.search(head)
        return None if lie else named
    labels = declared(head)
    if "iso2022_jp" in labels:
        return "iso2022_jp" if len(set(labels)) == 1 else None
    # Undeclared, or declared late, it may be UTF-16 or ISO-2022-JP: some browsers guess.
    if b"\0" in head or escapes(first).search(first) or "replacement" in labels:
        return None
    return labels[0] if labels else DEFAULT


def escapes(first: bytes) -> re.Pattern[bytes]:
    """What shows that a page with these first bytes, which no header names, is ISO-2022-JP.

    Chromium believes a `<meta>` behind the first 1024 bytes, unless one of these said something.
    """
    return _DESIGNATOR if declared(first[:PRESCAN]) else _ESCAPE


def readable(content_type: str, first: bytes) -> str | None:
    """The Python codec in which a page's markup is plain ASCII, or None where that is in doubt.

    Arguments as those of :func:`found`.
    """
    codec = found(content_type, first)
    return None if codec in _OTHERS else codec


def declared(head: bytes) -> list[str]:
    """The codecs that these bytes declare: each known one of a `<meta>`, in order, then of XML."""
    xml = _XML.match(head)
    labels = [*_in_metas(_COMMENT.sub(b" ", head))]
    if xml:  # "get an XML encoding", where no meta says anything
        labels.append(xml[2].decode("latin-1"))
    known = [found for label in labels if (found := codec(label))]
    return [_IN_META.get(one, one) for one in known]


def _in_metas(head: bytes) -> Iterator[str]:
    for tag in TAG.finditer(head):
        if tag[1] or tag[2].lower() != b"meta":
            continue
        values: dict[bytes, str] = {}
        for one in attributes(head, tag.end(2), tag.end()):
            values.setdefault(one.name, decode(head[one.value_start : one.value_end], "latin-1"))
        if b"charset" in values:
            yield values[b"charset"]
        elif values.get(b"http-equiv", "").lower() == "content-type":
            label = _IN_CONTENT.search(values.get(b"content", ""))
            if label:
                yield next(group for group in label.groups() if group is not None)
