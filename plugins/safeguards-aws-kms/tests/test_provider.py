"""The provider against moto's server and a KMS of our own, over real sockets: contract, binding, rotation."""

from __future__ import annotations

import base64
import multiprocessing
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from safeguards_aws_kms import AwsKmsProvider, from_uri

from safeguards import Keyring
from safeguards.errors import KeyringError
from safeguards.plugins import load
from tests.contract.provider import CONTEXT, KEY, ProviderContract


class TestContractWithMoto(ProviderContract):
    @pytest.fixture
    def provider(self, moto_uri: str) -> AwsKmsProvider:
        return from_uri(moto_uri)


class TestContractWithAnAliasOfMoto(ProviderContract):
    @pytest.fixture
    def provider(self, moto: Any, moto_arn: str, moto_address: str) -> Iterator[AwsKmsProvider]:
        moto.create_alias(AliasName="alias/members", TargetKeyId=moto_arn)
        yield from_uri(f"aws-kms:alias/members?region=ap-northeast-2&endpoint={moto_address}")
        moto.delete_alias(AliasName="alias/members")


class TestContract(ProviderContract):
    @pytest.fixture
    def provider(self, uri: str) -> AwsKmsProvider:
        return from_uri(uri)


class TestContractOfAnEndpointThatIgnoresTheContext(ProviderContract):
    """An endpoint that drops the encryption context without a word; it must bind all the same."""

    @pytest.fixture
    def provider(self, kms: Any, uri: str) -> AwsKmsProvider:
        kms.ignores_context = True
        return from_uri(uri)


def test_is_found_by_its_scheme() -> None:
    assert load("keys", "aws-kms") is from_uri


