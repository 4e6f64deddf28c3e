"""Every state of what visitors meet, as pictures that a person can look through.

``python -m tools.gallery`` puts the demo behind one guard for each theme and position, looks at it
with one Chromium and writes ``out/gallery/*.png`` and an ``index.html``. Nothing but this process
is reached.
"""
