from __future__ import annotations

import copy
import os
import pickle
import signal
import sqlite3
import sys
import threading
import traceback
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from safeguards import Keyring, KeyringError, KeyUnavailable, use
from safeguards.errors import InputError, MissingExtra
from safeguards.keys import keyring, registered, registry, resolve
from tests import forked


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ring(folder: Path) -> Keyring:
    return Keyring.create("sqlite:///keys.db", "local:master.key")


def test_a_keyring_opens_again_with_the_same_keys(ring: Keyring) -> None:
    again = Keyring.open("sqlite:///keys.db")
    assert again.id == ring.id
    key_id = ring.data_key_id
    assert again.field_key(key_id, "a.b").reveal() == ring.field_key(key_id, "a.b").reveal()
    assert again.status() == ring.status()


def test_key_file_and_key_store_are_for_their_owner_only(ring: Keyring, folder: Path) -> None:
    for name in ("master.key", "keys.db"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600


def test_the_store_holds_no_key_in_the_clear(ring: Keyring, folder: Path) -> None:
    stored = (folder / "keys.db").read_bytes()
    assert ring.data_key(ring.data_key_id).reveal() not in stored


def test_rotation_adds_a_key_and_keeps_the_old(ring: Keyring) -> None:
    before = ring.data_key_id
    old = ring.data_key(before).reveal()
    now = ring.rotate()
    assert now == ring.data_key_id != before
    assert ring.data_key(before).reveal() == old != ring.data_key(now).reveal()
    assert [key.id for key in ring.status() if key.active and key.purpose == "data"] == [now]


def test_a_store_restored_from_a_backup_gives_no_lost_id_to_another_key(ring: Keyring, folder: Path) -> None:
    backup = (folder / "keys.db").read_bytes()
    lost = {ring.rotate() for _ in range(20)}
    (folder / "keys.db").write_bytes(backup)
    restored = Keyring.open("sqlite:///keys.db")
    again = {restored.rotate() for _ in range(20)}
    assert not lost & again
    assert max(again) > 1 << 24  # drawn from all four bytes: 20 draws below this have odds of 2^-160


def test_the_newest_key_is_the_one_added_last_whatever_its_id(ring: Keyring) -> None:
    added = [ring.data_key_id, *(ring.rotate() for _ in range(12))]
    assert added != sorted(added)  # odds of 13! against
    assert ring.data_key_id == Keyring.open("sqlite:///keys.db").data_key_id == added[-1]
    assert [key.id for key in ring.status() if key.purpose == "data"] == added


def test_an_id_that_is_taken_is_drawn_again(ring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, free = ring.data_key_id, 77
    draws = iter([taken, taken, free])
    monkeypatch.setattr(keyring, "draw_id", lambda: next(draws))
    assert ring.rotate() == free == ring.data_key_id


def test_rotation_changes_neither_tags_nor_pseudonyms(ring: Keyring) -> None:
    before = ring.tag_key("field", "a").reveal(), ring.pseudonym_key("d", "i", 0)[1].reveal()
    ring.rotate()
    assert (ring.tag_key("field", "a").reveal(), ring.pseudonym_key("d", "i", 0)[1].reveal()) == before


def test_another_process_finds_a_key_that_was_added_after_it_opened(ring: Keyring) -> None:
    other = Keyring.open("sqlite:///keys.db")
    added = ring.rotate()
    assert other.data_key(added).reveal() == ring.data_key(added).reveal()


def test_processes_that_rotate_at_once_all_get_a_key_of_their_own(ring: Keyring, folder: Path) -> None:
    code = "import safeguards; print(safeguards.Keyring.open('sqlite:///keys.db').rotate())"
    runs = [forked.Popen(code, cwd=folder) for _ in range(4)]
    ids = {int(run.communicate()[0]) for run in runs}
    assert all(run.returncode == 0 for run in runs)
    assert len(ids) == 4
    assert ids < {key.id for key in Keyring.open("sqlite:///keys.db").status()}


def test_threads_share_a_keyring_that_rotates(ring: Keyring) -> None:
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(5):
                ring.data_key(ring.rotate())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len([key for key in ring.status() if key.purpose == "data"]) == 21


def test_an_unknown_key_id_gives_no_key(ring: Keyring) -> None:
    roots = [key.id for key in ring.status() if key.purpose != "data"]
    for key_id in (999, *roots):
        with pytest.raises(KeyUnavailable, match=str(key_id)):
            ring.data_key(key_id)


def test_a_closed_keyring_gives_no_key(ring: Keyring) -> None:
    with ring:
        pass
    for use_it in (lambda: ring.data_key_id, ring.rotate, ring.status, lambda: ring.field_key(7, "a")):
        with pytest.raises(KeyringError, match="closed"):
            use_it()


def test_a_keyring_cannot_be_pickled_or_copied_and_its_repr_has_no_key(ring: Keyring) -> None:
    for leak in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="name"):
            leak(ring)
    assert str(ring.data_key(ring.data_key_id).reveal()) not in repr(ring) + repr(vars(ring))


def test_a_store_that_already_holds_a_keyring_is_left_alone(ring: Keyring, folder: Path) -> None:
    before = (folder / "keys.db").read_bytes()
    with pytest.raises(KeyringError, match="already holds"):
        Keyring.create("sqlite:///keys.db", "local:other.key")
    assert (folder / "keys.db").read_bytes() == before
    assert not (folder / "other.key").exists()


_CREATE = """
import os, sys, time, safeguards
while not os.path.exists("go"):
    time.sleep(0.001)
try:
    safeguards.Keyring.create(sys.argv[1], "local:master.key")
    print("made")
except safeguards.SafeguardsError as error:
    print("refused")
"""


def test_processes_that_make_a_keyring_at_once_leave_one_that_opens(folder: Path, database_url: str) -> None:
    Keyring.create("sqlite:///first.db", "local:master.key")  # makes the key file
    runs = [forked.Popen(_CREATE, database_url, cwd=folder) for _ in range(4)]
    (folder / "go").touch()
    said = [run.communicate()[0].strip() for run in runs]
    assert sorted(said) == ["made", "refused", "refused", "refused"]
    assert len(Keyring.open(database_url).status()) == 3


def test_a_store_without_a_key_of_some_purpose_says_so(ring: Keyring) -> None:
    with sqlite3.connect("keys.db") as connection:
        connection.execute("DELETE FROM safeguards_keys WHERE purpose = 'data'")
    connection.close()
    with pytest.raises(KeyringError, match="holds no data key"):
        Keyring.open("sqlite:///keys.db")


def test_a_store_that_is_gone_is_not_made_anew_by_reading_it(ring: Keyring, folder: Path) -> None:
    (folder / "keys.db").unlink()
    with pytest.raises(KeyringError, match="is gone"):
        ring.refresh()
    assert not (folder / "keys.db").exists()


def test_no_password_of_a_store_is_shown_wherever_it_stands(folder: Path) -> None:
    with pytest.raises(KeyringError) as caught:
        Keyring.open("postgresql+psycopg://me@127.0.0.1:1/keys?password=hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_refused_key_file_leaves_no_key_in_the_traceback(ring: Keyring, folder: Path) -> None:
    backwards = (folder / "master.key").read_text()[40:20:-1]  # this frame is in the traceback too
    for damage in (lambda path: path.write_text(f"x{path.read_text()}"), lambda path: path.chmod(0o640)):
        damage(folder / "master.key")
        with pytest.raises(KeyringError) as caught:
            Keyring.open("sqlite:///keys.db")
        trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert backwards[::-1] not in "".join(trace.format())


def test_a_pipe_in_the_key_files_place_is_refused_without_waiting(ring: Keyring, folder: Path) -> None:
    (folder / "master.key").unlink()
    os.mkfifo(folder / "master.key", 0o600)
    with pytest.raises(KeyringError, match="regular file"):
        Keyring.open("sqlite:///keys.db")


def test_a_missing_store_is_not_made_by_opening_it(folder: Path) -> None:
    with pytest.raises(KeyringError, match="holds no keyring"):
        Keyring.open("sqlite:///nowhere.db")
    assert not (folder / "nowhere.db").exists()


def test_the_wrong_key_file_opens_nothing(ring: Keyring, folder: Path) -> None:
    Keyring.create("sqlite:///other.db", "local:other.key")
    with pytest.raises(KeyringError, match="does not open"):
        Keyring.open("sqlite:///keys.db", "local:other.key")


def test_wrapped_keys_cannot_be_swapped_in_the_store(ring: Keyring, folder: Path) -> None:
    with sqlite3.connect("keys.db") as connection:
        connection.execute(
            "UPDATE safeguards_keys SET wrapped ="
            " (SELECT wrapped FROM safeguards_keys WHERE purpose = 'tag') WHERE purpose = 'data'"
        )
    connection.close()
    with pytest.raises(KeyringError, match="does not open"):
        Keyring.open("sqlite:///keys.db")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda path: path.chmod(0o644), "chmod 600"),
        (lambda path: path.unlink(), "no key file"),
        (lambda path: path.write_text("safeguards-key-1:AAAA\n"), "not a key file"),
        (lambda path: path.write_bytes(b"\xff" * 40), "not a key file"),
        (lambda path: path.write_text(""), "not a key file"),
        (lambda path: (path.unlink(), path.mkdir(0o700)), "cannot read|regular file"),
    ],
)
def test_a_key_file_that_cannot_be_trusted_is_refused(
    ring: Keyring, folder: Path, damage: object, message: str
) -> None:
    damage(folder / "master.key")  # type: ignore[operator]
    with pytest.raises(KeyringError, match=message) as caught:
        Keyring.open("sqlite:///keys.db")
    assert "AAAA" not in str(caught.value)


