"""The pages of the shop, written without a thought for consent, and the same in every framework."""

from __future__ import annotations

from pathlib import Path

POLICY = Path(__file__).with_name("consent.toml")

#: The shop's own names; what keeps a visit together is no tracker whatever it is called.
SESSION = "shop_session"
CSRF = "shop_csrf"

#: What marketing asked for: name, value and lifetime in seconds.
ANALYTICS = ("_ga", "GA1.1.2002002002.1767225600", 63_072_000)
ADVERTISING = ("_fbp", "fb.1.1767225600000.2002002002", 7_776_000)

TITLES = ("The Salt Road", "Eleven Lighthouses", "A Grammar of Rain")

_TOP = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Example Books</title>
<script async src="https://www.googletagmanager.com/gtag/js?id=G-EXAMPLE001"></script>
<script async src="https://connect.facebook.net/en_US/fbevents.js"></script>
</head>
<body>
"""
_END = """\
<noscript><img alt="" src="https://www.facebook.com/tr?id=2002002002&amp;noscript=1"></noscript>
</body>
</html>
"""

#: The front page.
HOME = f"{_TOP}<h1>Example Books</h1>\n<ul><li>{'<li>'.join(TITLES)}</ul>\n{_END}"
#: The page of an error in the shop's design, trackers and all.
BROKEN = f"{_TOP}<h1>Something broke</h1>\n{_END}"
_NEWS = f"{_TOP}<h1>News</h1>\n<p>We are open again.</p>\n<p>Mind the paint.</p>\n{_END}"
#: The news as they are rendered; some pieces end inside a tag.
NEWS = tuple(_NEWS[at : at + 100].encode() for at in range(0, len(_NEWS), 100))


def offers(personal: bool) -> dict[str, object]:
    """What the shop's script asks for; ``personal`` where visits may be counted."""
    return {"titles": list(TITLES[:1] if personal else TITLES), "personal": personal}
