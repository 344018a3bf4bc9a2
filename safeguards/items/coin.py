"""Checksums of wallet addresses: Base58Check, Bech32 and Bech32m, and Ethereum's capital letters.

Bitcoin developer reference (Base58Check), BIP-173, BIP-350, EIP-55 with Keccak-256 (the Keccak
submission to SHA-3, whose padding differs from `hashlib`'s SHA-3).
"""

from __future__ import annotations

from hashlib import sha256

_BASE58 = {
    sign: value for value, sign in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
}
_BECH32 = {sign: value for value, sign in enumerate("qpzry9x8gf2tvdw0s3jn54khce6mua7l")}
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BECH32_CONSTANT, _BECH32M_CONSTANT = 1, 0x2BC830A3
_CHECK_BYTES, _CHECK_SIGNS = 4, 6


def base58check(text: str) -> bytes | None:
    """Return the bytes in front of the checksum, or None where it fails."""
    number = 0
    for sign in text:
        if sign not in _BASE58:
            return None
        number = number * 58 + _BASE58[sign]
    zeros = len(text) - len(text.lstrip("1"))
    decoded = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    body, check = decoded[:-_CHECK_BYTES], decoded[-_CHECK_BYTES:]
    return body if body and sha256(sha256(body).digest()).digest()[:_CHECK_BYTES] == check else None


def segwit(text: str) -> bool:
    """Say whether a segregated witness address holds: Bech32 for version 0, Bech32m for later ones."""
    prefix, mark, data = text.lower().rpartition("1")
    if not mark or (text not in (text.lower(), text.upper())) or len(data) <= _CHECK_SIGNS:
        return False
    values = [_BECH32.get(sign, -1) for sign in data]
    if min(values) < 0 or not prefix.isascii():
        return False
    expanded = [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]
    constant = _BECH32M_CONSTANT if values[0] else _BECH32_CONSTANT
    return values[0] <= 16 and _polymod(expanded + values) == constant


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATORS):
            check ^= generator if top >> place & 1 else 0
    return check


def eip55(digits: str) -> str:
    """Return 40 hexadecimal digits with the capital letters of EIP-55."""
    lower = digits.lower()
    hashed = keccak256(lower.encode()).hex()
    return "".join(
        sign.upper() if int(nibble, 16) >= 8 else sign for sign, nibble in zip(lower, hashed, strict=False)
    )


_RATE = 136
_LANE = (1 << 64) - 1


def keccak256(message: bytes) -> bytes:
    """Return the Keccak-256 hash, with the padding of the submission (0x01)."""
    padded = bytearray(message) + b"\x01" + bytes(-(len(message) + 1) % _RATE)
    padded[-1] |= 0x80
    state = [0] * 25
    for block in range(0, len(padded), _RATE):
        for lane in range(_RATE // 8):
            at = block + lane * 8
            state[lane] ^= int.from_bytes(padded[at : at + 8], "little")
        state = _permuted(state)
    return b"".join(lane.to_bytes(8, "little") for lane in state[:4])


def _permuted(state: list[int]) -> list[int]:
    """Apply Keccak-f[1600]; lane x, y stands at x + 5 y."""
    register = 1
    for _ in range(24):
        columns = [state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] for x in range(5)]
        mixed = [columns[(x - 1) % 5] ^ _rotated(columns[(x + 1) % 5], 1) for x in range(5)]
        state = [lane ^ mixed[at % 5] for at, lane in enumerate(state)]
        state = _moved(state)
        rows = [state[row : row + 5] for row in range(0, 25, 5)]
        state = [row[x] ^ (~row[(x + 1) % 5] & _LANE & row[(x + 2) % 5]) for row in rows for x in range(5)]
        for power in range(7):
            register = (register << 1 ^ (register >> 7) * 0x171) & 0xFF
            state[0] ^= (register >> 1 & 1) << ((1 << power) - 1)
    return state


def _moved(state: list[int]) -> list[int]:
    """Rotate the lanes and send each to its new place (the steps rho and pi)."""
    x, y, current = 1, 0, state[1]
    moved = list(state)
    for step in range(24):
        x, y = y, (2 * x + 3 * y) % 5
        current, moved[x + 5 * y] = state[x + 5 * y], _rotated(current, (step + 1) * (step + 2) // 2 % 64)
    return moved


def _rotated(lane: int, by: int) -> int:
    return (lane << by | lane >> (64 - by)) & _LANE if by else lane
