"""The randomised run through caches of the test's own: nothing passes between visitors.

``CONSENTGUARD_SEED=…`` repeats a run; a failure prints its seed.
"""

from __future__ import annotations

import pytest
from tests.caches.site import VIEWS
from tests.caches.walk import PAGES, Walk, behind, seed_of_today, sums

SHARED = 'cache = "shared"'
MIXED = 'cache = "shared"\nprivate_paths = ["/counted", "/packed", "/api"]'
STEPS = 500
#: Who asks for a part of a page gets all of it: that is another answer than the bare site's.
MEASURED = PAGES - {"/ranged"}


def everywhere(path: str) -> bool:
    """Shared mode for the whole site."""
    return True


def mixed(path: str) -> bool:
    """Shared mode, as the policy MIXED says it."""
    return not path.startswith(("/counted", "/packed", "/api"))


def lived(walk: Walk) -> None:
    """The walk met what it is for: pages from every cache, revalidations, other answers."""
    assert len({key.split()[0] for key in walk.met} & VIEWS.keys()) > len(VIEWS) * 0.7, walk.met
    assert any(key.endswith(" 304") for key in walk.met), walk.met


@pytest.mark.parametrize(
    ("varies", "wsgi"), [(True, False), (False, True)], ids=["Vary, asgi", "blind, wsgi"]
)
def test_private_pages_are_their_visitors_own(varies: bool, wsgi: bool) -> None:
    walk, cache, _ = behind(seed_of_today(), varies=varies, wsgi=wsgi)
    walk.run(STEPS)
    lived(walk)
    assert cache.counts["hit"], "what is for everybody is kept"


def test_both_modes_on_one_site() -> None:
    walk, _, _ = behind(seed_of_today(), MIXED, varies=True, wsgi=True, shared=mixed)
    walk.run(STEPS)
    lived(walk)


@pytest.mark.parametrize("varies", [True, False], ids=["Vary", "blind"])
def test_shared_pages_are_the_same_for_everybody_and_kept_as_without_us(varies: bool) -> None:
    seed = seed_of_today()
    asked = []
    for bare in (True, False):
        walk, _, site = behind(seed, SHARED, varies=varies, shared=everywhere, bare=bare)
        walk.run(STEPS)
        lived(walk)
        asked.append(sums(site, MEASURED))
        visits = sum(n for path, n in walk.visits.items() if path in MEASURED)
        name = "without us" if bare else "with us"
        rate = 1 - asked[-1].total() / visits
        print(f"{name}: {visits} visits, {asked[-1].total()} reach the site, hit rate {rate:.1%}")
    assert asked[0] == asked[1], f"seed {seed}"
