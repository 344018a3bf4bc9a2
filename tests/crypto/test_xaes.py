from __future__ import annotations

import hashlib
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHAKE128, XOFHash
from hypothesis import given
from hypothesis import strategies as st

from safeguards.crypto.xaes import NONCE_BYTES, Xaes256Gcm
from safeguards.values import Secret

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "xaes_256_gcm.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["single"], ids=lambda vector: vector["name"])
def test_the_specifications_single_vectors(vector: dict[str, str]) -> None:
    cipher = Xaes256Gcm(Secret(bytes.fromhex(vector["key"])))
    nonce, associated = bytes.fromhex(vector["nonce"]), vector["associated"].encode()
    sealed = cipher.encrypt(nonce, vector["plaintext"].encode(), associated)
    assert sealed.hex() == vector["ciphertext"]
    assert cipher.decrypt(nonce, sealed, associated) == vector["plaintext"].encode()


def _accumulate(iterations: int) -> str:
    source, digest = XOFHash(SHAKE128(sys.maxsize)), hashlib.shake_128()
    for _ in range(iterations):
        key, nonce = source.squeeze(32), source.squeeze(24)
        plaintext = source.squeeze(length) if (length := source.squeeze(1)[0]) else b""
        associated = source.squeeze(length) if (length := source.squeeze(1)[0]) else b""
        digest.update(Xaes256Gcm(Secret(key)).encrypt(nonce, plaintext, associated))
    return digest.hexdigest(32)


def test_the_accumulated_vector_of_10_000_iterations() -> None:
    assert _accumulate(10_000) == VECTORS["accumulated"]["10000"]


@pytest.mark.slow
def test_the_accumulated_vector_of_1_000_000_iterations() -> None:
    assert _accumulate(1_000_000) == VECTORS["accumulated"]["1000000"]


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_what_is_sealed_opens_again(data: bytes, associated: bytes) -> None:
    cipher = Xaes256Gcm(Secret(b"k" * 32))
    sealed = cipher.seal(data, associated)
    assert cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated) == data


def test_nonces_never_repeat_and_their_first_half_changes_after_1024_values() -> None:
    cipher = Xaes256Gcm(Secret(b"k" * 32))
    nonces = [cipher.seal(b"", b"")[:NONCE_BYTES] for _ in range(3000)]
    assert len(set(nonces)) == 3000
    firsts = [nonces.index(next(n for n in nonces if n[:12] == first)) for first in {n[:12] for n in nonces}]
    assert sorted(firsts) == [0, 1024, 2048]


def test_other_associated_data_does_not_open() -> None:
    cipher = Xaes256Gcm(Secret(b"k" * 32))
    sealed = cipher.seal(b"value", b"member.rrn")
    with pytest.raises(InvalidTag):
        cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], b"member.note")


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Xaes256Gcm(Secret(bytes(length)))


def test_a_writer_asks_before_it_writes_as_many_values_as_it_was_allowed() -> None:
    asked: list[int] = []
    allowed = iter([3, 1, 2])

    def spend() -> int:
        asked.append(next(allowed))
        return asked[-1]

    cipher = Xaes256Gcm(Secret(b"k" * 32), spend)
    assert asked == []
    nonces = [cipher.seal(b"", b"")[:12] for _ in range(6)]
    assert asked == [3, 1, 2]
    assert [nonces.count(each) for each in dict.fromkeys(nonces)] == [3, 1, 2]
    for _ in range(2):
        with pytest.raises(StopIteration):  # what spend raised
            cipher.seal(b"", b"")


def test_threads_share_a_writer_that_is_allowed_one_value_at_a_time() -> None:
    cipher = Xaes256Gcm(Secret(b"k" * 32), lambda: 1)

    def work(_: int) -> bool:
        return all(cipher.open(cipher.seal(b"value", b""), b"") == b"value" for _ in range(2000))

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(work, range(4)))
    finally:
        sys.setswitchinterval(before)


def test_a_forked_child_draws_a_derived_key_of_its_own() -> None:
    cipher = Xaes256Gcm(Secret(b"k" * 32))
    before = cipher.seal(b"", b"")[:12]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, cipher.seal(b"", b"")[:12])
        os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 12) != before
    assert cipher.seal(b"", b"")[:12] == before
    os.close(reading)
    os.close(writing)
