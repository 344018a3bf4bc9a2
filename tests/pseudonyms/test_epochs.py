"""Rotation: each pseudonym of one epoch beside that of the next, from what is at hand, in flat memory."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import InputError, Unrecorded
from safeguards.pseudonyms import Domain, FormatPreserving, Token
from safeguards.pseudonyms.reversal.distinct import Distinct
from safeguards.tables import open_database, open_file, write_file
from tests.pseudonyms.recording import Log, by

DOMAIN = Domain("ads-2026")
NEXT = replace(DOMAIN, epoch=1)
PHONE = FormatPreserving(item="kr_phone")
EMAIL = Token(item="email")
NUMBERS = [f"010-{1000 + n % 40}-5678" for n in range(100)]
EMAILS = [f"m{n % 40}@x.kr" for n in range(100)]


def rows_of(path: Path) -> list[dict[str, Any]]:
    source = open_file(path)
    return pa.Table.from_batches(list(source.batches()), source.schema).to_pylist()


def write(path: Path, **columns: Any) -> Path:
    table = pa.table(columns)
    write_file(path, table.schema, table.to_batches())
    return path


@pytest.mark.parametrize("kind", [".parquet", ".csv", ".jsonl"])
def test_reversible_pseudonyms_are_mapped_from_themselves(ring: Keyring, tmp_path: Path, kind: str) -> None:
    plain = pa.array([*NUMBERS, None])
    old, new = PHONE.apply(plain, DOMAIN), PHONE.apply(plain, NEXT)
    source = write(tmp_path / f"in{kind}", p=old, n=list(range(101)))
    log = Log()
    pairs = by(ring, log).map_epochs(source, tmp_path / f"map{kind}", "p", PHONE, DOMAIN, 1)
    found = rows_of(tmp_path / f"map{kind}")
    assert pairs == len(found) == 40
    assert {(row["old"], row["new"]) for row in found} == set(
        zip(old.to_pylist(), new.to_pylist(), strict=True)
    ) - {(None, None)}
    assert [event.action for event in log.events] == ["pseudonyms.map_epochs"] * 2
    assert log.events[0].details["to"]["epoch"] == 1
    assert (log.events[1].details["rows"], log.events[1].details["pairs"]) == (101, 40)
    assert "010-" not in log.told


def test_one_way_tokens_are_mapped_from_the_data_that_they_were_made_of(
    ring: Keyring, tmp_path: Path
) -> None:
    source = write(tmp_path / "members.csv", email=EMAILS)
    going = by(ring)
    assert going.map_epochs(source, tmp_path / "map.csv", "email", EMAIL, DOMAIN, 1, plain=True) == 40
    old, new = (EMAIL.apply(pa.array(EMAILS), domain).to_pylist() for domain in (DOMAIN, NEXT))
    found = rows_of(tmp_path / "map.csv")
    assert {(row["old"], row["new"]) for row in found} == set(zip(old, new, strict=True))
    assert [row["old"] for row in found] == sorted(set(old))  # in no order of the members
    assert "@" not in (tmp_path / "map.csv").read_text()
    tokens = write(tmp_path / "tokens.csv", email=old)
    with pytest.raises(InputError, match="one-way: only the data that it was made of"):
        going.map_epochs(tokens, tmp_path / "no.csv", "email", EMAIL, DOMAIN, 1)


def test_a_table_of_a_database_is_mapped_too(ring: Keyring, tmp_path: Path, database_url: str) -> None:
    engine = sa.create_engine(database_url)
    table = sa.Table(
        "회원", sa.MetaData(), sa.Column("전화", sa.String(30)), sa.Column("이메일", sa.String(50))
    )
    table.create(engine)
    old = PHONE.apply(pa.array(NUMBERS), DOMAIN).to_pylist()
    with engine.begin() as connection:
        connection.execute(
            table.insert(), [{"전화": p, "이메일": e} for p, e in zip(old, EMAILS, strict=True)]
        )
    engine.dispose()
    with open_database(database_url) as database:
        source = database.source("회원")
        assert by(ring).map_epochs(source, tmp_path / "p.csv", "전화", PHONE, DOMAIN, 1) == 40
        assert by(ring).map_epochs(source, tmp_path / "e.csv", "이메일", EMAIL, DOMAIN, 1, plain=True) == 40
    assert {row["old"] for row in rows_of(tmp_path / "p.csv")} == set(old)
    assert {row["old"] for row in rows_of(tmp_path / "e.csv")} == set(
        EMAIL.apply(pa.array(EMAILS), DOMAIN).to_pylist()
    )


def test_a_file_is_written_anew_in_the_next_epoch(ring: Keyring, tmp_path: Path) -> None:
    old, new = (PHONE.apply(pa.array(NUMBERS), domain) for domain in (DOMAIN, NEXT))
    source = write(tmp_path / "in.parquet", p=old, n=list(range(100)))
    log = Log()
    assert by(ring, log).relink_file(source, tmp_path / "out.parquet", {"p": PHONE}, DOMAIN, NEXT) == 100
    found = rows_of(tmp_path / "out.parquet")
    assert [row["p"] for row in found] == new.to_pylist()
    assert [row["n"] for row in found] == list(range(100))
    assert {event.action for event in log.events} == {"pseudonyms.relink"}


@pytest.mark.parametrize("fails_at", [1, 2])
def test_no_map_appears_that_is_not_recorded(ring: Keyring, tmp_path: Path, fails_at: int) -> None:
    source = write(tmp_path / "in.csv", email=EMAILS)
    before = set(os.listdir(tmp_path))
    with pytest.raises(Unrecorded):
        by(ring, Log(fails_at)).map_epochs(source, tmp_path / "m.csv", "email", EMAIL, DOMAIN, 1, plain=True)
    assert set(os.listdir(tmp_path)) == before


@pytest.mark.parametrize(
    ("target", "column", "transform", "epoch", "plain", "message"),
    [
        ("m.csv", "x", EMAIL, 1, True, "no column 'x'"),
        ("m.csv", "x", PHONE, 1, False, "no column 'x'"),
        ("m.csv", "email", EMAIL, 0, True, "linked to itself"),
        ("m.csv", "email", EMAIL, -1, True, "whole number from 0"),
        ("m.csv", "n", PHONE, 1, True, "column 'n' is int64"),
        ("m.csv", "email", PHONE, 1, True, "column 'email', row 1"),
        ("in.parquet", "email", EMAIL, 1, True, "one file"),
        ("none/m.csv", "email", EMAIL, 1, True, "no such folder"),
        ("m.xls", "email", EMAIL, 1, True, "ending says no kind"),
    ],
)
def test_what_cannot_be_mapped_is_one_clear_error(
    ring: Keyring,
    tmp_path: Path,
    target: str,
    column: str,
    transform: Any,
    epoch: int,
    plain: bool,
    message: str,
) -> None:
    source = write(tmp_path / "in.parquet", email=EMAILS, n=list(range(100)))
    before = set(os.listdir(tmp_path))
    with pytest.raises(InputError) as caught:
        by(ring).map_epochs(source, tmp_path / target, column, transform, DOMAIN, epoch, plain=plain)
    assert message in str(caught.value)
    assert "m0@" not in str(caught.value)
    assert set(os.listdir(tmp_path)) == before


SCHEMA = pa.schema({"old": pa.string(), "new": pa.string()})


@given(
    batches=st.lists(
        st.lists(st.tuples(st.text("ab", max_size=3), st.text("cd", max_size=1)), max_size=9), max_size=6
    ),
    held=st.sampled_from([0, 64, 1 << 20]),
)
def test_distinct_rows_are_those_of_a_set_however_little_is_held(
    batches: list[list[tuple[str, str]]], held: int
) -> None:
    with Distinct(SCHEMA, held=held) as kept:
        for rows in batches:
            kept.add(pa.table([[a for a, _ in rows], [b for _, b in rows]], schema=SCHEMA))
        found = [tuple(row.values()) for table in kept.tables() for row in table.to_pylist()]
    assert sorted(found) == sorted({row for rows in batches for row in rows})


def test_what_spills_has_no_name_and_is_bounded(tmp_path: Path) -> None:
    held = 1 << 16
    with Distinct(SCHEMA, tmp_path, held) as kept:
        for start in range(0, 60_000, 1_000):
            values = [f"token-{n % 20_000:08d}" for n in range(start, start + 1_000)]
            kept.add(pa.table([values, values], schema=SCHEMA))
            assert kept._held.nbytes <= held
            assert sum(table.nbytes for table in kept._new) <= 2 * held
        assert os.listdir(tmp_path) == []
        sizes = [table.num_rows for table in kept.tables()]
    assert sum(sizes) == 20_000
    assert max(sizes) < 20_000 / 64 * 2
