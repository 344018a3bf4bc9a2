"""FF1 over many values at once: the rounds of `ff1` in columns of machine words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from safeguards.crypto.ff1 import BLOCK, ROUNDS, Scalar, Shape, xor

ROWS_AT_ONCE = 16_384
"""Rows whose blocks stay in a processor's cache."""

ROWS_PER_STEP = 4
"""Chunks divide each other, so that steps grow with their square: fewer rows for each are quicker alone."""

_LIMB_BITS = 32
_WORD = 8

Numerals = npt.NDArray[np.integer[Any]]
Words = npt.NDArray[np.uint64]


def batch(
    aes: AES, tweak: bytes, numerals: Numerals, radix: int, offsets: Numerals | None, *, decrypting: bool
) -> Numerals:
    """Return the values of a batch encrypted or decrypted; see `ff1.encrypt_batch`."""
    begins = None if offsets is None else np.asarray(offsets)
    _check_batch(numerals, radix, begins)
    result = np.empty_like(numerals)
    if begins is None:
        if len(numerals):
            _Rows(aes, tweak, radix, numerals.shape[1]).run(numerals, result, decrypting=decrypting)
        return result
    begins = begins.astype(np.int64)
    lengths = np.diff(begins)
    if len(lengths) and (lengths == lengths[0]).all():
        matrix = numerals.reshape(len(lengths), -1)
        return batch(aes, tweak, matrix, radix, None, decrypting=decrypting).reshape(-1)
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
    """Say whether offsets do, by comparing them: differences of unsigned ones never fall below 0."""
    if offsets.ndim != 1 or not len(offsets) or not np.issubdtype(offsets.dtype, np.integer):
        return False
    return bool(offsets[0] == 0 and offsets[-1] == last and (offsets[1:] >= offsets[:-1]).all())


class _Rows(Shape):
    """Values of one length, as columns of machine words.

    Half a value is written in chunks of numerals, the least significant first, each below 2^32; the round
    function's output in words of 32 bits, the most significant first, or in one of 64. Sums and remainders
    fit 64 bits.
    """

    def run(self, numerals: Numerals, result: Numerals, *, decrypting: bool) -> None:
        if len(numerals) < len(self._sizes(self.halves[1])) ** 2 // ROWS_PER_STEP:
            alone = Scalar(self.aes, self.tweak, self.radix, self.length)
            for row, digits in enumerate(numerals.tolist()):
                result[row] = alone.run(digits, decrypting=decrypting)
            return
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
        head = xor(state, fixed[:BLOCK]) + fixed[BLOCK:]
        self._words = -(-shape.number_bytes // 4)
        self._last = int.from_bytes(head[-_WORD:], "big") if shape.number_bytes < _WORD else None
        self._fixed = np.frombuffer(head, np.uint8)
        self._tail = np.tile(self._fixed, (rows, 1))
        self._encrypt = Cipher(shape.aes, ECB()).encryptor()  # noqa: S305  single blocks, chained
        self._blocks = np.empty((rows, BLOCK), np.uint8)
        self._sealed = np.empty(rows * BLOCK + BLOCK - 1, np.uint8)

    def output(self, round_: int, chunks: Sequence[Words]) -> list[Words]:
        """Return the output for a round and the half that it takes, in words, the highest first."""
        self._write(round_, chunks)
        state = self._encrypted(self._tail[:, :BLOCK])
        for start in range(BLOCK, self._tail.shape[1], BLOCK):
            np.bitwise_xor(state, self._tail[:, start : start + BLOCK], out=self._blocks)
            state = self._encrypted(self._blocks)
        return list(self._expanded(state))

    def _write(self, round_: int, chunks: Sequence[Words]) -> None:
        tail, size = self._tail, self._shape.number_bytes
        if self._last is not None:  # round and number fit a word: five times as fast as bytes
            low, *high = self._shape.limbs(chunks)
            number = low | high[0] << np.uint64(_LIMB_BITS) if high else low
            tail.view(">u8")[:, -1] = number ^ np.uint64(self._last ^ round_ << 8 * size)
            return
        tail[:, self._round_at] = self._fixed[self._round_at] ^ np.uint8(round_)
        words = np.zeros((len(tail), self._words), ">u4")
        for at, limb in enumerate(self._shape.limbs(chunks)[: self._words]):
            words[:, self._words - 1 - at] = limb
        number_bytes = words.view(np.uint8)[:, 4 * self._words - size :]
        start = self._round_at + 1
        np.bitwise_xor(number_bytes, self._fixed[start:], out=tail[:, start:])

    def _encrypted(self, blocks: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        data = np.ascontiguousarray(blocks)
        self._encrypt.update_into(data.data.cast("B"), self._sealed.data)
        return self._sealed[: data.size].reshape(data.shape)

    def _expanded(self, state: npt.NDArray[np.uint8]) -> Iterator[Words]:
        """Yield the output's words: of the state, and of its encryptions with a counter."""
        if self._shape.output_bytes == _WORD:  # halves below 2^32: one division is enough, as of one chunk
            yield state.view(">u8")[:, 0].astype(np.uint64)
            return
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
    found: list[Words] = []
    carry: Words | None = None
    for left, right, modulus in zip(one, other, moduli, strict=True):
        total = left + right if carry is None else left + right + carry
        reduced = np.minimum(total, total - np.uint64(modulus))  # below 0 it wraps, and is not the least
        found.append(reduced)
        carry = (reduced != total).astype(np.uint64) if len(found) < len(moduli) else None
    return found


def _difference(one: Sequence[Words], other: Sequence[Words], moduli: Sequence[int]) -> list[Words]:
    found: list[Words] = []
    borrow: Words | None = None
    for left, right, modulus in zip(one, other, moduli, strict=True):
        total = left - right if borrow is None else left - right - borrow
        reduced = np.minimum(total, total + np.uint64(modulus))  # below 0 it has wrapped, and wraps back
        found.append(reduced)
        borrow = (reduced != total).astype(np.uint64) if len(found) < len(moduli) else None
    return found
