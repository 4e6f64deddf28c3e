from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from maxminddb import MODE_MEMORY, open_database
from mmdb_writer import MMDBWriter
from netaddr import IPSet
from tests.geo.conftest import packed

from consentguard.errors import GeoError
from consentguard.geo.mmdb import Database, place_of
from consentguard.geo.tree import Tree
from consentguard.model import Place

MakeDatabase = Callable[..., Path]

GERMANY = {"country": {"iso_code": "DE", "names": {"en": "Germany"}}}
CALIFORNIA = {
    "country": {"iso_code": "US"},
    "subdivisions": [{"iso_code": "CA", "names": {"en": "California"}}],
}


def lookup(database: Database, address: str) -> Place:
    return database.lookup(ip_address(address))


def test_a_nested_city_database(make_database: MakeDatabase) -> None:
    records = {
        "217.0.0.0/24": GERMANY,
        "128.32.0.0/16": CALIFORNIA,
        "2001:db9::/32": {
            "country": {"iso_code": "GB"},
            "subdivisions": [{"iso_code": "ENG"}, {"iso_code": "LND"}],
        },
        # DB-IP: names and no codes
        "132.208.0.0/16": {
            "country": {"iso_code": "CA"},
            "subdivisions": [{"names": {"en": "Quebec"}}],
        },
        "81.2.69.0/24": {
            "country": {"iso_code": "FR"},
            "subdivisions": [{"names": {"en": "Ain"}}],
        },
    }
    database = Database(make_database(records, "GeoLite2-City"))
    assert lookup(database, "217.0.0.1") == Place("DE")
    assert lookup(database, "128.32.0.1") == Place("US", "US-CA")
    assert lookup(database, "2001:db9::1") == Place("GB", "GB-ENG")
    assert lookup(database, "132.208.1.1") == Place("CA", "CA-QC")
    assert lookup(database, "81.2.69.1") == Place("FR")
    assert database.describe().type == "GeoLite2-City"
    assert len(database.describe().built) == len("2026-11-21")


def test_flat_records(make_database: MakeDatabase) -> None:
    records = {
        "217.0.0.0/24": {"country_code": "DE"},
        "128.32.0.0/16": {"country_code": "US", "state1": "California", "city": "Berkeley"},
        "80.67.169.0/24": {"country": "France", "country_code": "FR"},
        "130.225.0.0/16": {"country": "DK"},
    }
    database = Database(make_database(records, "country ipvAll"))
    assert lookup(database, "217.0.0.1") == Place("DE")
    assert lookup(database, "128.32.0.1") == Place("US", "US-CA")
    assert lookup(database, "80.67.169.12") == Place("FR")
    assert lookup(database, "130.225.0.1") == Place("DK")


def test_strings_and_an_ipv4_file(make_database: MakeDatabase) -> None:
    database = Database(make_database({"217.0.0.0/24": "de"}, "strings", ip_version=4))
    assert lookup(database, "217.0.0.1") == Place("DE")
    assert lookup(database, "::ffff:217.0.0.1") == Place("DE")
    assert lookup(database, "2001:638:902::1") == Place()


def test_the_owner_of_a_network_is_not_the_visitor(make_database: MakeDatabase) -> None:
    records = {
        "217.0.0.0/24": GERMANY,
        "81.2.69.0/24": {"registered_country": {"iso_code": "US"}},
        "81.2.70.0/24": {"represented_country": {"iso_code": "US"}, **GERMANY},
    }
    database = Database(make_database(records))
    assert lookup(database, "81.2.69.1") == Place()
    assert lookup(database, "81.2.70.1") == Place("DE")


def test_private_and_missing_addresses_are_unknown(make_database: MakeDatabase) -> None:
    networks = ["10.0.0.0/8", "127.0.0.0/8", "192.168.0.0/16", "fc00::/7", "217.0.0.0/24"]
    database = Database(make_database(dict.fromkeys(networks, GERMANY)))
    for address in ("10.0.0.1", "127.0.0.1", "192.168.1.1", "fd00::1", "::1", "::ffff:10.0.0.1"):
        assert lookup(database, address) == Place()
    assert lookup(database, "8.8.8.8") == Place()
    assert lookup(database, "217.0.0.1") == Place("DE")


