from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards.crypto import ff1
from safeguards.pseudonyms.surrogates.permutation import numbers, permuted

KEY = bytes(range(32))
SIZES = st.one_of(
    st.integers(10**6, 10**9),
    st.integers(2**31, 2**33),
    st.integers(2**61, 2**65),
    st.integers(2**90, 2**300),
)


def encrypting(numerals: Any, radix: int) -> Any:
    return ff1.encrypt_batch(KEY, b"t", numerals, radix)


def decrypting(numerals: Any, radix: int) -> Any:
    return ff1.decrypt_batch(KEY, b"t", numerals, radix)


def every(found: Any) -> Any:
    return np.ones(len(found), np.bool_)


@given(size=SIZES, data=st.data())
def test_numbers_of_any_size_stay_apart_below_it_and_come_back(size: int, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(st.integers(0, size - 1), max_size=6))
    ranks = list(dict.fromkeys([*drawn, size - 1]))
    there = permuted(numbers(ranks, size), size, encrypting, every)
    assert all(0 <= rank < size for rank in there.tolist())
    assert len(set(there.tolist())) == len(ranks)
    assert permuted(there, size, decrypting, every).tolist() == ranks


def test_it_is_a_permutation_of_the_numbers_that_fit() -> None:
    size = 1_000_003

    def fits(found: Any) -> Any:
        return found % 3 != 0

    ranks = np.flatnonzero(fits(np.arange(size))).astype(np.int64)
    there = permuted(ranks, size, encrypting, fits)
    assert np.array_equal(np.sort(there), ranks)
    assert np.array_equal(permuted(there, size, decrypting, fits), ranks)


def test_it_is_ff1_over_two_numerals_below_the_root() -> None:
    size = 1_000_000
    sealed = ff1.encrypt(KEY, b"t", [123, 456], 1000)
    assert permuted(numbers([123_456], size), size, encrypting, every).tolist() == [
        sealed[0] * 1000 + sealed[1]
    ]


def test_nothing_is_permuted_to_nothing() -> None:
    assert permuted(numbers([], 10**6), 10**6, encrypting, every).tolist() == []


@pytest.mark.parametrize("size", [2**62 - 1, 2**62, 2**63, 10**30])
def test_numbers_never_run_over(size: int) -> None:
    ranks = [0, 1, size - 1]
    there = permuted(numbers(ranks, size), size, encrypting, every)
    assert permuted(there, size, decrypting, every).tolist() == ranks


def test_a_walk_that_leads_nowhere_is_given_up() -> None:
    there = permuted(numbers([5, 6], 10**9), 10**9, encrypting, lambda found: found == 5)
    assert there.tolist() == [-1, -1]
