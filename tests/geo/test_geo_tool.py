"""The generator of the bundled database, on data small enough to see through."""

from __future__ import annotations

import datetime
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from itertools import product
from pathlib import Path

import geoip2.database
import maxminddb
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.geo import __main__ as tool
from tools.geo import judge, mmdb, order, rules, sources
from tools.geo.ranges import Range, joined, overlaid, without

from consentguard.geo.mmdb import Database
from consentguard.policy.regions import at_least_as_strict
from consentguard.policy.strictness import asks_first

#: Some countries of every level, "QQ" for one that no preset names.
SOME = ["US", "PR", "AU", "HK", "NZ", "MX", "JP", "SG", "IL", "KR", "GB", "CH", "DE", "BR", "CA"]
SOME += ["RU", "FR", "QQ", "GP", "ZA"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("US", "DE"), "DE"),
        (("DE", "US"), "DE"),
        (("PR", "GP"), "GP"),
        (("AU", "FR"), "FR"),
        (("US", "JP"), "JP"),
        (("KR", "BR"), "BR"),
        (("GB", "DE"), "DE"),
        (("GB", "US", "US"), "GB"),
        (("US", "US", "SE"), "SE"),
        (("US", "QQ"), "QQ"),
        # equally strict: the most exact source is asked first
        (("FR", "DE"), "FR"),
        (("US", "PR"), "US"),
        # in neither does measurement or advertising ask first
        (("AU", "US"), "AU"),
        ((None, "US"), "US"),
        (("DE", None, "US"), "DE"),
        ((None, None), None),
        ((), None),
    ],
)
def test_the_stricter_regime_wins(said: tuple[str | None, ...], expected: str | None) -> None:
    assert order.stricter(said) == expected


def test_the_order_is_that_of_the_models() -> None:
    for one, other in product(SOME, repeat=2):
        if at_least_as_strict(order.regime(one), order.regime(other)):
            assert order.strictness(one) >= order.strictness(other), (one, other)


@pytest.mark.parametrize("country", SOME)
def test_the_lowest_level_is_of_regimes_that_do_not_ask(country: str) -> None:
    assert (order.strictness(country) > 0) == asks_first(order.regime(country))


@pytest.fixture
def another_day(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[datetime.date], None]]:
    def forget() -> None:
        for known in (order._rules, order.regime, order.strictness):
            known.cache_clear()

    def move(day: datetime.date) -> None:
        monkeypatch.setattr(order, "AS_OF", day)
        forget()

    yield move
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize(
    ("day", "functional"),
    [
        (datetime.date(2024, 1, 1), "opt-in"),
        # within the months in which the file is fresh the rule becomes milder: the stricter counts
        (datetime.date(2026, 1, 1), "opt-in"),
        (datetime.date(2026, 2, 5), "opt-out"),
    ],
)
def test_a_country_has_its_strictest_rules_of_those_months(
    another_day: Callable[[datetime.date], None], day: datetime.date, functional: str
) -> None:
    """The British exception for functions is in force since 5 February 2026."""
    another_day(day)
    assert order.regime("GB").models["functional"] == functional


def test_the_levels_name_every_country_once() -> None:
    every = [code for level in order.levels() for code in level]
    assert len(every) == len(set(every)) > 80
    assert {"DE", "US", ""} <= set(every)
    assert "US" in order.levels()[0]


def test_pseudo_countries_are_dropped() -> None:
    codes = ("DE", "EU", "AP", "XX", "ZZ", "A1", "", None)
    assert [sources.real(code) for code in codes] == ["DE", *[None] * 7]


def test_records_of_either_shape_are_read() -> None:
    assert sources.country_of({"country_code": "DE"}) == "DE"
    assert sources.country_of({"country": {"iso_code": "DE"}}) == "DE"
    assert [sources.country_of(r) for r in ("DE", {}, {"country": "EU"}, None)] == [None] * 4


