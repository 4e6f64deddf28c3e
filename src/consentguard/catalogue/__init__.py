"""What things are: cookie name, URL or inline script → the services that claim it → purposes.

The data is one TOML file a vendor in ``data/``. All parsing happens when a :class:`Catalogue` is
built; a look-up touches dictionaries only, opens nothing and never raises, whatever it is given.
What nothing claims is unknown, and the caller treats the unknown as a tracker.
"""

from __future__ import annotations

from .catalogue import Catalogue as Catalogue
from .patterns import CookiePattern as CookiePattern
from .patterns import HostPattern as HostPattern
from .sites import same_site as same_site

__all__ = ["Catalogue", "CookiePattern", "HostPattern", "same_site"]
