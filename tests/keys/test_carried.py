"""A keyring that travels: wrapped keys in the parcel, unwrapped once where it arrives."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from safeguards import InputError, Keyring, KeyringError, use
from safeguards.keys import WrappedKeyring, registered, registry, resolve, use_wrapped
from safeguards.keys.limits import Limits
from tests import forked
from tests.keys.remote import Counting, Remote


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for name in ("default", "pseudonyms"):
        use(None, name)
    use_wrapped({})
    registry._sent.clear()


@pytest.fixture
def ring(folder: Path) -> Keyring:
    ring = Keyring.create("sqlite:///keys.db", f"local:{folder / 'master.key'}")
    ring.rotate()
    return ring


def secrets(ring: Keyring) -> list[bytes]:
    found = [secret.reveal() for _, secret in ring._memory.current().keys.values()]
    assert len(found) == 4
    return found


def test_the_parcel_holds_no_key_and_names_the_provider(ring: Keyring, folder: Path) -> None:
    parcel = pickle.dumps(ring.wrapped())
    master = (folder / "master.key").read_bytes().strip().removeprefix(b"safeguards-key-1:")
    assert not [key for key in (*secrets(ring), master) if key in parcel or key.hex().encode() in parcel]
    assert f"local:{folder / 'master.key'}".encode() in parcel
    assert all(row.wrapped in parcel for row in ring._store.wrapped()[2]), "or the search finds nothing ever"


def test_its_repr_tells_whose_it_is_and_no_key_however_wrapped(ring: Keyring) -> None:
    wrapped = ring.wrapped()
    assert ring.id in repr(wrapped)
    assert not [key for key in wrapped.keys if repr(key.wrapped)[2:12] in repr(wrapped)]


def test_the_same_keys_open_where_there_is_no_key_store(ring: Keyring, folder: Path) -> None:
    wrapped = pickle.loads(pickle.dumps(ring.wrapped()))
    (folder / "keys.db").unlink()
    there = Keyring.open(wrapped)
    assert (there.id, there.created_at, there.provider.uri) == (ring.id, ring.created_at, ring.provider.uri)
    assert secrets(there) == secrets(ring)
    assert there.status() == ring.status()
    assert there.data_key_id == ring.data_key_id
    assert there.pseudonym_key("ads", "email/1", 0)[1].reveal() == (
        ring.pseudonym_key("ads", "email/1", 0)[1].reveal()
    )


def test_another_process_opens_it_with_its_own_credentials(ring: Keyring, folder: Path) -> None:
    (folder / "parcel").write_bytes(pickle.dumps(ring.wrapped()))
    code = (
        "import pickle; from safeguards import Keyring;"
        "ring = Keyring.open(pickle.load(open('parcel', 'rb')));"
        "print(ring.pseudonym_key('ads', 'email/1', 0)[1].reveal().hex())"
    )
    done = forked.run(code, cwd=folder)
    assert done.stdout.strip() == ring.pseudonym_key("ads", "email/1", 0)[1].reveal().hex(), done.stderr


def test_without_the_credentials_it_opens_nothing_and_says_so_in_one_line(
    ring: Keyring, folder: Path
) -> None:
    wrapped = ring.wrapped()
    (folder / "master.key").rename(folder / "elsewhere.key")
    with pytest.raises(KeyringError, match=r"there is no key file at .*master\.key") as refusal:
        use_wrapped({"pseudonyms": wrapped})
    assert "\n" not in str(refusal.value)
    other = Keyring.create("sqlite:///other.db", f"local:{folder / 'master.key'}")
    with pytest.raises(KeyringError, match="does not open this keyring's keys"):
        use_wrapped({"pseudonyms": wrapped})
    assert other.id != ring.id
    with pytest.raises(KeyringError, match="no keyring 'pseudonyms'"):
        resolve("pseudonyms")


def test_a_provider_whose_plugin_is_not_installed_there_is_named(folder: Path) -> None:
    wrapped = Keyring.create("sqlite:///keys.db", Remote(folder / "kms.key")).wrapped()
    with pytest.raises(InputError, match="keys plugin 'remote' is not installed; installed: .*local"):
        use_wrapped({"default": wrapped})


def test_a_keys_record_that_was_altered_on_the_way_does_not_open(ring: Keyring) -> None:
    wrapped = ring.wrapped()
    first, *rest = wrapped.keys
    swapped = type(first)(first.id, first.sequence, "tag", first.wrapped, first.created_at)
    with pytest.raises(KeyringError, match="does not open"):
        Keyring.open(WrappedKeyring(wrapped.holds, (swapped, *rest)))


def test_a_process_unwraps_once_and_anew_when_the_keys_are_others(
    ring: Keyring, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting = Counting(folder / "master.key")
    monkeypatch.setattr("safeguards.keys.keyring.provider_from", lambda _uri: counting)
    wrapped = ring.wrapped()
    use_wrapped({"pseudonyms": wrapped})
    first = resolve("pseudonyms")
    for name in ("pseudonyms", "default", "pseudonyms"):
        use_wrapped({name: pickle.loads(pickle.dumps(wrapped))})
        assert resolve(name) is first
    assert counting.unwrapped == 4
    ring.rotate()
    use_wrapped({"default": ring.wrapped()})
    assert resolve() is not first
    assert counting.unwrapped == 4 + 5
    assert resolve("default").data_key_id == ring.data_key_id


def test_a_name_that_means_other_keys_makes_ciphers_look_them_up_again(ring: Keyring, folder: Path) -> None:
    from safeguards.keys import generation

    use_wrapped({"default": ring.wrapped()})
    before = generation.current
    use_wrapped({"default": ring.wrapped()})
    assert generation.current is before
    other = Keyring.create("sqlite:///other.db", f"local:{folder / 'master.key'}")
    use_wrapped({"default": other.wrapped()})
    assert generation.current is not before
    assert resolve().id == other.id


def test_a_name_sent_for_an_earlier_task_is_forgotten_and_one_of_this_process_is_not(ring: Keyring) -> None:
    use(ring)
    use_wrapped({"pseudonyms": ring.wrapped()})
    use_wrapped({})
    assert not registered("pseudonyms")
    assert resolve() is ring
    use_wrapped({"pseudonyms": ring.wrapped()})
    use(ring, "pseudonyms")
    use_wrapped({})
    assert resolve("pseudonyms") is ring


def test_a_closed_keyring_sends_nothing_and_a_closed_one_there_is_opened_anew(ring: Keyring) -> None:
    wrapped = ring.wrapped()
    use_wrapped({"default": wrapped})
    resolve().close()
    use_wrapped({"default": wrapped})
    assert not resolve().closed
    ring.close()
    with pytest.raises(KeyringError, match="closed"):
        ring.wrapped()


def test_limits_travel_with_the_keys(folder: Path) -> None:
    age, uses = timedelta(hours=1), 4096
    limits = Limits(age, uses)
    ring = Keyring.create("sqlite:///keys.db", f"local:{folder / 'k'}", max_age=age, max_uses=uses)
    assert Keyring.open(pickle.loads(pickle.dumps(ring.wrapped()))).limits == limits == ring.limits
    assert Keyring.open(ring.wrapped(), max_uses=2048).limits == Limits(None, 2048)


def test_it_makes_no_key_and_holds_none_of_a_person(ring: Keyring) -> None:
    there = Keyring.open(ring.wrapped())
    for refused in (there.rotate, lambda: there.preload(["member:1"]), lambda: there.shred("member:1")):
        with pytest.raises(KeyringError, match="sent to a worker.*from its key store"):
            refused()


def test_keys_wrapped_anew_travel_with_the_provider_that_opens_them(ring: Keyring, folder: Path) -> None:
    follower = Keyring.open("sqlite:///keys.db")
    ring.rewrap(f"local:{folder / 'new.key'}")
    os.remove(folder / "master.key")
    for each in (ring, follower):
        assert each.wrapped().holds.provider == f"local:{folder / 'new.key'}"
        assert secrets(Keyring.open(each.wrapped())) == secrets(ring)
