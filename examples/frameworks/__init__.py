"""One small bookshop in seven frameworks and in none, each guarded in a few lines.

``books.py`` holds the pages, ``consent.toml`` the policy; the other files hold an application each.
"""
