"""Builds the data set of the catalogue: published lists below, files written by hand above.

Two files under ``src/consentguard/catalogue/data``, both text, one service a line:

* ``generated.tsv``: what the pinned packages say, by the rules of :mod:`.rules`. Facts only: names,
  domains, categories, lifetimes; never a description.
* ``catalogue.tsv``: the TOML files beside it with the generated lines that they leave over. This
  is the file that travels in the wheel.

``python -m tools.catalogue`` makes both (needs npm), ``--compile`` the second one alone.
"""