def test_another_archive_than_the_pinned_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def pack(command: list[str], *, cwd: str, **_: object) -> None:
        assert command[:2] == ["npm", "pack"]
        file = Path(cwd, "data.bin")
        file.write_bytes(b"content")
        with tarfile.open(Path(cwd, "one-1.0.0.tgz"), "w:gz") as tar:
            tar.add(file, "package/data.bin")

    monkeypatch.setattr(subprocess, "run", pack)
    package = sources.Package("@some/one-mmdb", "1.0.0", "other", "data.bin", "")
    assert package.label == "one 1.0.0"
    with pytest.raises(SystemExit, match=r"@some/one-mmdb@1\.0\.0: SHA-512 is .*, expected other"):
        sources.fetch(package, "data.bin")


def test_merging() -> None:
    one = [(0, 9, "US"), (20, 29, "FR")]
    two = [(5, 24, "DE"), (40, 49, "BR")]
    assert rules.merged(one, two) == [
        (0, 4, "US"),
        (5, 19, "DE"),
        (20, 29, "FR"),
        (40, 49, "BR"),
    ]


CODES = st.lists(st.sampled_from(["US", "DE", "FR", "AU", "GB", None]), min_size=1, max_size=40)


def as_ranges(codes: list[str | None]) -> list[Range]:
    return joined((n, n, code) for n, code in enumerate(codes))


@given(CODES, CODES, CODES)
def test_merging_is_the_order_applied_to_every_address(
    one: list[str | None], two: list[str | None], three: list[str | None]
) -> None:
    lists = [one, two, three]
    size = max(map(len, lists))
    rows = zip(*(codes + [None] * (size - len(codes)) for codes in lists), strict=True)
    expected = as_ranges([order.stricter(row) for row in rows])
    assert rules.merged(*map(as_ranges, lists)) == expected


@given(CODES, CODES)
def test_laying_over_loses_and_invents_nothing(
    one: list[str | None], two: list[str | None]
) -> None:
    stretches = list(overlaid(as_ranges(one), as_ranges(two)))
    assert joined((a, b, said[0]) for a, b, said in stretches) == as_ranges(one)
    assert joined((a, b, said[1]) for a, b, said in stretches) == as_ranges(two)


def test_a_hole_takes_away_that_country_alone() -> None:
    found = without([(0, 9, "US"), (10, 19, "DE")], [(5, 14, "US")])
    assert found == [(0, 4, "US"), (10, 19, "DE")]


def test_a_block_that_is_held_for_others_is_nowhere() -> None:
    """44.128.0.0/10: the registry names its holder's country, not that of those who use it."""
    first = int(ip_address("44.128.0.0"))
    whole = [(first - 1, first + (1 << 22), "US")]
    german = [(first + 256, first + 511, "DE")]
    assert rules.merged(german, whole) == [
        (first - 1, first - 1, "US"),
        (first + 256, first + 511, "DE"),
        (first + (1 << 22), first + (1 << 22), "US"),
    ]


def test_networks_count_where_those_of_their_country_are_at_home() -> None:
    whois = [(0, 79, "FR"), (80, 999, "US")]
    networks = [(0, 84, "FR"), (100, 149, "NL"), (150, 199, "NL")]
    shares = rules.home_shares(networks, whois)
    assert shares == {"FR": pytest.approx(80 / 85), "NL": 0}
    assert rules.at_home(networks, whois) == [(0, 84, "FR")]
    assert rules.ipv4(whois, [(0, 999, "US")], networks) == [(0, 84, "FR"), (85, 999, "US")]


RANGES = [
    (0x01000000, 0x010000FF, "AU"),
    (0x01000100, 0x010003FF, "CN"),
    (0xD9000000, 0xD91FFFFF, "DE"),
    (0x20010638 << 96, (0x20010639 << 96) - 1, "DE"),
    (0x20010638 << 96 | 1 << 100, (0x20010638 << 96 | 1 << 100) + 5, "FR"),
]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "country.mmdb"
    mmdb.write(path, RANGES[:4], "none", order.start())
    assert sources.read(path) == RANGES[:4]
    assert Database(path).lookup(ip_address("1.0.2.1")).country == "CN"
    with geoip2.database.Reader(path) as reader:
        assert reader.country("217.0.0.1").country.iso_code == "DE"
        assert reader.country("2001:638::1").country.iso_code == "DE"


def test_the_same_ranges_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.mmdb", "two.mmdb"):
        mmdb.write(tmp_path / name, RANGES[:4], "none", order.start())
    assert (tmp_path / "one.mmdb").read_bytes() == (tmp_path / "two.mmdb").read_bytes()


