"""AES-SIV written from RFC 5297 over single AES blocks alone, to judge the one that we use."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB


def _block(key: bytes, block: bytes) -> bytes:
    return Cipher(AES(key), ECB()).encryptor().update(block)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _double(block: bytes) -> bytes:
    number = int.from_bytes(block, "big") << 1
    return ((number ^ 0x87 if number >> 128 else number) & (1 << 128) - 1).to_bytes(16, "big")


def _pad(data: bytes) -> bytes:
    return (data + b"\x80").ljust(16, b"\0")


def _cmac(key: bytes, data: bytes) -> bytes:
    subkey = _double(_block(key, bytes(16)))
    cut = max(0, (len(data) - 1) // 16 * 16)
    last = data[cut:]
    last = _xor(last, subkey) if len(last) == 16 else _xor(_pad(last), _double(subkey))
    state = bytes(16)
    for at in range(0, cut, 16):
        state = _block(key, _xor(state, data[at : at + 16]))
    return _block(key, _xor(state, last))


def s2v(key: bytes, associated: list[bytes], plaintext: bytes) -> bytes:
    """RFC 5297, 2.4."""
    state = _cmac(key, bytes(16))
    for part in associated:
        state = _xor(_double(state), _cmac(key, part))
    if len(plaintext) < 16:
        return _cmac(key, _xor(_double(state), _pad(plaintext)))
    return _cmac(key, plaintext[:-16] + _xor(plaintext[-16:], state))


def _ctr(key: bytes, iv: bytes, data: bytes) -> bytes:
    """RFC 5297, 2.5: the top bits of the last two 32-bit words are cleared."""
    start = int.from_bytes(iv, "big") & ~((1 << 63) | (1 << 31))
    counters = ((start + at) % (1 << 128) for at in range(-(-len(data) // 16)))
    stream = b"".join(_block(key, counter.to_bytes(16, "big")) for counter in counters)
    return _xor(data, stream[: len(data)])


def encrypt(key: bytes, associated: list[bytes], plaintext: bytes) -> bytes:
    """RFC 5297, 2.6."""
    half = len(key) // 2
    iv = s2v(key[:half], associated, plaintext)
    return iv + _ctr(key[half:], iv, plaintext)


def decrypt(key: bytes, associated: list[bytes], sealed: bytes) -> bytes:
    """RFC 5297, 2.7; AssertionError where the synthetic IV differs."""
    half = len(key) // 2
    plaintext = _ctr(key[half:], sealed[:16], sealed[16:])
    assert s2v(key[:half], associated, plaintext) == sealed[:16]
    return plaintext