def test_making_a_provider_asks_nothing_and_needs_no_credential(
    monkeypatch: pytest.MonkeyPatch, kms: Any, uri: str
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert from_uri(uri).uri == uri
    assert not kms.seen


def test_a_pickle_works_elsewhere_and_holds_no_credential(uri: str, secrets: list[str]) -> None:
    provider = from_uri(uri)
    wrapped = provider.wrap(KEY, CONTEXT)
    frozen = pickle.dumps(provider)
    assert not [secret for secret in secrets if secret.encode() in frozen]
    assert pickle.loads(frozen).unwrap(wrapped, CONTEXT) == KEY


def test_another_process_unwraps_by_the_same_uri(moto_uri: str) -> None:
    wrapped = from_uri(moto_uri).wrap(KEY, {"purpose": "data"})
    code = (
        "import sys; from safeguards_aws_kms import from_uri;"
        "print(from_uri(sys.argv[1]).unwrap(bytes.fromhex(sys.argv[2]), {'purpose': 'data'}).hex())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, moto_uri, wrapped.hex()], capture_output=True, text=True
    )
    assert done.stdout.strip() == KEY.hex(), done.stderr


def test_the_context_the_key_and_the_algorithm_are_named_both_ways(kms: Any, uri: str, key: Any) -> None:
    provider = from_uri(uri)
    provider.unwrap(provider.wrap(KEY, CONTEXT), CONTEXT)
    assert [operation for operation, _, _ in kms.seen] == ["Encrypt", "Decrypt"]
    for _, _, body in kms.seen:
        assert body["EncryptionContext"] == CONTEXT
        assert body["KeyId"] == key.arn
        assert body["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"


def test_kms_itself_refuses_another_context(moto: Any, moto_arn: str, moto_uri: str) -> None:
    wrapped = from_uri(moto_uri).wrap(KEY, {"purpose": "data"})
    asked = {"KeyId": moto_arn, "CiphertextBlob": wrapped}
    assert moto.decrypt(**asked, EncryptionContext={"purpose": "data"})["Plaintext"][32:] == KEY
    with pytest.raises(moto.exceptions.InvalidCiphertextException):
        moto.decrypt(**asked, EncryptionContext={"purpose": "tag"})
    with pytest.raises(moto.exceptions.InvalidCiphertextException):
        moto.decrypt(**asked)


def test_credentials_are_used_to_sign_and_are_not_sent_in_the_body(
    kms: Any, uri: str, secrets: list[str]
) -> None:
    from_uri(uri).wrap(KEY, CONTEXT)
    _, headers, body = kms.seen[-1]
    assert secrets[0] in headers["authorization"]
    assert secrets[1] not in f"{headers}{body}"
    assert not [secret for secret in secrets if secret in str(body)]


def test_a_key_wrapped_before_a_rotation_by_aws_still_unwraps(key: Any, uri: str) -> None:
    provider = from_uri(uri)
    old = provider.wrap(KEY, CONTEXT)
    key.materials.append(os.urandom(32))
    new = provider.wrap(KEY, CONTEXT)
    assert (old[40], new[40]) == (1, 2)  # where this server notes the material
    assert provider.unwrap(old, CONTEXT) == provider.unwrap(new, CONTEXT) == KEY


def test_a_key_wrapped_before_a_rotation_still_unwraps_with_moto(
    moto: Any, moto_arn: str, moto_uri: str
) -> None:
    provider = from_uri(moto_uri)
    old = provider.wrap(KEY, CONTEXT)
    moto.rotate_key_on_demand(KeyId=moto_arn)
    assert provider.unwrap(old, CONTEXT) == provider.unwrap(provider.wrap(KEY, CONTEXT), CONTEXT) == KEY


def test_another_key_of_the_account_does_not_unwrap(kms: Any, key: Any, uri: str, server_module: Any) -> None:
    other = kms.add(server_module.Key())
    wrapped = from_uri(uri).wrap(KEY, CONTEXT)
    with pytest.raises(KeyringError, match="says that another key wrapped this"):
        from_uri(uri.replace(key.id, other.id)).unwrap(wrapped, CONTEXT)


def test_another_key_of_motos_account_does_not_unwrap(moto: Any, moto_arn: str, moto_uri: str) -> None:
    other = moto.create_key()["KeyMetadata"]["Arn"]
    wrapped = from_uri(moto_uri).wrap(KEY, CONTEXT)
    with pytest.raises(KeyringError, match="denied access"):  # KMS would say IncorrectKeyException
        from_uri(moto_uri.replace(moto_arn, other)).unwrap(wrapped, CONTEXT)


def test_key_arn_alias_and_alias_arn_open_each_others_keys(key: Any, uri: str, alias_uri: str) -> None:
    alias_arn = uri.replace(f"key/{key.id}", "alias/members")
    for one in (uri, alias_uri, alias_arn):
        wrapped = from_uri(one).wrap(KEY, CONTEXT)
        assert [from_uri(other).unwrap(wrapped, CONTEXT) for other in (uri, alias_uri, alias_arn)] == [
            KEY
        ] * 3


def test_a_moved_alias_neither_unwraps_nor_mixes_keys_until_the_store_is_rewrapped(
    kms: Any, uri: str, alias_uri: str, server_module: Any, tmp_path: Path
) -> None:
    store = f"sqlite:///{tmp_path / 'keys.db'}"
    running = Keyring.create(store, alias_uri)
    kms.aliases["alias/members"] = kms.add(server_module.Key()).id
    with pytest.raises(KeyringError, match="has another key under this name now; move the alias back"):
        running.rotate()
    with pytest.raises(KeyringError, match="open the keyring with the former key's ARN and rewrap it"):
        Keyring.open(store)
    Keyring.open(store, uri).rewrap(alias_uri)
    assert Keyring.open(store).data_key_id == running.data_key_id
    running.refresh()  # a process that ran all along follows
    assert running.rotate() == Keyring.open(store).data_key_id


def test_a_keyring_is_created_rotated_and_opened_by_its_store_alone(
    kms: Any, key: Any, uri: str, tmp_path: Path, secrets: list[str]
) -> None:
    store = f"sqlite:///{tmp_path / 'keys.db'}"
    ring = Keyring.create(store, uri)
    sealed = ring.data_key_id
    key.materials.append(bytes(32))
    rotated = ring.rotate()
    opened = Keyring.open(store)
    assert sealed != rotated == opened.data_key_id
    assert opened.data_key_ids == (sealed, rotated)
    assert not [secret for secret in secrets if secret.encode() in (tmp_path / "keys.db").read_bytes()]
    del kms.keys[key.id]
    with pytest.raises(KeyringError, match="has no such key"):
        Keyring.open(store)


@pytest.mark.parametrize("size", [0, 1, 15, 4065])
def test_a_key_of_a_size_that_is_no_data_key_is_refused_before_kms_is_asked(
    kms: Any, uri: str, size: int
) -> None:
    with pytest.raises(KeyringError, match="16 to 4064 bytes"):
        from_uri(uri).wrap(bytes(size), CONTEXT)
    assert not kms.seen


@pytest.mark.parametrize("size", [0, 6145])
def test_a_text_that_kms_could_not_have_made_is_refused_before_kms_is_asked(
    kms: Any, uri: str, size: int
) -> None:
    with pytest.raises(KeyringError, match="not a data key that this provider wrapped"):
        from_uri(uri).unwrap(bytes(size), CONTEXT)
    assert not kms.seen


def test_what_kms_unwraps_but_this_provider_did_not_wrap_is_refused(
    moto: Any, moto_arn: str, moto_uri: str
) -> None:
    for plain, fault in ((KEY, "not KMS's"), (KEY * 2, "did not unwrap the key")):
        foreign = moto.encrypt(KeyId=moto_arn, Plaintext=plain, EncryptionContext=CONTEXT)["CiphertextBlob"]
        with pytest.raises(KeyringError, match=fault):
            from_uri(moto_uri).unwrap(foreign, CONTEXT)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_calls_share_one_connection_which_a_forked_child_leaves_alone(kms: Any, uri: str) -> None:
    provider = from_uri(uri)
    wrapped = provider.wrap(KEY, CONTEXT)
    child = multiprocessing.get_context("fork").Process(target=provider.unwrap, args=(wrapped, CONTEXT))
    child.start()
    child.join(20)
    assert child.exitcode == 0
    provider.unwrap(wrapped, CONTEXT)
    before, forked, after = (headers["peer"] for _, headers, _ in kms.seen)
    assert before == after != forked


def test_renewed_credentials_are_used_after_a_refusal(
    kms: Any, uri: str, monkeypatch: pytest.MonkeyPatch, secrets: list[str]
) -> None:
    provider = from_uri(uri)
    wrapped = provider.wrap(KEY, CONTEXT)
    kms.expired = {secrets[2]}
    with pytest.raises(KeyringError, match="refused expired credentials"):
        provider.unwrap(wrapped, CONTEXT)
    monkeypatch.setenv("AWS_SESSION_TOKEN", "renewed")
    assert provider.unwrap(wrapped, CONTEXT) == KEY


def test_the_wrapped_key_is_kmss_own_ciphertext(kms: Any, key: Any, uri: str) -> None:
    wrapped = from_uri(uri).wrap(KEY, CONTEXT)
    headers, body = kms.seen[-1][1], {"KeyId": key.arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    body |= {"CiphertextBlob": base64.b64encode(wrapped).decode(), "EncryptionContext": CONTEXT}
    assert base64.b64decode(kms.answer("Decrypt", headers, body)["Plaintext"])[32:] == KEY
