"""Google Consent Mode, "advanced": which scripts surely hear what consent-mode.js tells.

They read the layer that it writes to, ``dataLayer``. Whatever is not written exactly as Google's
own pages have it waits as without the mode: another layer, another loader, older products.
"""

from __future__ import annotations

import re

from consentguard.possessive import compiled

# Google's tag and the tag manager by their addresses, with ids alone.
_LOADER = re.compile(
    r"(?:https?:)?//www\.googletagmanager\.com/(?:gtag/js|gtm\.js)\?id=[A-Z]+-[A-Z0-9-]+",
    re.ASCII,
)
_QUOTED = rb"(?:'[^'\\]*+'|\"[^\"\\]*+\")"
_ARGUMENT = rb"(?:" + _QUOTED + rb"|new Date\(\)|\{[^{}()]*+\})"
# Nothing but calls of gtag(), and the two lines that make it.
_CALLS = compiled(
    rb"(?:\s++"
    rb"|window\.dataLayer\s*+=\s*+window\.dataLayer\s*+\|\|\s*+\[\];?"
    rb"|function gtag\(\)\s*+\{\s*+dataLayer\.push\(arguments\);?\s*+\};?"
    rb"|gtag\(\s*+" + _ARGUMENT + rb"(?:\s*+,\s*+" + _ARGUMENT + rb")*+\s*+\);?)++"
)
# The tag manager's own snippet, white space taken out.
_MANAGER = re.compile(
    rb"\(function\(w,d,s,l,i\)\{w\[l\]=w\[l\]\|\|\[\];w\[l\]\.push\(\{'gtm\.start':"
    rb"newDate\(\)\.getTime\(\),event:'gtm\.js'\}\);varf=d\.getElementsByTagName\(s\)\[0\],"
    rb"j=d\.createElement\(s\),dl=l!='dataLayer'\?'&l='\+l:'';j\.async=true;j\.src="
    rb"'https://www\.googletagmanager\.com/gtm\.js\?id='\+i\+dl;"
    rb"f\.parentNode\.insertBefore\(j,f\);\}\)"
    rb"\(window,document,'script','dataLayer','GTM-[A-Z0-9]+'\);?"
)
_LONGEST = 8192  #: bytes of a script that is looked at: a snippet is short


def loads_by(url: str) -> bool:
    """Whether a script's address is that of a tag that hears."""
    return _LOADER.fullmatch(url) is not None


def is_told_by(script: bytes) -> bool:
    """Whether an inline script does nothing but to call such a tag, or to load the manager."""
    if len(script) > _LONGEST:
        return False
    return (
        _CALLS.fullmatch(script) is not None
        or _MANAGER.fullmatch(b"".join(script.split())) is not None
    )
