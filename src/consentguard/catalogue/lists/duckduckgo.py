r"""DuckDuckGo's tracker blocklist, ``tds.json``: trackers by domain with a default and rules.

Rules are regular expressions over the whole URL. Taken are those that are plain text with ``.*``
in it (``x\.example\/pixel\.gif``), and domains that are blocked whole. A domain of which a rule
lets something through cannot be said as a pattern and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from consentguard.model import Service

from .taken import Basket, Taken, address, plain, purposes_of

PURPOSES = {
    "action pixels": "advertising",
    "ad motivated tracking": "advertising",
    "advertising": "advertising",
    "analytics": "analytics",
    "audience measurement": "analytics",
    "session replay": "analytics",
    "third-party analytics marketing": "analytics",
    "tag manager": "advertising analytics",
    "badge": "social",
    "social - comment": "social",
    "social - share": "social",
    "social network": "social",
    "embedded content": "media",
    "online payment": "functional",
    "support chat widget": "functional",
}
#: Words that would loosen. With none but these, a domain is left out.
LOOSENING = frozenset(
    {
        *("ad fraud", "fraud prevention", "cdn", "content delivery", "federated login", "sso"),
        *("consent management platform", "non-tracking"),
    }
)

_LITERAL = re.compile(r"(?:[A-Za-z0-9_/=&%~!@,;:-]|\\[^A-Za-z0-9]|\.\*)+")
_ESCAPED = re.compile(r"\\(.)")


def read(data: Mapping[str, Any]) -> Taken:
    """The list, of a JSON object with ``trackers``."""
    basket, whole = Basket(), dict[str, Service]()
    trackers = data.get("trackers")
    for domain, table in (trackers if isinstance(trackers, dict) else {}).items():
        if not isinstance(table, dict):
            basket.leave("malformed")
            continue
        rules = table.get("rules")
        service = _service(domain, table)
        if service is None:
            basket.leave("category of what would loosen")
        elif table.get("default") == "block":
            _blocked(domain, service, rules, basket, whole)
        else:
            _by_rules(domain, service, rules, basket)
    _aliases(data.get("cnames"), basket, whole)
    built = data.get("_builtWith")
    version = plain(built.get("tracker-radar"))[:12] if isinstance(built, dict) else ""
    title = "DuckDuckGo tracker blocklist"
    return Taken("duckduckgo", title, version, "", basket.services(), basket.left_out)


def _service(domain: str, table: Mapping[str, Any]) -> Service | None:
    listed = table.get("categories")
    words = [plain(w).lower() for w in listed] if isinstance(listed, list) else []
    purposes = purposes_of(words, PURPOSES)
    if words and not purposes and LOOSENING.issuperset(words):
        return None
    owner = table.get("owner")
    owner = owner if isinstance(owner, dict) else {}
    return Service(
        domain,
        plain(domain) or "?",
        # Who is on a blocklist without a category tracks: for advertising, in doubt.
        purposes or ("advertising",),
        vendor=plain(owner.get("displayName")) or plain(owner.get("name")),
        policy_url=address(owner.get("privacyPolicy")),
    )


def _blocked(
    domain: str, service: Service, rules: object, basket: Basket, whole: dict[str, Service]
) -> None:
    for rule in rules if isinstance(rules, list) else []:
        if not isinstance(rule, dict) or rule.get("action") == "ignore" or _for_kinds(rule):
            basket.leave("a domain of which something is let through")
            return
    basket.add(domain, service, domain)
    whole[domain] = service


def _by_rules(domain: str, service: Service, rules: object, basket: Basket) -> None:
    """A domain of which only what a rule names is blocked."""
    for rule in rules if isinstance(rules, list) else []:
        if not isinstance(rule, dict) or not isinstance(rule.get("rule"), str):
            basket.leave("malformed")
        elif rule.get("action") == "ignore":
            basket.leave("let through by the list")
        elif _for_kinds(rule) or rule.get("options"):
            basket.leave("holds on some sites or for some kinds of request only")
        elif found := said(rule["rule"], domain):
            basket.add(domain, service, *found)
        else:
            basket.leave("regular expression")


def _for_kinds(rule: Mapping[str, Any]) -> bool:
    """Whether everywhere some kinds of request are spared; sparing some sites does not count."""
    spared = rule.get("exceptions")
    return isinstance(spared, dict) and bool(spared.get("types")) and not spared.get("domains")


def said(expression: str, domain: str) -> tuple[str, str] | None:
    r"""Host and path of a rule that is plain text, such as ``x\.example\/a``; None of any other.

    ``domain`` is the tracker's, to which the host must belong.
    """
    if len(expression) > 1024 or not _LITERAL.fullmatch(expression):
        return None
    # A star of the text itself would be read as ours.
    text = _ESCAPED.sub(r"\1", expression.replace(".*", "\0"))
    if "*" in text or "?" in text.removesuffix("?"):
        return None
    host, slash, path = text.removesuffix("?").replace("\0", "*").partition("/")
    if host != domain and not host.endswith(f".{domain}"):
        return None
    if not path.strip("*"):
        return host, ""
    # The end of an expression is no border: /sync claims /sync2 too; "?" ends the path.
    ends = text.endswith("?") or path[-1] in "/*"
    return host, slash + re.sub(r"\*+", "*", path if ends else f"{path}*")


def _aliases(cnames: object, basket: Basket, whole: Mapping[str, Service]) -> None:
    """Hosts of sites that are other names (DNS CNAME) of trackers that are blocked whole."""
    for alias, target in cnames.items() if isinstance(cnames, dict) else []:
        owners = (name for name in _upwards(plain(target)) if name in whole)
        if owner := next(owners, ""):
            basket.add(owner, whole[owner], alias, exact=True)
        else:
            basket.leave("other name of a domain that is not taken whole")


def _upwards(host: str) -> Iterable[str]:
    labels = host.split(".")[-20:]
    return (".".join(labels[n:]) for n in range(len(labels)))
