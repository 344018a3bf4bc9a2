"""Ciphertexts of other implementations open here, and ours open there."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from safeguards.crypto.siv import KEY_BYTES, Aes256Siv
from safeguards.crypto.xaes import Xaes256Gcm
from safeguards.values import Secret

tink = pytest.importorskip("tink", reason="tink is not installed")
from tink import aead, cleartext_keyset_handle, daead  # noqa: E402
from tink.proto import aes_siv_pb2, tink_pb2, x_aes_gcm_pb2  # noqa: E402


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


independent = _beside("independent_siv")
RFC = json.loads((Path(__file__).parents[1] / "vectors" / "aes_256_siv.json").read_text())["single"]


def _handle(type_name: str, key: Any) -> Any:
    """Return Tink's handle of one raw key, whose ciphertexts carry no prefix of Tink's own."""
    data = tink_pb2.KeyData(
        type_url=f"type.googleapis.com/google.crypto.tink.{type_name}",
        value=key.SerializeToString(),
        key_material_type=tink_pb2.KeyData.SYMMETRIC,
    )
    entry = tink_pb2.Keyset.Key(
        key_data=data, status=tink_pb2.ENABLED, key_id=1, output_prefix_type=tink_pb2.RAW
    )
    return cleartext_keyset_handle.from_keyset(tink_pb2.Keyset(primary_key_id=1, key=[entry]))


def tinks_xaes(key: bytes) -> Any:
    aead.register()
    params = x_aes_gcm_pb2.XAesGcmParams(salt_size=12)
    return _handle("XAesGcmKey", x_aes_gcm_pb2.XAesGcmKey(params=params, key_value=key)).primitive(aead.Aead)


def tinks_siv(key: bytes) -> Any:
    daead.register()
    return _handle("AesSivKey", aes_siv_pb2.AesSivKey(key_value=key)).primitive(daead.DeterministicAead)


KEYS_32 = st.binary(min_size=32, max_size=32)
KEYS_64 = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)
DATA, ASSOCIATED = st.binary(max_size=300), st.binary(max_size=80)


@given(KEYS_32, DATA, ASSOCIATED)
def test_xaes_of_tink_opens_here(key: bytes, data: bytes, associated: bytes) -> None:
    assert Xaes256Gcm(Secret(key)).open(tinks_xaes(key).encrypt(data, associated), associated) == data


@given(KEYS_32, DATA, ASSOCIATED)
def test_our_xaes_opens_in_tink(key: bytes, data: bytes, associated: bytes) -> None:
    assert tinks_xaes(key).decrypt(Xaes256Gcm(Secret(key)).seal(data, associated), associated) == data


def test_neither_opens_what_the_other_sealed_for_another_field() -> None:
    key = bytes(range(32))
    ours, theirs = Xaes256Gcm(Secret(key)), tinks_xaes(key)
    with pytest.raises(InvalidTag):
        ours.open(theirs.encrypt(b"value", b"member.rrn"), b"member.note")
    with pytest.raises(tink.TinkError):
        theirs.decrypt(ours.seal(b"value", b"member.rrn"), b"member.note")


@given(KEYS_64, DATA, ASSOCIATED)
def test_siv_of_tink_is_the_same_bytes(key: bytes, data: bytes, associated: bytes) -> None:
    ours, theirs = Aes256Siv(Secret(key)), tinks_siv(key)
    sealed = theirs.encrypt_deterministically(data, associated)
    assert ours.seal(data, associated) == sealed
    assert ours.open(sealed, associated) == data
    assert theirs.decrypt_deterministically(ours.seal(data, associated), associated) == data


@pytest.mark.parametrize("vector", RFC, ids=lambda vector: vector["name"])
def test_the_independent_siv_gives_the_rfcs_examples(vector: dict[str, Any]) -> None:
    key, plaintext, sealed = (bytes.fromhex(vector[name]) for name in ("key", "plaintext", "ciphertext"))
    associated = [bytes.fromhex(part) for part in vector["associated"]]
    assert independent.encrypt(key, associated, plaintext) == sealed
    assert independent.decrypt(key, associated, sealed) == plaintext


@given(KEYS_64, DATA, ASSOCIATED)
def test_siv_written_from_the_rfc_is_the_same_bytes(key: bytes, data: bytes, associated: bytes) -> None:
    ours, sealed = Aes256Siv(Secret(key)), independent.encrypt(key, [associated], data)
    assert ours.seal(data, associated) == sealed
    assert ours.open(sealed, associated) == data
    assert independent.decrypt(key, [associated], ours.seal(data, associated)) == data
