from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import given
from hypothesis import strategies as st

from safeguards.crypto.siv import KEY_BYTES, OVERHEAD_BYTES, Aes256Siv
from safeguards.values import Secret

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "aes_256_siv.json").read_text())
KEY = Secret(bytes(range(KEY_BYTES)))


@pytest.mark.parametrize("vector", VECTORS["single"], ids=lambda vector: vector["name"])
def test_the_primitive_below_gives_the_rfcs_examples(vector: dict[str, Any]) -> None:
    """Their keys have 32 bytes, which ``Aes256Siv`` refuses: Wycheproof and interop judge its own 64."""
    siv = AESSIV(bytes.fromhex(vector["key"]))
    associated = [bytes.fromhex(part) for part in vector["associated"]]
    assert siv.encrypt(bytes.fromhex(vector["plaintext"]), associated).hex() == vector["ciphertext"]


def test_every_wycheproof_case_of_64_byte_keys_is_judged_as_it_should_be(shared: Path) -> None:
    groups = json.loads((shared / "vectors" / "aes_siv_cmac_test.json").read_text())["testGroups"]
    cases = [case for group in groups if group["keySize"] == 512 for case in group["tests"]]
    assert len(cases) == 147
    for case in cases:
        key, associated, plaintext, sealed = (
            bytes.fromhex(case[name]) for name in ("key", "aad", "msg", "ct")
        )
        siv = Aes256Siv(Secret(key))
        if case["result"] == "valid":
            assert siv.seal(plaintext, associated) == sealed, case["tcId"]
            assert siv.open(sealed, associated) == plaintext, case["tcId"]
        else:
            with pytest.raises(InvalidTag):
                siv.open(sealed, associated)


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_what_is_sealed_opens_again_and_seals_the_same_again(data: bytes, associated: bytes) -> None:
    sealed = Aes256Siv(KEY).seal(data, associated)
    assert len(sealed) == len(data) + OVERHEAD_BYTES
    assert Aes256Siv(KEY).open(sealed, associated) == data
    assert Aes256Siv(KEY).seal(data, associated) == sealed


@given(st.binary(max_size=40), st.integers(0, 10_000))
def test_no_altered_bit_opens(data: bytes, bit: int) -> None:
    sealed = bytearray(Aes256Siv(KEY).seal(data, b"member.rrn"))
    sealed[bit // 8 % len(sealed)] ^= 1 << bit % 8
    with pytest.raises(InvalidTag):
        Aes256Siv(KEY).open(bytes(sealed), b"member.rrn")


@pytest.mark.parametrize("length", range(20))
def test_what_is_cut_short_does_not_open(length: int) -> None:
    with pytest.raises(InvalidTag):
        Aes256Siv(KEY).open(Aes256Siv(KEY).seal(b"value", b"")[:length], b"")


def test_other_associated_data_and_another_key_do_not_open() -> None:
    sealed = Aes256Siv(KEY).seal(b"value", b"member.rrn")
    for key, associated in ((KEY, b"member.note"), (KEY, b""), (Secret(b"k" * KEY_BYTES), b"member.rrn")):
        with pytest.raises(InvalidTag):
            Aes256Siv(key).open(sealed, associated)


@pytest.mark.parametrize("length", [0, 16, 32, 48, 63, 65, 128])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        Aes256Siv(Secret(bytes(length)))
