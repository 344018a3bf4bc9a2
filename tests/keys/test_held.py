"""Keys of persons stay in memory for a while only: by age, by use and by number."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import event

from safeguards import Keyring, KeyUnavailable
from safeguards.errors import SubjectErased
from safeguards.keys import held
from safeguards.values import SubjectId

KIM, LEE = SubjectId("member", "42"), SubjectId("member", "43")


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring.create(f"sqlite:///{tmp_path / 'keys.db'}", f"local:{tmp_path / 'master.key'}")


@pytest.fixture
def queries(ring: Keyring) -> list[str]:
    """What the key store is asked for, from here on."""
    ring.subjects.to_write([KIM])
    seen: list[str] = []
    event.listen(ring._store.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    return seen


def test_a_key_that_is_held_asks_the_store_for_nothing(ring: Keyring, queries: list[str]) -> None:
    key = ring.subjects.to_write([KIM])[KIM]
    assert ring.subjects.to_read(key.id, "member", "42") is key
    assert queries == []


def test_a_key_leaves_memory_by_age(ring, queries, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ring.subjects.to_write([KIM])[KIM]
    now = held.time.monotonic()
    monkeypatch.setattr(held.time, "monotonic", lambda: now + held.MAX_SECONDS + 1)
    assert ring.subjects.to_read(key.id, "member", "42") is not key
    assert len(queries) == 1


def test_a_key_leaves_memory_by_use(ring, queries, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MAX_USES", 3)
    key = ring.subjects.to_write([KIM])[KIM]
    for _ in range(3):
        key.cipher("member.note")
    assert ring.subjects.to_read(key.id, "member", "42") is not key
    assert len(queries) == 1


def test_no_more_keys_are_held_than_the_limit(ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "MAX_KEYS", 10)
    ring.subjects.to_write(SubjectId.of("member", number) for number in range(35))
    assert len(ring.subjects._by_id) <= 10


def test_a_held_key_is_read_as_its_own_persons_only(ring: Keyring) -> None:
    key = ring.subjects.to_write([KIM, LEE])[KIM]
    for _ in range(2):
        assert ring.subjects.to_read(key.id, "member", "42") is key
        for kind, person in (("member", "43"), ("clerk", "42")):
            with pytest.raises(KeyUnavailable):
                ring.subjects.to_read(key.id, kind, person)
    [nobody] = ring.subjects.provisional(1)
    with pytest.raises(KeyUnavailable):
        ring.subjects.to_read(nobody.id, "member", "42")


def test_another_process_reads_a_shredded_person_until_the_key_is_too_old(
    ring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Keyring.open(f"sqlite:///{tmp_path / 'keys.db'}")
    key = other.subjects.to_write([KIM])[KIM]
    assert ring.shred("member:42", engines=[]).keys_destroyed == 1
    assert other.subjects.to_read(key.id, "member", "42") is key
    now = held.time.monotonic()
    monkeypatch.setattr(held.time, "monotonic", lambda: now + held.MAX_SECONDS + 1)
    for _ in range(2):
        with pytest.raises(SubjectErased):
            other.subjects.to_read(key.id, "member", "42")
    with pytest.raises(SubjectErased):
        other.subjects.to_write([KIM])


def test_a_thread_that_reads_a_key_while_it_is_destroyed_does_not_keep_it(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_keys = ring.subjects
    key = held_keys.to_write([KIM])[KIM]
    held_keys.forget()
    read = held_keys.store.by_id

    def late(ids: list[bytes]) -> object:
        found = read(ids)
        ring.shred(KIM)  # another thread does, between reading and keeping
        return found

    monkeypatch.setattr(held_keys.store, "by_id", late)
    for _ in range(2):
        with pytest.raises(SubjectErased):
            held_keys.to_read(key.id, "member", "42")


def test_preloading_reads_many_at_once_and_makes_keys_on_request(ring: Keyring, queries: list[str]) -> None:
    persons = [f"member:{number}" for number in range(42, 62)]
    assert ring.preload(persons) == 1
    assert ring.preload(persons, create=True) == 20
    queries.clear()
    ring.subjects.to_write(SubjectId.parse(each) for each in persons)
    assert queries == []


def test_threads_that_meet_the_same_persons_agree(ring: Keyring) -> None:
    persons = [SubjectId.of("member", number) for number in range(30)]
    found: list[dict[SubjectId, bytes]] = []

    def work() -> None:
        found.append({each: ring.subjects.to_write([each])[each].id for each in persons})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 4
    assert all(each == found[0] for each in found)


def test_a_closed_keyring_holds_no_persons_key(ring: Keyring) -> None:
    subjects = ring.subjects
    subjects.to_write([KIM])
    ring.close()
    assert not subjects._by_id
