"""Keys of persons: one each, bound to their owner, and gone when destroyed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import create_engine, event, text

from safeguards import Keyring, KeyringError, KeyUnavailable
from safeguards.errors import SubjectErased
from safeguards.keys.store import KeyStore
from safeguards.keys.subjects import SubjectKeys
from safeguards.values import SubjectId

KIM, LEE = SubjectId("member", "42"), SubjectId("member", "43")


@pytest.fixture
def store(database_url: str) -> str:
    return database_url


@pytest.fixture
def ring(store: str, tmp_path: Path) -> Keyring:
    return Keyring.create(store, f"local:{tmp_path / 'master.key'}")


@pytest.fixture
def keys(ring: Keyring, store: str) -> SubjectKeys:
    return SubjectKeys(ring, KeyStore(store))


def execute(store: str, statement: str) -> None:
    engine = create_engine(store)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_person_keeps_one_key(keys: SubjectKeys) -> None:
    first, second = keys.of([KIM, LEE]), keys.of([LEE, KIM])
    assert first.keys() == second.keys()
    for person in (KIM, LEE):
        assert first[person].id == second[person].id
        assert first[person].key.reveal() == second[person].key.reveal()
    assert first[KIM].key.reveal() != first[LEE].key.reveal()
    assert first[KIM].owner == keys.owner(KIM) != keys.owner(LEE)


def test_a_key_is_found_by_the_id_that_envelopes_carry(keys: SubjectKeys) -> None:
    kim = keys.of([KIM])[KIM]
    found = keys.by_id([kim.id, bytes(16)])
    assert list(found) == [kim.id]
    assert found[kim.id].key.reveal() == kim.key.reveal()
    assert keys.by_id([]) == {}


def test_keys_of_many_persons_are_made_and_read_at_once(keys: SubjectKeys) -> None:
    persons = [SubjectId.of("회원", number) for number in range(1201)]
    made = keys.of(persons)
    assert len({key.id for key in made.values()}) == 1201
    assert {key.id for key in keys.of(persons).values()} == {key.id for key in made.values()}


def test_an_old_key_stays_readable_after_the_data_key_rotates(keys: SubjectKeys, ring: Keyring) -> None:
    before = keys.of([KIM])[KIM]
    ring.rotate()
    assert keys.of([KIM])[KIM].key.reveal() == before.key.reveal()
    assert keys.of([LEE])[LEE].owner


def test_a_provisional_key_gets_its_owner_once(keys: SubjectKeys) -> None:
    [new] = keys.provisional()
    assert new.owner is None
    [named] = keys.name([(new, KIM)])
    assert keys.of([KIM])[KIM].id == named.id == new.id
    assert keys.by_id([new.id])[new.id].key.reveal() == new.key.reveal()
    with pytest.raises(KeyringError, match="roll back"):
        keys.name([(new, LEE)])


def test_a_provisional_key_stands_beside_one_that_a_failed_transaction_left(keys: SubjectKeys) -> None:
    first = keys.of([KIM])[KIM]
    [second] = keys.name([(keys.provisional()[0], KIM)])
    assert keys.of([KIM])[KIM].id == first.id != second.id
    assert keys.by_id([first.id, second.id])[second.id].owner == first.owner
    assert len(keys.erase(KIM).ids) == 2
    for key in (first, second):
        with pytest.raises(SubjectErased):
            keys.by_id([key.id])


def test_an_id_that_is_given_again_after_the_key_was_destroyed_gets_no_key(keys: SubjectKeys) -> None:
    keys.of([KIM])
    keys.erase(KIM)
    with pytest.raises(SubjectErased, match="gave the id again"):
        keys.name([(keys.provisional()[0], KIM)])


def test_keys_come_under_the_newest_data_key_without_a_change(
    keys: SubjectKeys, ring: Keyring, store
) -> None:
    made = keys.of([KIM, LEE, SubjectId("member", "44")])
    keys.erase(LEE)
    ring.rotate()
    assert keys.rewrap(rows_a_transaction=1) == 2
    assert keys.rewrap() == 0
    engine = create_engine(store)
    with engine.connect() as connection:
        wrapped_by = connection.scalars(
            text("SELECT key_id FROM safeguards_subjects WHERE wrapped IS NOT NULL")
        )
        assert set(wrapped_by) == {ring.data_key_id}
    engine.dispose()
    assert keys.of([KIM])[KIM].key.reveal() == made[KIM].key.reveal()


def test_keys_are_wrapped_anew_to_the_end_while_the_data_key_rotates(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    persons = [SubjectId.of("member", number) for number in range(9)]
    keys = ring.subjects.store
    keys.of(persons)
    ring.rotate()
    pages: list[object] = []
    read = KeyStore.rows

    def rows(store: KeyStore, page: Any) -> Any:
        pages.append(page)
        assert len(pages) < 20, "it goes on for ever"
        if len(pages) == 2:
            ring.rotate()
        return read(store, page)

    monkeypatch.setattr(KeyStore, "rows", rows)
    assert keys.rewrap(rows_a_transaction=3) == 12  # three of them twice
    assert keys.rewrap() == 0
    assert len(keys.of(persons)) == 9


def test_no_key_is_named_beside_those_that_are_being_destroyed(keys: SubjectKeys) -> None:
    keys.of([KIM])
    (late,) = keys.provisional()
    engine, done = keys._store.engine, []

    def erase() -> None:
        done.append(SubjectKeys(keys._ring, KeyStore(str(keys._store.url))).erase(KIM))

    other = Thread(target=erase)

    def meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "SET owner" in statement and not other.ident:
            other.start()
            other.join(0.5)  # it waits, as it should

    event.listen(engine, "before_cursor_execute", meanwhile)
    with suppress(SubjectErased):
        keys.name([(late, KIM)])
    other.join()
    assert len(done[0].ids) == 2
    with pytest.raises(SubjectErased):
        keys.by_id([late.id])


def test_no_key_is_added_to_an_empty_store_in_place_of_one_that_is_gone(ring: Keyring, store: str) -> None:
    before = ring.preload(["member:1"], create=True)
    if store.startswith("sqlite"):
        file = Path(str(ring._store.url.database))
        file.rename(file.with_suffix(".away"))
        for write in (lambda: ring.subjects.provisional(1), lambda: ring.shred("member:1")):
            with pytest.raises(KeyringError, match="is gone: put it back"):
                write()
        assert not file.exists()
        Keyring.create(store, f"local:{file.with_suffix('.key')}")  # somebody else's, by mistake
    else:
        execute(store, "DELETE FROM safeguards_keyring")
    for write in (
        lambda: ring.subjects.provisional(1),
        lambda: ring.preload(["member:2"], create=True),
        lambda: ring.shred("member:1"),
        lambda: ring.rotate(),
    ):
        with pytest.raises(KeyringError):
            write()
    assert before == 1


def test_a_destroyed_key_is_gone_from_the_store_and_for_good(keys: SubjectKeys) -> None:
    kim, lee = keys.of([KIM, LEE]).values()
    when = keys.erase(KIM)
    assert when is not None
    assert when.ids == (kim.id,)
    assert keys.erase(KIM) == when
    with pytest.raises(SubjectErased, match=when.when[:10]):
        keys.of([KIM])
    with pytest.raises(SubjectErased):
        keys.by_id([kim.id])
    assert keys.by_id([lee.id])[lee.id].key.reveal() == lee.key.reveal()


def test_destroying_the_key_of_somebody_unknown_does_nothing(keys: SubjectKeys) -> None:
    assert keys.erase(KIM) is None
    assert keys.of([KIM])[KIM].owner


def test_the_store_names_nobody(keys: SubjectKeys, store: str) -> None:
    person = SubjectId("member", "hong.gildong@example.com")
    keys.of([person])
    engine = create_engine(store)
    with engine.connect() as connection:
        shown = repr(connection.execute(text("SELECT * FROM safeguards_subjects")).all())
    engine.dispose()
    assert "hong" not in shown
    assert "hong" not in repr(keys.of([person]))


@pytest.mark.parametrize("change", ["owner", "wrapped"])
def test_a_key_given_to_another_in_the_store_is_refused(keys: SubjectKeys, store: str, change: str) -> None:
    kim, lee = keys.of([KIM, LEE]).values()
    execute(store, f"DELETE FROM safeguards_subjects WHERE id = '{lee.id.hex()}'")
    if change == "owner":
        execute(store, f"UPDATE safeguards_subjects SET owner = '{lee.owner}' WHERE id = '{kim.id.hex()}'")
    else:
        execute(store, f"UPDATE safeguards_subjects SET id = '{lee.id.hex()}'")
    with pytest.raises(KeyUnavailable, match="restore the store"):
        keys.by_id([kim.id, lee.id])


def test_another_keyring_opens_no_key(keys: SubjectKeys, store: str, tmp_path: Path) -> None:
    kim = keys.of([KIM])[KIM]
    other = Keyring.create(f"sqlite:///{tmp_path / 'other.db'}", f"local:{tmp_path / 'other.key'}")
    with pytest.raises(KeyUnavailable):
        SubjectKeys(other, KeyStore(store)).by_id([kim.id])


def test_threads_that_meet_a_person_at_once_agree_on_one_key(keys: SubjectKeys) -> None:
    persons = [SubjectId.of("member", number) for number in range(20)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: keys.of(persons), range(8)))
    assert len({tuple(key.id for key in each.values()) for each in made}) == 1
