"""FF1 (NIST SP 800-38G, and its revision 1 draft): encryption that keeps alphabet and length.

A value is a string of numerals below a radix; ten Feistel rounds of AES turn it into another of equal
length. Domains of fewer than a million values are refused, as the revision asks: they can be looked through.
`encrypt` and `decrypt` take one value, `encrypt_batch` and `decrypt_batch` many, by one AES call a round for
thousands of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import index
from typing import Any

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from safeguards.values import Secret

RADIXES = range(2, 65_537)
FEWEST_VALUES = 10**6
"""The least domain (SP 800-38G r1, 5.1)."""

ROUNDS = 10
BLOCK = 16
ROWS_AT_ONCE = 16_384
"""Rows whose blocks stay in a processor's cache."""

_LIMB_BITS = 32
_LONGEST = 2**32 - 1

Numerals = npt.NDArray[np.integer[Any]]
Words = npt.NDArray[np.uint64]


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
    return _Scalar(_aes(key), tweak, radix, len(digits)).run(digits, decrypting=False)


def decrypt(key: Secret | bytes, tweak: bytes, digits: Sequence[int], radix: int) -> list[int]:
    """Return the value whose ciphertext is ``digits``; arguments and errors as `encrypt` has them."""
    return _Scalar(_aes(key), tweak, radix, len(digits)).run(digits, decrypting=True)


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
    return _batch(_aes(key), tweak, numerals, radix, offsets, decrypting=False)


def decrypt_batch(
    key: Secret | bytes, tweak: bytes, numerals: Numerals, radix: int, offsets: Numerals | None = None
) -> Numerals:
    """Return the values whose ciphertexts are ``numerals``; see `encrypt_batch`."""
    return _batch(_aes(key), tweak, numerals, radix, offsets, decrypting=True)


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


def _aes(key: Secret | bytes) -> AES:
    return AES(key.reveal() if isinstance(key, Secret) else key)


@dataclass(frozen=True)
class _Shape:
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
            state = block.update(_xor(state, head[start : start + BLOCK]))
        return state, fixed[whole:]


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")


