"""FF1 (NIST SP 800-38G, and its revision 1 draft): encryption that keeps alphabet and length.

A value is a string of numerals below a radix; ten Feistel rounds of AES turn it into another of equal
length. Domains of fewer than a million values are refused, as the revision asks: they can be looked through.
`encrypt` and `decrypt` take one value, `encrypt_batch` and `decrypt_batch` many, by one AES call a round for
thousands of rows (these need NumPy, which the extra ``pipeline`` brings).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import index
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from safeguards.plugins import require
from safeguards.values import Secret

if TYPE_CHECKING:
    from safeguards.crypto.ff1_rows import Numerals

RADIXES = range(2, 65_537)
FEWEST_VALUES = 10**6
"""The least domain (SP 800-38G r1, 5.1)."""

ROUNDS = 10
BLOCK = 16
_LONGEST = 2**32 - 1


def encrypt(key: Secret | bytes, tweak: bytes, digits: Sequence[int], radix: int) -> list[int]:
    """Return the ciphertext of one value.

    Args:
        key: 16, 24 or 32 bytes.
        tweak: what the encryption depends on besides the key; need not be secret, and may be empty.
        digits: the numerals, each in 0..radix-1, the most significant first.
        radix: 2 to 65,536.

    Raises:
        ValueError: an argument is out of range, or the domain has fewer than a million values.
    """
    return Scalar(_aes(key), tweak, radix, len(digits)).run(digits, decrypting=False)


def decrypt(key: Secret | bytes, tweak: bytes, digits: Sequence[int], radix: int) -> list[int]:
    """Return the value whose ciphertext is ``digits``; arguments and errors as `encrypt` has them."""
    return Scalar(_aes(key), tweak, radix, len(digits)).run(digits, decrypting=True)


def encrypt_batch(
    key: Secret | bytes, tweak: bytes, numerals: Numerals, radix: int, offsets: Numerals | None = None
) -> Numerals:
    """Return the ciphertexts of many values, in the form and type of ``numerals``.

    Args:
        key: as in `encrypt`.
        tweak: one for all values.
        numerals: a matrix with a row for each value; or, with ``offsets``, the numerals of values of mixed
            lengths one after the other.
        radix: as in `encrypt`.
        offsets: where each value begins, and where the last one ends, as in an Arrow list array.

    Raises:
        ValueError: as `encrypt` does, for any of the values.
    """
    return _batch(key, tweak, numerals, radix, offsets, decrypting=False)


def decrypt_batch(
    key: Secret | bytes, tweak: bytes, numerals: Numerals, radix: int, offsets: Numerals | None = None
) -> Numerals:
    """Return the values whose ciphertexts are ``numerals``; see `encrypt_batch`."""
    return _batch(key, tweak, numerals, radix, offsets, decrypting=True)


def check_domain(radix: int, length: int) -> None:
    """Refuse values of ``length`` numerals below ``radix`` that FF1 cannot or should not encrypt.

    Raises:
        ValueError: says how many values there are, and how many it takes.
    """
    if not isinstance(radix, int) or radix not in RADIXES:  # NumPy's integers would overflow
        raise ValueError(f"FF1 takes a radix, an int, from {RADIXES[0]} to {RADIXES[-1]}")
    if not 2 <= length <= _LONGEST:
        raise ValueError(f"FF1 takes from 2 to {_LONGEST} numerals")
    if length < FEWEST_VALUES.bit_length() and radix**length < FEWEST_VALUES:
        raise ValueError(
            f"{length} numerals of radix {radix} make {radix**length:,} values, which can be looked through; "
            f"FF1 takes {FEWEST_VALUES:,} or more"
        )


def _batch(
    key: Secret | bytes,
    tweak: bytes,
    numerals: Numerals,
    radix: int,
    offsets: Numerals | None,
    *,
    decrypting: bool,
) -> Numerals:
    require("numpy", "pipeline")
    from safeguards.crypto.ff1_rows import batch

    return batch(_aes(key), tweak, numerals, radix, offsets, decrypting=decrypting)


def _aes(key: Secret | bytes) -> AES:
    return AES(key.reveal() if isinstance(key, Secret) else key)


@dataclass(frozen=True)
class Shape:
    """What all values of one length under one key and tweak have in common (algorithm 7, steps 1 to 5)."""

    aes: AES
    tweak: bytes
    radix: int
    length: int

    def __post_init__(self) -> None:
        check_domain(self.radix, self.length)
        if len(self.tweak) > _LONGEST:
            raise ValueError("FF1's tweak is too long")

    @property
    def halves(self) -> tuple[int, int]:
        """The numerals of the first half and of the second."""
        return self.length // 2, self.length - self.length // 2

    @property
    def number_bytes(self) -> int:
        """The bytes of the second half as a number: b of the standard."""
        largest: int = self.radix ** self.halves[1] - 1
        return (largest.bit_length() + 7) // 8

    @property
    def output_bytes(self) -> int:
        """The bytes of the round function's output: d."""
        return 4 * -(-self.number_bytes // 4) + 4

    @cached_property
    def chained(self) -> tuple[bytes, bytes]:
        """The cipher block chaining of P and the whole blocks of tweak and padding, and what follows these.

        Neither depends on the round or on the value.
        """
        head = bytes((1, 2, 1)) + self.radix.to_bytes(3, "big") + bytes((ROUNDS, self.halves[0] % 256))
        fixed = self.tweak + bytes(-(len(self.tweak) + self.number_bytes + 1) % BLOCK)
        whole = len(fixed) // BLOCK * BLOCK
        head += self.length.to_bytes(4, "big") + len(self.tweak).to_bytes(4, "big") + fixed[:whole]
        state, block = bytes(BLOCK), Cipher(self.aes, ECB()).encryptor()  # noqa: S305  single blocks, chained
        for start in range(0, len(head), BLOCK):
            state = block.update(xor(state, head[start : start + BLOCK]))
        return state, fixed[whole:]


def xor(one: bytes, other: bytes) -> bytes:
    """Return the exclusive or of two byte strings of equal length."""
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


class Scalar(Shape):
    """One value, in Python's integers."""

    def run(self, digits: Sequence[int], *, decrypting: bool) -> list[int]:
        """Return the value encrypted or decrypted."""
        if any(not 0 <= digit < self.radix for digit in digits):
            raise ValueError(f"FF1: a numeral is not below the radix of {self.radix}")
        first, second = self.halves
        a, b = self._number(digits[:first]), self._number(digits[first:])
        moduli = self.radix**first, self.radix**second
        block = Cipher(self.aes, ECB()).encryptor().update  # noqa: S305  single blocks, chained
        for round_ in reversed(range(ROUNDS)) if decrypting else range(ROUNDS):
            modulus = moduli[round_ % 2]
            if decrypting:
                a, b = (b - self._pseudorandom(block, round_, a)) % modulus, a
            else:
                a, b = b, (a + self._pseudorandom(block, round_, b)) % modulus
        return [*self._digits(a, first), *self._digits(b, second)]

    def _pseudorandom(self, block: Callable[[bytes], bytes], round_: int, number: int) -> int:
        state, rest = self.chained
        tail = rest + bytes((round_,)) + number.to_bytes(self.number_bytes, "big")
        for start in range(0, len(tail), BLOCK):
            state = block(xor(state, tail[start : start + BLOCK]))
        more = -(-self.output_bytes // BLOCK)
        output = state + b"".join(block(xor(state, at.to_bytes(BLOCK, "big"))) for at in range(1, more))
        return int.from_bytes(output[: self.output_bytes], "big")

    def _number(self, digits: Sequence[int]) -> int:
        number = 0
        for digit in digits:
            number = number * self.radix + index(digit)
        return number

    def _digits(self, number: int, count: int) -> list[int]:
        digits = []
        for _ in range(count):
            number, digit = divmod(number, self.radix)
            digits.append(digit)
        return digits[::-1]
