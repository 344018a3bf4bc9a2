"""AES-256-SIV over rows: what OpenSSL makes of each value."""

from __future__ import annotations

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import given
from hypothesis import strategies as st

from safeguards.crypto import siv_rows
from safeguards.crypto.siv import Aes256Siv
from safeguards.crypto.siv_rows import Aes256SivRows
from safeguards.values import Secret

KEY = bytes(range(64))


def rows_of(values: list[bytes]) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.frombuffer(b"".join(values), np.uint8).reshape(len(values), -1)


def equal_lengths(size: int) -> st.SearchStrategy[list[bytes]]:
    return st.lists(st.binary(min_size=size, max_size=size), min_size=1, max_size=5)


@given(
    key=st.binary(min_size=64, max_size=64),
    values=st.integers(1, 70).flatmap(equal_lengths),
    associated=st.binary(max_size=40),
    at_once=st.sampled_from([1, 64, 1 << 18]),
)
def test_each_row_is_what_openssl_seals(
    key: bytes, values: list[bytes], associated: bytes, at_once: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(siv_rows, "_BYTES_AT_ONCE", at_once)
        sealed = Aes256SivRows(Secret(key)).seal(rows_of(values), associated)
    single = AESSIV(key)
    assert [row.tobytes() for row in sealed] == [single.encrypt(value, [associated]) for value in values]


@pytest.mark.parametrize("size", [1, 15, 16, 17, 31, 32, 33, 48, 1000, 4096])
def test_every_length_opens_again(size: int) -> None:
    values = [bytes([place]) * size for place in range(20)]
    sealed = Aes256SivRows(Secret(KEY)).seal(rows_of(values), b"email")
    assert [Aes256Siv(Secret(KEY)).open(row.tobytes(), b"email") for row in sealed] == values


def test_counters_do_not_carry_out_of_their_32_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vector whose counter begins at its highest: the standard clears two bits for that."""
    stream = Aes256SivRows(Secret(KEY))._stream(np.full((1, 16), 255, np.uint8), 48)
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    first = (int.from_bytes(b"\xff" * 16, "big") & ~(1 << 63) & ~(1 << 31)).to_bytes(16, "big")
    counter = Cipher(algorithms.AES256(KEY[32:]), modes.CTR(first)).encryptor()
    assert stream[0].tobytes() == counter.update(bytes(48))


def test_the_input_is_not_changed() -> None:
    rows = rows_of([b"a" * 20]).copy()
    Aes256SivRows(Secret(KEY)).seal(rows, b"")
    assert rows.tobytes() == b"a" * 20


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        Aes256SivRows(Secret(bytes(32)))
