"""Keys wrapped anew with another provider: all or none, and beside other processes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from safeguards import Keyring, KeyringError
from safeguards.keys.local import LocalProvider
from safeguards.keys.store import KeyStore
from safeguards.keys.subjects import SubjectKeys
from safeguards.values import SubjectId
from tests import forked


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ring(folder: Path, database_url: str) -> Keyring:
    return Keyring.create(database_url, "local:old.key")


def material(ring: Keyring) -> dict[int, bytes]:
    return {row.id: secret.reveal() for row, secret in ring._memory.current().keys.values()}


def test_another_provider_opens_the_same_keys_and_the_old_one_none(
    ring: Keyring, database_url: str, folder: Path
) -> None:
    ring.rotate()
    kim = SubjectId("member", "42")
    person = SubjectKeys(ring, KeyStore(database_url)).of([kim])[kim]
    before = material(ring)
    ring.rewrap("local:new.key")
    again = Keyring.open(database_url)
    assert again.provider.uri == "local:new.key"
    assert material(again) == before
    assert SubjectKeys(again, KeyStore(database_url)).of([kim])[kim].key.reveal() == person.key.reveal()
    assert (folder / "new.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(KeyringError, match="does not open"):
        Keyring.open(database_url, "local:old.key")


def test_a_ring_that_follows_the_store_learns_the_provider_and_another_is_told(
    ring: Keyring, database_url: str
) -> None:
    follows, named = Keyring.open(database_url), Keyring.open(database_url, "local:old.key")
    ring.rewrap(provider="local:new.key")
    added = follows.rotate()
    assert follows.provider.uri == "local:new.key"
    assert added in material(Keyring.open(database_url))
    with pytest.raises(KeyringError, match="wrapped anew with local:new.key"):
        named.rotate()
    assert named.data_key(named.data_key_id)


class Failing(LocalProvider):
    """Fails at its third key."""

    calls = 0

    def wrap(self, key: bytes, context: Mapping[str, str]) -> bytes:
        self.calls += 1
        if self.calls == 3:
            raise KeyringError("throttled")
        return super().wrap(key, context)


class Large(LocalProvider):
    def wrap(self, key: bytes, context: Mapping[str, str]) -> bytes:
        return bytes(5000)


@pytest.mark.parametrize(("kind", "message"), [(Failing, "throttled"), (Large, "4096")])
def test_a_provider_that_fails_leaves_the_store_as_it_was(
    ring: Keyring, database_url: str, kind: type[LocalProvider], message: str
) -> None:
    before = KeyStore(database_url).wrapped()
    with pytest.raises(KeyringError, match=message):
        ring.rewrap(kind("new.key", create=True))
    assert KeyStore(database_url).wrapped() == before


def test_keys_added_meanwhile_are_neither_lost_nor_left_behind(ring: Keyring, database_url: str) -> None:
    added: list[int] = []
    failures: list[BaseException] = []
    other = Keyring.open(database_url)

    def rotate() -> None:
        try:
            added.extend(other.rotate() for _ in range(4))
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=rotate)
    thread.start()
    ring.rewrap("local:new.key")
    thread.join()
    assert not failures
    assert len(added) == 4
    assert material(Keyring.open(database_url)).keys() >= {*added}


_REWRAP = """
import sys, safeguards
ring = safeguards.Keyring.open("sqlite:///keys.db")
print("open", flush=True)
while True:
    ring.rewrap("local:new.key"), ring.rewrap("local:old.key")
"""


@pytest.mark.slow
def test_killed_at_any_moment_exactly_one_provider_opens_the_store(folder: Path) -> None:
    before = material(Keyring.create("sqlite:///keys.db", "local:old.key"))
    draw = random.Random(7)
    for _ in range(20):
        run = forked.Popen(_REWRAP, cwd=folder)
        run.stdout.readline()
        time.sleep(draw.uniform(0, 0.1))
        run.kill()
        run.communicate()
        opened = []
        for name in ("local:old.key", "local:new.key"):
            try:
                opened.append(material(Keyring.open("sqlite:///keys.db", name)))
            except KeyringError:
                continue
        assert opened == [before]
