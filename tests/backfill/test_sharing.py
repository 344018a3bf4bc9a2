"""A job beside others: a second job, an application that writes, another keyring."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from safeguards import Keyring, use
from safeguards.errors import InputError, SafeguardsError
from safeguards.fields import Cipher, codec_for
from safeguards.sqlalchemy import Exact
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place, job, mariadb, postgresql, rows, sqlite

RRN = Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn", search=Exact())
MEMO = Target("회원 명부", "메모", field="member.memo")


class Stopped(Exception):
    """What a test breaks a job off with."""


def stop(*_: object, **__: object) -> None:
    raise Stopped


def test_a_second_job_is_refused_with_one_line(ring, build, database_url: str, monkeypatch) -> None:
    service = build(database_url, 5)
    second: list[Any] = []
    monkeypatch.setattr(postgresql, "LOCK_SECONDS", 0.2)
    monkeypatch.setattr(mariadb, "LOCK_SECONDS", 0)

    def meanwhile(*_: object) -> list[str]:
        other = create_engine(database_url)
        with pytest.raises(InputError) as error:
            encrypt_in_place(other, [MEMO])
        other.dispose()
        second.append(str(error.value))
        return []

    monkeypatch.setattr(job, "_erase", meanwhile)
    encrypt_in_place(service.engine, [RRN])
    assert second[0].startswith("another `safeguards encrypt` is at work on this database")
    assert "\n" not in second[0]


@pytest.fixture
def interrupted(ring, build, database_url: str, monkeypatch):
    """A job on the RRN that stopped after the first of its pages."""
    service = build(database_url, 30)
    with monkeypatch.context() as patch:
        patch.setattr(rows.ColumnRows, "verify", stop)
        with pytest.raises(Stopped):
            encrypt_in_place(service.engine, [RRN])
    return service


@pytest.mark.parametrize(
    ("other", "differing"),
    [
        (
            Target("회원 명부", "주민번호", field="other.rrn", item="kr_rrn", search=Exact()),
            "field member.rrn",
        ),
        (Target("회원 명부", "주민번호", field="member.rrn", search=Exact()), "item kr_rrn"),
        (Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn"), "search Exact"),
    ],
)
def test_an_unfinished_job_goes_on_only_as_it_began(interrupted, other: Target, differing: str) -> None:
    before = interrupted.stored()
    with pytest.raises(InputError, match=f"an unfinished job began with {differing}"):
        encrypt_in_place(interrupted.engine, [other])
    assert interrupted.stored() == before
    assert encrypt_in_place(interrupted.engine, [RRN]).columns[0].state == "done"


def test_an_unfinished_job_refuses_another_keyring(interrupted, ring: Keyring, tmp_path) -> None:
    with Keyring.create(f"sqlite:///{tmp_path / 'b.db'}", f"local:{tmp_path / 'b.key'}") as swapped:
        use(swapped)
        with pytest.raises(InputError, match=f"began with keyring {ring.id}"):
            encrypt_in_place(interrupted.engine, [RRN])
    use(ring)
    assert encrypt_in_place(interrupted.engine, [RRN]).columns[0].state == "done"


def test_the_default_schema_may_be_named_or_not(interrupted) -> None:
    engine = interrupted.engine
    default = {"sqlite": "main", "postgresql": "public"}.get(engine.dialect.name, engine.url.database)
    named = Target("회원 명부", "주민번호", default, field="member.rrn", item="kr_rrn", search=Exact())
    (column,) = encrypt_in_place(engine, [named]).columns
    assert (column.state, column.unique) == ("done", True)


def test_a_rotated_data_key_does_not_stop_a_job(interrupted, ring: Keyring) -> None:
    ring.rotate()
    assert encrypt_in_place(interrupted.engine, [RRN]).columns[0].values == 30


def write(service, number: str, value: object) -> None:
    quote = service.engine.dialect.identifier_preparer.quote
    sql = f"UPDATE {quote('회원 명부')} SET {quote('메모')} = :v WHERE {quote('번호')} = :n"
    with service.engine.begin() as connection:
        assert connection.execute(text(sql), {"v": value, "n": number}).rowcount == 1


def memos(service) -> dict[str, str | None]:
    cipher = Cipher("member.memo", codec_for(str))
    return {row[1]: row[5] and cipher.decrypt(bytes(row[5])) for row in service.stored()}


def test_what_an_application_writes_meanwhile_is_never_lost(
    ring, build, database_url: str, monkeypatch
) -> None:
    service = build(database_url, 60)
    expected = {row[1]: row[5] for row in service.stored()}
    whole, cipher = rows.ColumnRows._rewrite_page, Cipher("member.memo", codec_for(str))
    fresh = iter(range(1000))

    def page_and_writes(self: Any, walk: Any, change: Any) -> Any:
        for number in ("가-000001", "가-000059"):
            value = f"새 글 {next(fresh)}"
            write(service, number, cipher.encrypt(value) if next(fresh) % 3 else value.encode())
            expected[number] = value
        write(service, "가-000002", None)
        expected["가-000002"] = None
        return whole(self, walk, change)

    monkeypatch.setattr(rows.ColumnRows, "_rewrite_page", page_and_writes)
    service.engine.dispose()
    for backend in (sqlite.SqliteBackend, postgresql.PostgresqlBackend, mariadb.MariadbBackend):
        monkeypatch.setattr(backend, "rows_a_page", 7)
    encrypt_in_place(service.engine, [MEMO])
    assert memos(service) == expected


def test_a_write_waits_for_the_page_that_holds_its_row(ring, build, database_url: str, monkeypatch) -> None:
    service = build(database_url, 10)
    sealing = rows.ColumnRows._seal
    writers: list[threading.Thread] = []
    cipher = Cipher("member.memo", codec_for(str))

    def seal(self: Any, stored: bytes) -> bytes:
        if not writers:  # the page is read and locked: now the application writes
            value = cipher.encrypt("zuletzt")
            writers.append(threading.Thread(target=write, args=(service, "가-000002", value)))
            writers[0].start()
            writers[0].join(0.3)
            assert writers[0].is_alive()
        return sealing(self, stored)

    monkeypatch.setattr(rows.ColumnRows, "_seal", seal)
    encrypt_in_place(service.engine, [MEMO])
    writers[0].join(20)
    assert memos(service)["가-000002"] == "zuletzt"


class Broken(Exception):
    """What each driver raises when its server breaks a deadlock."""

    sqlstate = "40P01"


@pytest.mark.parametrize("module_url", ["postgres", "mariadb"], indirect=True)
def test_a_page_that_the_database_breaks_off_is_written_again(
    ring, build, database_url: str, monkeypatch
) -> None:
    service = build(database_url, 20)
    kind = mariadb.MariadbBackend if "mariadb" in database_url else postgresql.PostgresqlBackend
    writing, failures = kind.write, iter([True, True])

    def write_or_break(self: Any, facts: Any, sealed: Any) -> None:
        writing(self, facts, sealed)
        if next(failures, False):
            raise DBAPIError("UPDATE", None, Broken(1213, "deadlock"))

    monkeypatch.setattr(kind, "write", write_or_break)
    assert encrypt_in_place(service.engine, [MEMO]).columns[0].encrypted == 13
    assert len(memos(service)) == 20


def test_progress_tells_stage_and_totals(ring, build, database_url: str) -> None:
    told: dict[str, list[tuple[int, int | None]]] = {}

    @contextmanager
    def progress(label: str) -> Iterator[Any]:
        told[label] = []
        yield lambda done, total=None: told[label].append((done, total))

    encrypt_in_place(build(database_url, 30).engine, [MEMO], progress=progress)
    assert list(told) == [
        "checking 회원 명부.메모",
        "encrypting 회원 명부.메모",
        "verifying 회원 명부.메모",
        "erasing traces of plaintext",
    ]
    assert [each[-1] for each in list(told.values())[:3]] == [(20, 20)] * 3


def test_plain_values_written_after_a_job_are_encrypted_by_the_next(ring, build, database_url: str) -> None:
    service = build(database_url, 10)
    encrypt_in_place(service.engine, [MEMO])
    write(service, "가-000002", "옛 코드가 쓴 글".encode())
    (column,) = encrypt_in_place(service.engine, [MEMO]).columns
    assert (column.state, column.encrypted) == ("done", 1)
    assert memos(service)["가-000002"] == "옛 코드가 쓴 글"


def test_an_application_that_does_not_stop_writing_plain_values_is_told(
    ring, build, sqlite_url: str, monkeypatch
) -> None:
    service = build(sqlite_url, 10)
    verify = rows.ColumnRows.verify

    def verify_and_write(self: Any, advance: Any) -> int:
        done = verify(self, advance)
        write(service, "가-000002", "immer wieder")
        return done

    monkeypatch.setattr(rows.ColumnRows, "verify", verify_and_write)
    with pytest.raises(SafeguardsError, match="an application keeps writing plain values"):
        encrypt_in_place(service.engine, [MEMO])


def test_a_foreign_ciphertext_among_the_values_is_counted_and_left_alone(interrupted) -> None:
    alien = Cipher("alien.field", codec_for(str)).encrypt("x")
    quote = interrupted.engine.dialect.identifier_preparer.quote
    sql = f"UPDATE {quote('회원 명부')} SET {quote('주민번호')} = :v WHERE {quote('번호')} = '가-000004'"
    with interrupted.engine.begin() as connection:
        connection.execute(text(sql), {"v": alien})
    with pytest.raises(SafeguardsError, match="1 of 30 values are no ciphertext of field member.rrn"):
        encrypt_in_place(interrupted.engine, [RRN])
    assert alien in [bytes(row[2]) for row in interrupted.stored()]


def test_a_locked_database_stops_a_job_with_one_line(ring, build, sqlite_url: str, monkeypatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_MILLISECONDS", 200)
    service = build(sqlite_url, 5)
    other = create_engine(sqlite_url)
    with other.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(
            SafeguardsError, match="stopped while opening the job's journal: database is locked"
        ):
            encrypt_in_place(service.engine, [MEMO])
    other.dispose()
