"""The provider against a Transit server over real sockets: the shared contract, binding and versions."""

from __future__ import annotations

import base64
import json
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from safeguards_vault import VaultProvider, from_uri

from safeguards import Keyring, use
from safeguards.errors import KeyringError
from safeguards.fields.cipher import Cipher
from safeguards.fields.codecs import codec_for
from safeguards.keys import resolve
from safeguards.plugins import load
from tests.contract.provider import CONTEXT, KEY, ProviderContract


class TestContract(ProviderContract):
    @pytest.fixture
    def provider(self, uri: str) -> VaultProvider:
        return from_uri(uri)

    @pytest.fixture
    def secrets(self, vault: Any) -> list[str]:
        return [vault.token]


class TestContractOfChaCha20(TestContract):
    @pytest.fixture
    def provider(self, vault: Any, uri: str) -> VaultProvider:
        vault.keys["members"].type = "chacha20-poly1305"
        return from_uri(uri)


class TestContractOfAServerThatIgnoresAssociatedData(TestContract):
    """A server older than the parameter drops it without a word; the context must bind all the same."""

    @pytest.fixture
    def provider(self, vault: Any, uri: str) -> Iterator[VaultProvider]:
        vault.ignores_associated_data = True
        yield from_uri(uri)
        assert not [body for path, _, body in vault.seen if "/encrypt/" in path and b"associated" not in body]


def test_is_found_by_its_scheme() -> None:
    assert load("keys", "vault") is from_uri


def test_a_pickle_works_elsewhere_and_holds_no_token(vault: Any, uri: str) -> None:
    provider = from_uri(uri)
    wrapped = provider.wrap(KEY, CONTEXT)
    frozen = pickle.dumps(provider)
    assert vault.token.encode() not in frozen
    assert pickle.loads(frozen).unwrap(wrapped, CONTEXT) == KEY


def test_another_process_unwraps_by_the_same_uri(uri: str) -> None:
    wrapped = from_uri(uri).wrap(KEY, {"purpose": "data"})
    code = (
        "import sys; from safeguards_vault import from_uri;"
        "print(from_uri(sys.argv[1]).unwrap(sys.argv[2].encode(), {'purpose': 'data'}).hex())"
    )
    command = [sys.executable, "-c", code, uri, wrapped.decode()]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.strip() == KEY.hex(), done.stderr


def test_the_context_is_sent_as_associated_data_and_the_token_as_a_header_alone(vault: Any, uri: str) -> None:
    from_uri(uri).wrap(KEY, {"b": "2", "a": "1"})
    path, headers, body = vault.seen[-1]
    label = b"safeguards-vault v1"
    parts = (label, b"a", b"1", b"b", b"2")
    expected = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert base64.b64decode(json.loads(body)["associated_data"]) == expected
    assert headers["x-vault-token"] == vault.token
    assert vault.token not in path + body.decode()


@pytest.mark.parametrize("spelling", ["vault:v01:", "vault:v0:", "vault:v+1:", "vault:v1:\n", "VAULT:v1:"])
def test_one_wrapped_key_has_one_spelling(vault: Any, uri: str, spelling: str) -> None:
    wrapped = from_uri(uri).wrap(KEY, CONTEXT)
    asked = len(vault.seen)
    with pytest.raises(KeyringError, match="not a data key that this provider wrapped"):
        from_uri(uri).unwrap(wrapped.replace(b"vault:v1:", spelling.encode()), CONTEXT)
    assert len(vault.seen) == asked


def test_a_key_wrapped_before_a_rotation_still_unwraps(vault: Any, uri: str) -> None:
    provider = from_uri(uri)
    old = provider.wrap(KEY, CONTEXT)
    vault.answer("POST", "/v1/transit/keys/members/rotate", {"x-vault-token": vault.token}, {})
    new = provider.wrap(KEY, CONTEXT)
    assert (old[:9], new[:9]) == (b"vault:v1:", b"vault:v2:")
    assert provider.unwrap(old, CONTEXT) == provider.unwrap(new, CONTEXT) == KEY


