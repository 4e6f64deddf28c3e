"""All that is measured, in the order in which it is told."""

from __future__ import annotations

from . import (
    added,
    catalogue,
    decision,
    doubling,
    frameworks,
    geo,
    memory,
    rewriting,
    serving,
    startup,
)
from .figures import Group

#: Taken for each scanner.
BY_SCANNER = (
    Group("Pages as they come, a first visit", rewriting.rewriting),
    Group("Pages never seen before", rewriting.unseen),
    Group("The scanner alone", rewriting.scanning),
    Group("By size of page, beside others", rewriting.by_size),
    Group("In this process, HTML", added.html_responses),
    Group("In Flask and Django, HTML", frameworks.html_responses),
    Group("uvicorn under load, HTML", serving.page),
    Group("Memory while streaming", memory.streaming),
    Group("Hostile input, scanner", doubling.scanned),
    Group("Hostile input, middleware", doubling.rewritten),
)
#: The scanner does not matter to these.
COMMON = (
    Group("In this process, JSON", added.json_response),
    Group("In this process, caches", added.cache_headers),
    Group("In Flask and Django, JSON", frameworks.json_responses),
    Group("uvicorn under load, JSON", serving.json),
    Group("The decision", decision.decided),
    Group("The catalogue asked", catalogue.asked),
    Group("The catalogue held", catalogue.held),
    Group("Addresses located", geo.located),
    Group("Paid once", startup.start),
    Group("What a browser fetches", startup.size),
)