@pytest.mark.parametrize("code", ["XX", "T1", "AP", "EU", "ZZ", "A1", "A2", "O1", "Germany", ""])
def test_what_is_no_country_is_unknown(make_database: MakeDatabase, code: str) -> None:
    records = {"217.0.0.0/24": {"country": {"iso_code": code}}, "81.2.69.0/24": GERMANY}
    assert lookup(Database(make_database(records)), "217.0.0.1") == Place()


ODD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3), st.just("US")),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["country", "iso_code", "country_code", "subdivisions", "names", "en", "state1"]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(ODD)
def test_no_record_raises(record: Any) -> None:
    found = place_of(record)
    assert len(found.country) in (0, 2)
    assert not found.subdivision or found.subdivision.startswith(found.country)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.mmdb"
    with pytest.raises(GeoError, match=r"none\.mmdb: there is no such file") as caught:
        Database(path)
    assert caught.value.path == str(path)


@pytest.mark.parametrize("content", [b"", b"not a database", b"\xab\xcd\xefMaxMind.com\xff\xff"])
def test_files_of_another_kind_are_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.mmdb"
    path.write_bytes(content)
    with pytest.raises(GeoError, match=r"other\.mmdb: is not a MaxMind DB file"):
        Database(path)


def test_a_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(GeoError, match="cannot be read") as caught:
        Database(tmp_path)
    assert caught.value.path == str(tmp_path)


