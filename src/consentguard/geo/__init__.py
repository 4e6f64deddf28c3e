"""Where the visitor is: an address behind trusted proxies, its country, its subdivision.

Nothing here talks to the network. Databases are opened when the locator is built; what cannot be
read, in a header or in a record, is an unknown place, for which the strictest rules hold.
"""

from __future__ import annotations

from consentguard.geo.headers import CountryHeader as CountryHeader
from consentguard.geo.locate import Locator as Locator
from consentguard.geo.mmdb import Database as Database
from consentguard.geo.proxies import client_address as client_address
from consentguard.geo.proxies import parse_trusted as parse_trusted

__all__ = ["CountryHeader", "Database", "Locator", "client_address", "parse_trusted"]
