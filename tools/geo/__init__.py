"""Builds the country database that travels with the package, and checks it.

``python -m tools.geo`` writes ``src/consentguard/geo/data/country.mmdb`` (needs npm), ``--from
iptocc`` the same from the registries alone, ``--check`` compares the file with the pins and the
presets, ``python -m tools.geo.judge`` prints how right it is.

IPv4 is what three sources say, IPv6 the first of them alone:

* ``iptocc`` (PyPI): the delegations of the five regional registries;
* ``geo-whois-asn-country`` (npm): geofeeds, then whois, then the registries;
* ``iptoasn-country`` (npm): the country of the network that announces the address, where the
  networks of that country are at home, see :mod:`.rules`.

Where they differ the country with the stricter regime wins, see :mod:`.order`; of equal ones the
country of the most exact source, geo-whois. What none knows stays out of the file: unknown means
the strictest rules.

What was tried, in percent of all addresses, judged by GeoLite2 of 26 September 2026; the tool
prints this table with ``judge --tried``. *Weaker*: EEA, UK and Swiss addresses of which some
purpose is treated more loosely than where they are, in brackets those of which measurement or
advertising runs unasked though it may not. *Stricter*: all other addresses, the other way round.

====================================== =========== =========== =======
IPv4                                   weaker      stricter    country
====================================== =========== =========== =======
registries                             7.64 (6.58) 1.99 (0.75) 95.01
geo-whois                              2.52 (1.78) 1.17 (0.76) 97.41
the stricter of both                   1.39 (1.11) 1.74 (1.26) 97.17
the strictest of these and networks    1.07 (0.83) 2.33 (1.81) 96.85
**so, but only networks at home**      1.12 (0.88) 1.97 (1.45) 97.13
the same of announced addresses        1.03 (0.80) 2.14 (1.57) 97.10
**registries,** ``--from iptocc``      7.41 (6.35) 2.06 (0.82) 94.95
====================================== =========== =========== =======

====================================== =========== =========== =======
IPv6                                   weaker      stricter    country
====================================== =========== =========== =======
**registries**                         0.51 (0.43) 0.67 (0.54) 98.71
geo-whois                              1.86 (1.22) 2.88 (2.27) 94.05
the stricter of both                   0.29 (0.26) 2.10 (1.58) 97.69
the strictest of these and networks    0.45 (0.38) 0.85 (0.67) 98.57
====================================== =========== =========== =======

Wherever sources are joined, and in all bold rows, 44.128.0.0/10 is nowhere, see :mod:`.rules`: 0.23
points off the weaker ones for 0.07 more stricter ones. Left out were

* a vote of two sources against the registries: 1.25 weaker, 1.68 stricter;
* RIPE NCC's address space as European where all sources say otherwise: more than forty addresses
  wrong for one right;
* the order between regimes that do not ask: nothing for Europe, 0.34 more stricter;
* the registries' AS data: they say what the delegations say.

Of the weaker ones that are left three quarters are clouds, content networks and old blocks of
American firms, which every source puts in the United States, and a fifth is taken for British or
Swiss, where one purpose is treated more mildly than in the EEA.
"""