def test_a_version_below_the_least_allowed_is_refused_with_what_to_do(vault: Any, uri: str) -> None:
    wrapped = from_uri(uri).wrap(KEY, CONTEXT)
    vault.keys["members"].min_decryption_version = 2
    with pytest.raises(KeyringError, match="lower its min_decryption_version"):
        from_uri(uri).unwrap(wrapped, CONTEXT)


def test_a_version_that_the_server_never_had_is_told_apart(uri: str) -> None:
    wrapped = from_uri(uri).wrap(KEY, CONTEXT).replace(b":v1:", b":v7:")
    with pytest.raises(KeyringError, match="does not have the version"):
        from_uri(uri).unwrap(wrapped, CONTEXT)


def test_another_key_of_the_mount_does_not_unwrap(vault: Any, uri: str, server_module: Any) -> None:
    vault.keys["second"] = server_module.Key()
    wrapped = from_uri(uri).wrap(KEY, CONTEXT)
    with pytest.raises(KeyringError, match=r"key transit/second\) did not unwrap the key"):
        from_uri(uri.replace("members", "second")).unwrap(wrapped, CONTEXT)


def test_a_namespace_and_a_nested_mount_are_used(vault: Any, uri: str) -> None:
    vault.namespace, vault.mount = "kr/hr", "team/transit"
    inside = uri.replace("vault:transit", "vault:team/transit") + "&namespace=kr/hr"
    assert from_uri(inside).unwrap(from_uri(inside).wrap(KEY, CONTEXT), CONTEXT) == KEY
    with pytest.raises(KeyringError, match="has no transit engine at this mount"):
        from_uri(uri).wrap(KEY, CONTEXT)


def test_a_keyring_is_created_rotated_and_opened_by_its_store_alone(
    vault: Any, uri: str, tmp_path: Path
) -> None:
    store = f"sqlite:///{tmp_path / 'keys.db'}"
    with_one = Keyring.create(store, uri)
    sealed = with_one.data_key_id
    vault.keys["members"].versions.append(bytes(32))
    rotated = with_one.rotate()
    opened = Keyring.open(store)
    assert (sealed, opened.data_key_id) == (sealed, rotated)
    assert rotated != sealed
    assert vault.token.encode() not in (tmp_path / "keys.db").read_bytes()
    del vault.keys["members"]
    with pytest.raises(KeyringError, match="has no such key; if it was deleted, restore its backup"):
        Keyring.open(store)


def test_a_value_never_asks_vault_and_a_refreshed_keyring_does(
    vault: Any, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, hour = time.time, timedelta(hours=1)
    with Keyring.create(f"sqlite:///{tmp_path / 'keys.db'}", uri, max_age=hour) as ring:
        use(ring, name="vault")
        name = Cipher("vault.name", codec_for(str), keyring="vault")
        sealed, asked = name.encrypt("김"), len(vault.seen)
        monkeypatch.setattr("safeguards.keys.limits.time.time", lambda: clock() + 3601)
        assert ring._memory._forget_in_time()  # what the thread that keeps time does
        for use_it in (lambda: name.decrypt(sealed), lambda: name.encrypt("김")):
            with pytest.raises(KeyringError, match=r"call ring\.refresh\(\)"):
                use_it()
        assert len(vault.seen) == asked
        ring.refresh()
        assert len(vault.seen) == asked + 3
        assert name.decrypt(sealed) == "김"
        vault.keys["members"].min_decryption_version = 2
        with pytest.raises(KeyringError, match="min_decryption_version"):
            ring.refresh()
    use(None, name="vault")


def test_a_keyring_that_the_environment_names_keeps_itself_fresh(
    vault: Any, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Keyring.create(f"sqlite:///{tmp_path / 'keys.db'}", uri).close()
    monkeypatch.setenv("SAFEGUARDS_KEYRING_KEPT", f"sqlite:///{tmp_path / 'keys.db'} {uri}")
    monkeypatch.setenv("SAFEGUARDS_KEYRING_KEPT_MAX_AGE", "0.2")
    with resolve("kept"):
        asked, end = len(vault.seen), time.monotonic() + 20
        while len(vault.seen) < asked + 6:
            assert time.monotonic() < end
            time.sleep(0.01)
    use(None, name="kept")