@pytest.mark.parametrize("store", ["nonsense", "sqlite://", "sqlite:///:memory:", "nodb://x/y"])
def test_a_store_that_is_no_lasting_database_is_refused(folder: Path, store: str) -> None:
    with pytest.raises(InputError):
        Keyring.create(store, "local:master.key")


@pytest.mark.parametrize("provider", ["", "master.key", ":x", "nosuch:thing"])
def test_a_provider_that_is_not_installed_is_named(folder: Path, provider: str) -> None:
    with pytest.raises(InputError, match="provider|plugin"):
        Keyring.create("sqlite:///keys.db", provider)


def test_a_store_in_a_folder_that_does_not_exist_leaves_no_key_file(folder: Path) -> None:
    with pytest.raises(InputError, match="folder nowhere does not exist"):
        Keyring.create("sqlite:///nowhere/keys.db", "local:master.key")
    assert not (folder / "master.key").exists()


def test_the_environment_may_name_files_with_blanks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Keyring.create("sqlite:///my keys.db", "local:my master.key")
    monkeypatch.setenv("SAFEGUARDS_KEYRING_BLANKS", "sqlite:///my keys.db local:my master.key")
    assert resolve("blanks").id == made.id
    use(None, name="blanks")
    monkeypatch.setenv("SAFEGUARDS_KEYRING_BLANKS", "sqlite:///my keys.db")
    assert resolve("blanks").id == made.id
    use(None, name="blanks")