def test_nonsense_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="overlap"):
        mmdb.write(tmp_path / "a.mmdb", RANGES, "none", 0)
    with pytest.raises(ValueError, match="nothing to write"):
        mmdb.write(tmp_path / "a.mmdb", [], "none", 0)


def test_the_bundled_file_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert tool.main(["--check"]) == 0
    assert "country.mmdb: sources: " in capsys.readouterr().out


def test_the_build_date_is_that_of_the_sources() -> None:
    with maxminddb.open_database(tool.TARGET) as reader:
        assert reader.metadata().build_epoch == order.start()
    assert datetime.datetime.fromtimestamp(order.start(), datetime.UTC).date() == order.AS_OF


def test_check_tells_old_changed_and_missing_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "country.mmdb"
    check = ["--check", "--out", str(path)]
    assert tool.main(check) == 1
    assert "missing" in capsys.readouterr().out
    for kind in ("all", "iptocc"):
        mmdb.write(path, RANGES[:4], tool.named(kind), order.start())
        assert tool.main(check) == 0
    whole = path.read_bytes()
    path.unlink()
    path.write_bytes(whole.replace(b"BDE", b"BUS"))
    assert tool.main(check) == 1
    path.write_bytes(whole)
    capsys.readouterr()
    for owner, name, value in (
        (tool, "IPTOCC", "9.9.9"),
        (rules, "HOME", 0.5),
        (order, "digest", lambda: "moved"),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(owner, name, value)
            assert tool.main(check) == 1
    assert "iptocc 9.9.9" in capsys.readouterr().out
    mmdb.write(path, RANGES[:4], tool.named("all"), order.start() + 86_400)
    assert tool.main(check) == 1
    assert "not of 2026-" in capsys.readouterr().out


def test_another_version_of_a_source_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "version", lambda _: "0.0.1")
    with pytest.raises(SystemExit, match=r"needs iptocc==.*; installed is 0\.0\.1"):
        tool.build(tmp_path / "country.mmdb", "iptocc")


def test_the_registries_alone_make_a_file_and_it_says_what_that_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "registries_v4", lambda: RANGES[:3])
    monkeypatch.setattr(tool, "registries_v6", lambda: RANGES[3:4])
    path = tmp_path / "country.mmdb"
    assert tool.main(["--from", "iptocc", "--out", str(path)]) == 0
    assert "get a weaker regime" in capsys.readouterr().out
    assert sources.read(path) == RANGES[:4]
    assert tool.main(["--check", "--out", str(path)]) == 0


def test_agreement_of_sources() -> None:
    one = [(0, 3, "US"), (4, 7, "DE")]
    two = [(0, 2, "US"), (3, 3, "DE"), (4, 4, "FR"), (5, 9, "DE")]
    assert tool.agreement(one, two) == "same country 75.00%, other but equally strict 12.50%"


def test_the_judge_counts_addresses_by_regime() -> None:
    true = [(0, 99, "DE"), (100, 199, "GB"), (200, 299, "US"), (300, 309, "AU")]
    ours = [(0, 9, "US"), (10, 19, "GB"), (20, 199, "DE"), (200, 204, "FR"), (205, 309, "US")]
    found = judge.score(ours, true)
    assert (found.europe, found.others) == (200, 110)
    # 10 addresses in Germany are taken for American, 10 for British (one purpose is milder there).
    assert (found.weaker, found.unasked) == (20, 10)
    # 5 American ones are taken for French; 10 Australian ones for American, where nothing asks.
    assert (found.stricter, found.asked) == (15, 5)
    assert found.same == 80 + 95
    assert str(found).split() == ["10.00%", "(5.00%)", "13.64%", "(4.55%)", "56.45%"]


def test_what_is_not_in_the_file_has_the_strictest_rules() -> None:
    found = judge.score([], [(0, 9, "DE"), (10, 29, "US")])
    assert (found.weaker, found.stricter, found.asked) == (0, 20, 20)


def test_a_file_is_split_by_version() -> None:
    assert judge.split(RANGES[:4]) == (RANGES[:3], RANGES[3:4])