def test_a_truncated_file_is_refused(make_database: MakeDatabase) -> None:
    path = make_database({"217.0.0.0/24": GERMANY, "2001:db9::/32": CALIFORNIA})
    whole = path.read_bytes()
    for cut in (1, len(whole) // 2, len(whole) - 20):
        path.write_bytes(whole[:cut])
        with pytest.raises(GeoError, match="damaged"):
            Database(path)
    path.write_bytes(whole[len(whole) // 2 :])
    with pytest.raises(GeoError, match="damaged"):
        Database(path)


def test_a_database_about_something_else_is_refused(make_database: MakeDatabase) -> None:
    asn = {"217.0.0.0/24": {"autonomous_system_number": 3320}}
    with pytest.raises(GeoError, match=r"holds no countries.*'GeoLite2-ASN'"):
        Database(make_database(asn, "GeoLite2-ASN"))


def test_a_damaged_record_is_found_at_the_start(make_database: MakeDatabase) -> None:
    records = {"81.2.69.0/24": {"country": {"iso_code": "FR"}}, "217.0.0.0/24": GERMANY}
    path = make_database(records)
    whole = path.read_bytes()
    # The country's map header becomes a pointer far behind the end of the file.
    at = whole.rindex(b"DE") - 1
    path.write_bytes(whole[:at] + b"\x38\xff\xff" + whole[at + 3 :])
    with pytest.raises(GeoError, match="is damaged"):
        Database(path)


def test_a_damaged_record_among_many_is_an_unknown_place(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentguard.geo.mmdb.SAMPLE", 20)
    records = {f"81.2.{n}.0/24": {"country": {"iso_code": "FR"}} for n in range(100)}
    path = make_database({**records, "217.0.0.0/24": {"flat": "x" * 5, "country": "DE"}})
    whole = path.read_bytes()
    at = whole.rindex(b"DE") - 1
    path.write_bytes(whole[:at] + b"\x38\xff\xff" + whole[at + 3 :])
    database = Database(path)
    assert lookup(database, "217.0.0.1") == Place()
    assert database.find("217.0.0.1") == Place()
    assert lookup(database, "81.2.69.1") == Place("FR")


def test_addresses_that_carry_another(make_database: MakeDatabase) -> None:
    database = Database(make_database({"217.0.0.0/24": GERMANY, "10.0.0.0/8": GERMANY}))
    for text in ("2002:d900:1::1", "64:ff9b::217.0.0.1", "::ffff:217.0.0.1", "217.0.0.1:80"):
        assert database.find(text) == Place("DE")
    for text in ("2002:a00:1::1", "64:ff9b::10.0.0.1", "10.0.0.1", "x", "", "217.0.0.1.1"):
        assert database.find(text) == Place()


def test_states_where_there_are_no_codes(make_database: MakeDatabase) -> None:
    records: dict[str, Any] = {
        "128.32.0.0/16": {"country": "US", "region": "California", "region_code": "CA"},
        "128.33.0.0/16": {"country": "US", "region": "Texas"},
        "128.34.0.0/16": {"country": {"iso_code": "US"}, "subdivisions": [{"names": {}}]},
        "128.35.0.0/16": {"country": {"iso_code": "US"}, "subdivisions": []},
        "128.36.0.0/16": {"country_code": "US", "state1": "Washington, D.C."},
    }
    database = Database(make_database(records))
    found = [database.find(f"128.{n}.0.1").subdivision for n in range(32, 37)]
    assert found == ["US-CA", "US-TX", "", "", "US-DC"]


@pytest.mark.parametrize("size", [24, 28, 32])
def test_records_of_every_size(tmp_path: Path, size: int) -> None:
    writer = MMDBWriter(6, "Test-Country", ipv4_compatible=True)
    writer.insert_network(IPSet(["217.0.0.0/24"]), GERMANY)
    writer.insert_network(IPSet(["2001:db9::/32"]), CALIFORNIA)
    path = tmp_path / "sized.mmdb"
    writer.to_db_file(str(path))
    found, whole = open_database(path, MODE_MEMORY).metadata(), path.read_bytes()
    wide = Tree(whole[: found.search_tree_size], found.node_count, found.record_size, 6)
    pairs = list(zip(wide.records[::2], wide.records[1::2], strict=True))
    said = f"\x4brecord_size\xa1{chr(found.record_size)}".encode("latin-1")
    assert whole.count(said) == 1
    rest = whole[found.search_tree_size :].replace(said, said[:-1] + bytes([size]))
    path.write_bytes(packed(pairs, size) + rest)
    database = Database(path)
    assert database.find("217.0.0.1") == Place("DE")
    assert database.find("2001:db9::1") == Place("US", "US-CA")


def test_a_tree_without_its_gap_is_damaged(make_database: MakeDatabase) -> None:
    path = make_database({"217.0.0.0/24": GERMANY})
    about, whole = open_database(path, MODE_MEMORY).metadata(), path.read_bytes()
    end = about.search_tree_size
    path.write_bytes(whole[:end] + b"\x01" + whole[end + 1 :])
    with pytest.raises(GeoError, match="its tree does not end where it should"):
        Database(path)


def test_a_file_that_is_cut_short_while_it_is_in_use(sound: Path, tmp_path: Path) -> None:
    # A file that is mapped would end the process here with SIGBUS.
    code = (
        "import os, sys; from consentguard.geo.mmdb import Database; path = sys.argv[1];"
        "database = Database(path); os.truncate(path, 0);"
        "print(database.find('217.0.0.1').country, database.find('2001:db9::1').country)"
    )
    path = tmp_path / "cut.mmdb"
    path.write_bytes(sound.read_bytes())
    command = [sys.executable, "-c", code, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["DE", "US"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("damage") / "sound.mmdb"
    writer = MMDBWriter(6, "Test-City", ipv4_compatible=True)
    writer.insert_network(IPSet(["217.0.0.0/24"]), GERMANY)
    writer.insert_network(IPSet(["2001:db9::/32"]), CALIFORNIA)
    writer.to_db_file(str(path))
    return path


# The C extension of maxminddb ends the process on some of these.
@given(where=st.floats(0, 1, exclude_max=True), what=st.binary(min_size=1, max_size=4))
def test_no_damage_raises_in_a_look_up(where: float, what: bytes, sound: Path) -> None:
    whole = sound.read_bytes()
    at = int(where * len(whole))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "damaged.mmdb")
        path.write_bytes(whole[:at] + what + whole[at + len(what) :])
        try:
            database = Database(path)
        except GeoError:
            return
        for address in ("217.0.0.1", "2001:db9::1", "1.1.1.1"):
            assert isinstance(lookup(database, address), Place)
        assert isinstance(database.describe().built, str)


def test_look_ups_are_remembered_and_bounded(make_database: MakeDatabase) -> None:
    database = Database(make_database({"0.0.0.0/1": GERMANY}))
    first = lookup(database, "64.0.0.1")
    assert lookup(database, "64.0.0.1") is first
    for n in range(5000):
        database.lookup(ip_address((64 << 24) + n))
    assert database._remembered.cache_info().currsize <= 4096


def test_importing_the_room_loads_no_reader_and_no_web_client() -> None:
    heavy = {"maxminddb", "geoip2", "aiohttp", "requests"}
    code = f"import sys, consentguard.geo; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