def test_a_missing_driver_of_the_store_is_named_with_its_extra(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtra, match=r"pii-safeguards\[postgresql\]"):
        Keyring.open("postgresql+psycopg://127.0.0.1/keys")


def test_an_unreachable_store_does_not_print_its_password(folder: Path) -> None:
    with pytest.raises(KeyringError) as caught:
        Keyring.open("postgresql+psycopg://me:hunter2@127.0.0.1:1/keys")
    assert "hunter2" not in str(caught.value)


def test_the_key_store_can_be_any_of_the_three_databases(folder: Path, database_url: str) -> None:
    ring = Keyring.create(database_url, "local:master.key")
    ring.rotate()
    assert Keyring.open(database_url).status() == ring.status()


def test_keyrings_are_found_by_name_and_through_the_environment(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(ring, name="named")
    assert resolve("named") is ring
    monkeypatch.setenv("SAFEGUARDS_KEYRING_ELSEWHERE", "sqlite:///keys.db local:master.key")
    assert registered("elsewhere")
    assert resolve("elsewhere").id == ring.id
    for name in ("named", "elsewhere"):
        use(None, name=name)
    monkeypatch.delenv("SAFEGUARDS_KEYRING_ELSEWHERE")
    for name in ("named", "elsewhere"):
        assert not registered(name)
        with pytest.raises(KeyringError, match="no keyring"):
            resolve(name)


def test_a_keyring_outlives_a_fork(ring: Keyring) -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(ring.rotate()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert ring.data_key(int(os.read(reading, 10))).reveal()
    os.close(reading)
    os.close(writing)


def test_a_fork_while_another_thread_refreshes_does_not_hang_the_child(ring: Keyring) -> None:
    with (
        ring._memory.lock,
        ring._memory._placing,
        registry._lock,
    ):  # what a thread of the parent would hold at that moment
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            use(ring, name="child")
            ring.rotate()
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("other", ["1", "9"])
def test_a_store_of_another_format_is_refused(ring: Keyring, other: str) -> None:
    engine = create_engine("sqlite:///keys.db")
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE safeguards_keyring SET format = '{other}'"))
    engine.dispose()
    with pytest.raises(KeyringError, match=f"format {other}.*format 2"):
        Keyring.open("sqlite:///keys.db")
