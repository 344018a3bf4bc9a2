"""Values under an old data key are written anew under the newest, beside an application that writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, String, Table, create_engine, select, text

from safeguards import Keyring, use
from safeguards.crypto.envelope import parse
from safeguards.errors import InputError
from safeguards.fields import Cipher, Exact, LastDigits, Prefix, codec_for
from safeguards.sqlalchemy import Encrypted
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place, reencrypt
from safeguards.sqlalchemy.backfill.mariadb import MariadbBackend
from safeguards.sqlalchemy.backfill.postgresql import PostgresqlBackend
from safeguards.sqlalchemy.backfill.rows import ColumnRows
from safeguards.sqlalchemy.backfill.sqlite import SqliteBackend
from tests.forked import CONTEXT

RRN = Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn", search=Exact())
BIRTH = Target("회원 명부", "생일", field="member.birth")
MEMO = Target("회원 명부", "메모", field="member.memo")
COLUMNS = {2: "주민번호", 4: "생일", 5: "메모"}


@pytest.fixture
def rotated(ring: Keyring, build, database_url: str) -> Any:
    """A service whose three columns are encrypted under a data key that is no longer the newest."""
    service = build(database_url, 60)
    encrypt_in_place(service.engine, [RRN, BIRTH, MEMO])
    ring.rotate()
    return service


def key_ids(service: Any, column: int) -> set[int]:
    return {parse(bytes(row[column])).key_id for row in service.stored() if row[column] is not None}


def plain(service: Any) -> dict[str, str]:
    cipher = Cipher("member.rrn", codec_for(str), item="kr_rrn", search=Exact())
    return {row[1]: cipher.decrypt(bytes(row[2])) for row in service.stored()}


def write(service: Any, number: str, value: bytes, column: str = "주민번호") -> None:
    quote = service.engine.dialect.identifier_preparer.quote
    sql = f"UPDATE {quote('회원 명부')} SET {quote(column)} = :v WHERE {quote('번호')} = :n"
    with service.engine.begin() as connection:
        assert connection.execute(text(sql), {"v": value, "n": number}).rowcount == 1


def test_every_value_ends_under_the_newest_key_and_keeps_its_tag(rotated, ring: Keyring) -> None:
    before = rotated.stored()
    done = reencrypt(rotated.engine, [RRN, BIRTH, MEMO])
    newest = ring.data_key_id
    assert [(each.stale, each.written, each.refused) for each in done] == [
        (60, 60, 0),
        (48, 48, 0),
        (40, 40, 0),
    ]
    assert [dict(each.counts.by_key) for each in done] == [{newest: 60}, {newest: 48}, {newest: 40}]
    assert [(each.counts.plain, each.counts.other) for each in done] == [(0, 0)] * 3
    for column in COLUMNS:
        assert key_ids(rotated, column) == {newest}
    for old, new in zip(before, rotated.stored(), strict=True):
        assert bytes(new[2])[:18] == bytes(old[2])[:18]
        assert bytes(new[2]) != bytes(old[2])
    assert sorted(plain(rotated).values()) == sorted(rotated.rrns)


def test_a_search_that_was_added_later_gets_its_tags_and_its_index(rotated) -> None:
    both = replace(RRN, search=(Exact(), LastDigits(4)))
    with pytest.raises(InputError, match="under other searches: run `safeguards reencrypt`"):
        encrypt_in_place(rotated.engine, [both])
    (done,) = reencrypt(rotated.engine, [both])
    assert (done.stale, done.written, done.refused) == (60, 60, 0)
    cipher = Cipher("member.rrn", codec_for(str), item="kr_rrn", search=(Exact(), LastDigits(4)))
    for row in rotated.stored():
        assert bytes(row[2]).startswith(cipher.tag(cipher.decrypt(bytes(row[2]))))
    assert encrypt_in_place(rotated.engine, [both]).columns[0].state == "already encrypted"
    assert found_by_last_digits(rotated, both) == sorted(rotated.rrns)


def test_a_search_whose_tags_move_behind_another_is_indexed_anew(rotated) -> None:
    parts = replace(RRN, search=(LastDigits(4), Prefix(6)))
    reencrypt(rotated.engine, [parts])
    assert found_by_last_digits(rotated, parts) == sorted(rotated.rrns)
    every = replace(RRN, search=(Exact(), LastDigits(4), Prefix(6)))
    reencrypt(rotated.engine, [every])
    assert found_by_last_digits(rotated, every) == sorted(rotated.rrns)


def test_a_search_that_another_of_its_width_shall_replace_is_refused(rotated) -> None:
    rows = rotated.stored()
    with pytest.raises(InputError, match="search tags were made under another search, item or group"):
        reencrypt(rotated.engine, [replace(RRN, search=LastDigits(4))])
    assert rotated.stored() == rows


def found_by_last_digits(service: Any, target: Target) -> list[str]:
    """Every value, found by its last digits through a model of its own."""
    kind = Encrypted("member.rrn", item="kr_rrn", search=target.search)
    table = Table("회원 명부", MetaData(), Column("번호", String, primary_key=True), Column("주민번호", kind))
    found = table.c["주민번호"]
    with service.engine.connect() as connection:
        return sorted(
            value
            for rrn in service.rrns
            for value in connection.scalars(select(found).where(found.endswith(rrn[-4:])))
        )


def test_rows_that_are_done_are_not_written_again(rotated) -> None:
    reencrypt(rotated.engine, [RRN])
    rows = rotated.stored()
    (again,) = reencrypt(rotated.engine, [RRN])
    assert (again.stale, again.written) == (0, 0)
    assert rotated.stored() == rows


def test_a_dry_run_counts_and_changes_nothing(rotated, ring: Keyring) -> None:
    rows = rotated.stored()
    (look,) = reencrypt(rotated.engine, [RRN], dry_run=True)
    assert (look.stale, look.written, look.key_id) == (60, 0, ring.data_key_id)
    ((key_id, count),) = look.counts.by_key.items()
    assert (count, key_id) == (60, ring.data_key_ids[0])
    assert rotated.stored() == rows


def test_values_that_do_not_decrypt_are_counted_and_left_and_the_rest_is_done(rotated, ring: Keyring) -> None:
    broken = bytearray(next(bytes(row[2]) for row in rotated.stored() if row[1] == "가-000004"))
    broken[-1] ^= 1
    alien = Cipher("alien.field", codec_for(str)).encrypt("x")
    write(rotated, "가-000004", bytes(broken))
    write(rotated, "가-000005", alien)
    (done,) = reencrypt(rotated.engine, [RRN])
    assert (done.stale, done.written, done.refused) == (60, 58, 2)
    assert done.counts.other == 1
    assert sorted(done.counts.by_key.values()) == [1, 58]
    left = {row[1]: bytes(row[2]) for row in rotated.stored()}
    assert (left["가-000004"], left["가-000005"]) == (bytes(broken), alien)


def test_a_tag_of_another_form_is_refused_rather_than_changed(rotated, ring: Keyring) -> None:
    other = Cipher("member.rrn", codec_for(str), item="kr_rrn", search=Exact(group="other"))
    value = other.encrypt("900101-1234567")
    write(rotated, "가-000004", value)
    ring.rotate()
    (done,) = reencrypt(rotated.engine, [RRN])
    assert (done.written, done.refused) == (59, 1)
    assert value in [bytes(row[2]) for row in rotated.stored()]


def test_what_an_application_writes_meanwhile_is_never_lost(rotated, monkeypatch) -> None:
    cipher = Cipher("member.rrn", codec_for(str), item="kr_rrn", search=Exact())
    whole, expected, fresh = ColumnRows._rewrite_page, plain(rotated), iter(range(1000))

    def page_and_writes(self: Any, walk: Any, change: Any) -> Any:
        for number in ("가-000001", "가-000033", "가-000059"):
            value = f"900101-3{next(fresh):06}"
            write(rotated, number, cipher.encrypt(value))
            expected[number] = value
        return whole(self, walk, change)

    monkeypatch.setattr(ColumnRows, "_rewrite_page", page_and_writes)
    for backend in (SqliteBackend, PostgresqlBackend, MariadbBackend):
        monkeypatch.setattr(backend, "rows_a_page", 7)
    rotated.engine.dispose()
    reencrypt(rotated.engine, [RRN])
    assert plain(rotated) == expected


def test_a_value_under_a_newer_key_than_this_process_knows_is_left_alone(
    rotated, ring: Keyring, store: str
) -> None:
    with Keyring.open(*store.split()) as other:
        newer = other.rotate()
        use(other)
        sealed = Cipher("member.rrn", codec_for(str), item="kr_rrn", search=Exact()).encrypt("900101-1234567")
    use(ring)
    write(rotated, "가-000004", sealed)
    assert parse(sealed).key_id == newer
    assert reencrypt(rotated.engine, [RRN])[0].key_id == newer  # it looks for newer keys when it begins
    assert sealed in [bytes(row[2]) for row in rotated.stored()]


def test_the_throttle_holds_back_the_rows_of_a_second(rotated) -> None:
    (done,) = reencrypt(rotated.engine, [RRN], rows_per_second=40)
    assert done.written == 60
    assert done.seconds >= 0.45
    with pytest.raises(InputError, match="rows per second"):
        reencrypt(rotated.engine, [RRN], rows_per_second=0)


def test_a_plain_column_and_a_wrong_field_are_refused(rotated, ring: Keyring) -> None:
    with pytest.raises(InputError, match="is not encrypted: run `safeguards encrypt`"):
        reencrypt(rotated.engine, [Target("회원 명부", "이름")])
    with pytest.raises(InputError, match=r"not as field other\.memo"):
        reencrypt(rotated.engine, [Target("회원 명부", "메모", field="other.memo")])


def _work(url: str, store: str) -> None:
    """Rotate and re-encrypt in a process of its own, as a scheduled job does."""
    ring = Keyring.open(*store.split())
    use(ring)
    engine = create_engine(url)
    for _ in range(4):
        ring.rotate()
        reencrypt(engine, [RRN, MEMO])
    engine.dispose()


def test_two_processes_that_rotate_and_reencrypt_at_once_end_consistent(
    rotated, ring: Keyring, store: str
) -> None:
    before = plain(rotated)
    rotated.engine.dispose()
    workers = [CONTEXT.Process(target=_work, args=(rotated.url, store)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0, 0]
    (last, _) = reencrypt(rotated.engine, [RRN, MEMO])
    assert dict(last.counts.by_key) == {ring.data_key_id: 60}
    assert last.refused == 0
    assert plain(rotated) == before
