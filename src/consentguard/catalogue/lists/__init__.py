"""Lists that a site may use and this package may not carry: read, converted, kept outside of it.

A list only ever adds to what waits for consent. It answers where the package's own data are silent,
so that it can neither loosen a gate nor close a login. Converting happens on the command line;
a site reads what was stored, once a process.
"""
