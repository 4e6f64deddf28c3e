"""Which hosts are one site: those that share a registrable domain, scheme and port ignored.

A rule of our own instead of the Public Suffix List, which takes about 100 ms to read at every start
and would date as fast as this table. What the rule does not know errs towards "same site": sister
domains below an unlisted public suffix are taken for one site. A tracker that the catalogue names
is still found from every other site.
"""

from __future__ import annotations

from functools import lru_cache

# Labels that hold registrations below nearly every two-letter country domain that uses them.
_EVERYWHERE = frozenset(
    {"ac", "co", "com", "edu", "gob", "gouv", "gov", "govt", "mil", "net", "org"}
)

_BY_COUNTRY = {
    country: frozenset(labels.split())
    for country, labels in {
        "ae": "sch",
        "ar": "int tur musica",
        "at": "gv or",
        "au": "asn id",
        "bd": "info",
        "br": "adv agr app art blog dev eco emp eng eti flog fm fot g12 gen ind inf jor jus leg "
        "log med mus nom odo ong pro psc psi radio rec srv tec tur tv vlog wiki",
        "cn": "ah bj cq gd gs gx gz ha hb he hi hl hn jl js jx ln nm nx qh sc sd sh sn sx tj xj xz "
        "yn zj",
        "cr": "fi go or sa",
        "es": "nom",
        "fr": "asso nom prd tm",
        "hk": "idv",
        "hu": "info",
        "id": "biz desa go my or sch web",
        "il": "idf k12 muni",
        "in": "firm gen ind nic res",
        "jp": "ad ed go gr lg ne or",
        "ke": "go info me mobi ne or sc",
        "kr": "go kg ms ne or pe re sc seoul",
        "nz": "cri geek gen health iwi kiwi maori school",
        "pe": "nom",
        "pl": "art biz info waw wroc",
        "pt": "int nome publ",
        "ru": "msk spb",
        "th": "go in mi or",
        "tr": "av bbs bel biz dr gen info k12 kep name pol tel tv web",
        "tw": "idv",
        "tz": "go or sc",
        "ua": "dp in kh kharkov kiev kyiv lviv od odessa",
        "ug": "go or sc",
        "uk": "ltd me nhs plc police sch",
        "za": "law nom school web",
    }.items()
}

# Domains below which anybody may have a site: hosting, and country look-alikes that sell names.
_SHARED_NAMES = """
altervista.org amplifyapp.com appspot.com azureedge.net azurestaticapps.net azurewebsites.net
b-cdn.net blogspot.com br.com cloudapp.net cloudfront.net co.com de.com deno.dev duckdns.org
elasticbeanstalk.com eu.com eu.org firebaseapp.com fly.dev framer.website gb.net github.io
gitlab.io glitch.me gr.com herokuapp.com hf.space jp.net jpn.com lovable.app myshopify.com
netlify.app ngrok-free.app ngrok.io notion.site onrender.com pages.dev pythonanywhere.com r2.dev
railway.app render.com repl.co replit.app replit.dev ru.com run.app s3.amazonaws.com sa.com
se.net squarespace.com streamlit.app surge.sh trafficmanager.net translate.goog uk.com uk.net
us.com us.org vercel.app web.app webflow.io weebly.com wixsite.com wordpress.com workers.dev
za.com
"""
_SHARED = frozenset(_SHARED_NAMES.split())
_OF_THREE = frozenset(name for name in _SHARED if name.count(".") == 2)


def registrable_domain(host: str) -> str:
    """The part of a lower-case host that one owner registered; IP addresses stay whole."""
    *_, last = labels = host.rsplit(".", 4)
    if len(labels) < 3 or last.isdigit() or last.endswith("]"):
        return host
    two = ".".join(labels[-2:])
    if len(labels) > 3 and f"{labels[-3]}.{two}" in _OF_THREE:
        return ".".join(labels[-4:])
    return ".".join(labels[-3:]) if _is_suffix(labels[-2], last, two) else two


_own_domain = lru_cache(256)(registrable_domain)


def same_site(host: str, site: str) -> bool:
    """Whether ``host`` belongs to the site that answers at the host ``site``.

    Both lower-case, without port or trailing dot; an empty one is of no site. A host below ``site``
    always belongs to it, whatever the table says: who runs ``shop.example`` runs the names below.
    """
    if not host or not site:
        return False
    if host == site or host.endswith("." + site):
        return True
    # Of one site both end alike; most third parties are told by that.
    if host[-3:] != site[-3:]:
        return False
    # A process has one site or a few; what no DNS name is long enough for is not kept.
    own = _own_domain(site) if len(site) < 254 else registrable_domain(site)
    return host.endswith(own) and registrable_domain(host) == own


def _is_suffix(label: str, last: str, two: str) -> bool:
    if two in _SHARED:
        return True
    if len(last) != 2:
        return False
    return label in _EVERYWHERE or label in _BY_COUNTRY.get(last, ())
