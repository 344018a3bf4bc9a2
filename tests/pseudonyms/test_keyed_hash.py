"""Keyed hashes: hexadecimal HMAC, and no way without a key."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.errors import InputError
from safeguards.pseudonyms import Domain, Hash, Token, transform_from
from safeguards.pseudonyms.spelling import as_nfc

DOMAIN = Domain("ads-2026")


def test_a_known_answer_holds_for_all_versions(ring: Keyring) -> None:
    _, key = ring.pseudonym_key("ads-2026", "email/1/hash", 0)
    made = Hash(item="email").apply(pa.array(["Kim@Example.com", None]), DOMAIN).to_pylist()
    assert made == [hmac.new(key.reveal(), b"kim@example.com", "sha256").hexdigest(), None]
    assert (
        Hash(item="email", length=20).apply(pa.array(["Kim@Example.com"]), DOMAIN)[0].as_py() == made[0][:20]
    )


@given(values=st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=6), max_size=20))
def test_hashes_are_a_function_of_the_value_and_one_to_one(
    ring_of_module: Keyring, values: list[str | None]
) -> None:
    made = Hash().apply(pa.array(values, pa.string()), DOMAIN).to_pylist()
    plain = [None if value is None else as_nfc(value) for value in values]
    pairs = set(zip(plain, made, strict=True))
    assert len(pairs) == len(set(plain)) == len(set(made))
    assert all(re.fullmatch("[0-9a-f]{64}", one) for one in made if one is not None)


def test_a_hash_has_another_key_than_a_token(ring: Keyring) -> None:
    assert DOMAIN.key("email", "hash")[1].reveal() != DOMAIN.key("email")[1].reveal()
    hashed = Hash(item="email").apply(pa.array(["a@b.kr"]), DOMAIN)[0].as_py()
    token = Token(item="email").apply(pa.array(["a@b.kr"]), DOMAIN)[0].as_py()
    bits = "".join(f"{int(digit, 16):04b}" for digit in hashed)
    letters = "0123456789abcdefghjkmnpqrstvwxyz"
    assert token[10:14] != "".join(letters[int(bits[5 * n : 5 * n + 5], 2)] for n in range(4))


@pytest.mark.parametrize(
    "described",
    [
        {"transform": "hash", "algorithm": "md5"},
        {"transform": "hash", "salt": "x"},
        {"transform": "hash", "keyed": False},
        "sha256",
        "md5",
    ],
)
def test_no_setting_makes_a_hash_without_a_key(described: Any) -> None:
    with pytest.raises(InputError):
        transform_from(described)


def test_a_hash_needs_a_domain_and_is_no_plain_digest(ring: Keyring) -> None:
    with pytest.raises(InputError, match="keyed"):
        Hash().apply(pa.array(["a"]))
    made = Hash().apply(pa.array(["a"]), DOMAIN)[0].as_py()
    for domain in (b"", b"ads-2026", b"text", b"ads-2026text"):
        assert made not in {
            hashlib.sha256(domain + b"a").hexdigest(),
            hmac.digest(domain, b"a", "sha256").hex(),
        }


@pytest.mark.parametrize("length", [19, 65, 0, True, "64", 32.0])
def test_other_lengths_are_refused(length: Any) -> None:
    with pytest.raises(InputError, match="length"):
        Hash(length=length)


def test_collision_odds_are_the_birthday_bound() -> None:
    assert Hash(length=20).collision_odds(10**9) == pytest.approx(1e18 / 2 / 2**80, rel=0.01)
    assert Hash().collision_odds(1) == 0