class _Scalar(_Shape):
    """One value, in Python's integers."""

    def run(self, digits: Sequence[int], *, decrypting: bool) -> list[int]:
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
            state = block(_xor(state, tail[start : start + BLOCK]))
        more = -(-self.output_bytes // BLOCK)
        output = state + b"".join(block(_xor(state, at.to_bytes(BLOCK, "big"))) for at in range(1, more))
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


def _batch(
    aes: AES, tweak: bytes, numerals: Numerals, radix: int, offsets: Numerals | None, *, decrypting: bool
) -> Numerals:
    begins = None if offsets is None else np.asarray(offsets)
    _check_batch(numerals, radix, begins)
    result = np.empty_like(numerals)
    if begins is None:
        if len(numerals):
            _Rows(aes, tweak, radix, numerals.shape[1]).run(numerals, result, decrypting=decrypting)
        return result
    begins = begins.astype(np.int64)
    lengths = np.diff(begins)
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        places = begins[rows][:, None] + np.arange(length)
        into = np.empty((len(rows), length), numerals.dtype)
        _Rows(aes, tweak, radix, length).run(numerals[places], into, decrypting=decrypting)
        result[places] = into
    return result


def _check_batch(numerals: Numerals, radix: int, offsets: Numerals | None) -> None:
    if numerals.ndim != (2 if offsets is None else 1) or not np.issubdtype(numerals.dtype, np.integer):
        raise ValueError("FF1: numerals are a matrix of integers, or an array of them with offsets")
    if offsets is not None and not _ascend(offsets, len(numerals)):
        raise ValueError("FF1: offsets are integers that ascend from 0 to the number of numerals")
    if numerals.size and not (int(numerals.min()) >= 0 and int(numerals.max()) < radix):
        raise ValueError(f"FF1: a numeral is not below the radix of {radix}")
    if np.iinfo(numerals.dtype).max < radix - 1:
        raise ValueError(f"FF1: numerals of type {numerals.dtype} cannot hold those of radix {radix}")


def _ascend(offsets: Numerals, last: int) -> bool:
    if offsets.ndim != 1 or not len(offsets) or not np.issubdtype(offsets.dtype, np.integer):
        return False
    ends = offsets[0] == 0 and offsets[-1] == last
    return bool(
        ends and (offsets[1:] >= offsets[:-1]).all()
    )  # differences of unsigned ones never fall below 0


class _Rows(_Shape):
    """Values of one length, as columns of machine words.

    Half a value is written in chunks of numerals, the least significant first, each below 2^32; the round
    function's output in words of 32 bits, the most significant first. Sums and remainders fit 64 bits.
    """

    def run(self, numerals: Numerals, result: Numerals, *, decrypting: bool) -> None:
        for start in range(0, len(numerals), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            self._some(numerals[rows], result[rows], decrypting=decrypting)

    def _some(self, numerals: Numerals, result: Numerals, *, decrypting: bool) -> None:
        first, second = self.halves
        columns = np.ascontiguousarray(numerals.T).astype(np.uint64)
        a, b = self._chunks(columns[:first]), self._chunks(columns[first:])
        block = _Blocks(self, len(numerals))
        for round_ in reversed(range(ROUNDS)) if decrypting else range(ROUNDS):
            moduli = self._moduli(self.halves[round_ % 2])
            if decrypting:
                a, b = _difference(b, _remainders(block.output(round_, a), moduli), moduli), a
            else:
                a, b = b, _sum(a, _remainders(block.output(round_, b), moduli), moduli)
        for place, digits in enumerate((*self._columns(a, first), *self._columns(b, second))):
            result[:, place] = digits

    @cached_property
    def _chunk(self) -> int:
        """How many numerals make a chunk."""
        count = 1
        while self.radix ** (count + 1) <= 1 << _LIMB_BITS:
            count += 1
        return count

    def _sizes(self, count: int) -> list[int]:
        """Return how many of ``count`` numerals stand in each chunk, the least significant first."""
        whole, rest = divmod(count, self._chunk)
        return [self._chunk] * whole + ([rest] if rest else [])

    def _moduli(self, count: int) -> list[int]:
        return [self.radix**size for size in self._sizes(count)]

    def _chunks(self, columns: Words) -> list[Words]:
        chunks, end = [], len(columns)
        radix = np.uint64(self.radix)
        for size in self._sizes(len(columns)):
            number = columns[end - size].copy()
            for column in columns[end - size + 1 : end]:
                number *= radix
                number += column
            chunks.append(number)
            end -= size
        return chunks

    def _columns(self, chunks: Sequence[Words], count: int) -> list[Words]:
        """Return the numerals of chunks, the most significant first."""
        digits: list[Words] = []
        for number, size in zip(chunks, self._sizes(count), strict=True):
            for _ in range(size - 1):
                number, digit = _divided(number, self.radix)
                digits.append(digit)
            digits.append(number)
        return digits[::-1]

    def limbs(self, chunks: Sequence[Words]) -> list[Words]:
        """Return a number in words of 32 bits, the least significant first."""
        base, mask = np.uint64(self.radix**self._chunk), np.uint64((1 << _LIMB_BITS) - 1)
        limbs = [chunks[-1]]
        for chunk in reversed(chunks[:-1]):
            carry = chunk
            for at, limb in enumerate(limbs):
                total = limb * base + carry
                limbs[at], carry = total & mask, total >> np.uint64(_LIMB_BITS)
            limbs.append(carry)
        return limbs


class _Blocks:
    """The round function over rows: their last blocks, encrypted together."""

    def __init__(self, shape: _Rows, rows: int) -> None:
        self._shape = shape
        state, rest = shape.chained
        self._round_at = len(rest)
        fixed = rest + bytes(1 + shape.number_bytes)
        head = _xor(state, fixed[:BLOCK]) + fixed[BLOCK:]
        self._words = -(-shape.number_bytes // 4)
        self._fixed = np.frombuffer(head, np.uint8)
        self._tail = np.tile(self._fixed, (rows, 1))
        self._encrypt = Cipher(shape.aes, ECB()).encryptor()  # noqa: S305  single blocks, chained
        self._blocks = np.empty((rows, BLOCK), np.uint8)
        self._sealed = np.empty(rows * BLOCK + BLOCK - 1, np.uint8)

    def output(self, round_: int, chunks: Sequence[Words]) -> list[Words]:
        """Return the output for a round and the half that it takes, in 32-bit words, the highest first."""
        self._write(round_, chunks)
        state = self._encrypted(self._tail[:, :BLOCK])
        for start in range(BLOCK, self._tail.shape[1], BLOCK):
            np.bitwise_xor(state, self._tail[:, start : start + BLOCK], out=self._blocks)
            state = self._encrypted(self._blocks)
        return list(self._expanded(state))

    def _write(self, round_: int, chunks: Sequence[Words]) -> None:
        tail, size = self._tail, self._shape.number_bytes
        tail[:, self._round_at] = self._fixed[self._round_at] ^ np.uint8(round_)
        number = np.zeros((len(tail), self._words), ">u4")
        for at, limb in enumerate(self._shape.limbs(chunks)[: self._words]):
            number[:, self._words - 1 - at] = limb
        number_bytes = number.view(np.uint8)[:, 4 * self._words - size :]
        start = self._round_at + 1
        np.bitwise_xor(number_bytes, self._fixed[start:], out=tail[:, start:])

    def _encrypted(self, blocks: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        data = np.ascontiguousarray(blocks)
        self._encrypt.update_into(data.data.cast("B"), self._sealed.data)
        return self._sealed[: data.size].reshape(data.shape)

    def _expanded(self, state: npt.NDArray[np.uint8]) -> Iterator[Words]:
        """Yield the output's words: of the state, and of its encryptions with a counter."""
        wanted = self._shape.output_bytes // 4
        first = state.copy() if wanted > BLOCK // 4 else state
        for counter in range(-(-wanted // 4)):
            if counter:
                np.bitwise_xor(
                    first, np.frombuffer(counter.to_bytes(BLOCK, "big"), np.uint8), out=self._blocks
                )
                state = self._encrypted(self._blocks)
            words = state.view(">u4")
            for at in range(min(4, wanted - 4 * counter)):
                yield words[:, at].astype(np.uint64)


def _remainders(words: list[Words], moduli: Sequence[int]) -> list[Words]:
    """Return a number modulo the product of ``moduli``, in their mixed radix, the least significant first."""
    found = []
    for modulus in moduli:
        carry: Words | None = None
        quotient = []
        for word in words:
            total = word if carry is None else (carry << np.uint64(_LIMB_BITS)) | word
            divided, carry = _divided(total, modulus)
            quotient.append(divided)
        assert carry is not None
        found.append(carry)
        words = quotient
    return found


def _divided(number: Words, divisor: int) -> tuple[Words, Words]:
    """Return quotient and remainder; NumPy divides by one number faster than it takes remainders."""
    quotient = number // np.uint64(divisor)
    return quotient, number - quotient * np.uint64(divisor)


def _sum(one: Sequence[Words], other: Sequence[Words], moduli: Sequence[int]) -> list[Words]:
    carry: Any = np.uint64(0)
    found = []
    for left, right, modulus in zip(one, other, moduli, strict=True):
        total = left + right + carry
        carry = total >= modulus
        found.append(total - carry * np.uint64(modulus))
        carry = carry.astype(np.uint64)
    return found


def _difference(one: Sequence[Words], other: Sequence[Words], moduli: Sequence[int]) -> list[Words]:
    borrow: Any = np.uint64(0)
    found = []
    for left, right, modulus in zip(one, other, moduli, strict=True):
        taken = right + borrow
        borrow = (left < taken).astype(np.uint64)
        found.append(left + borrow * np.uint64(modulus) - taken)
    return found
