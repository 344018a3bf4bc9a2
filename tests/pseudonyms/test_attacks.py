"""Attacks on pseudonyms: by trying everybody, by counting, and by comparing two of them."""

from __future__ import annotations

import hashlib
import hmac
import runpy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from safeguards import Keyring, use
from safeguards.errors import KeyringError
from safeguards.pseudonyms import Domain, FormatPreserving, Token, Transform
from safeguards.pseudonyms.tokens.digests import keyed
from safeguards.pseudonyms.tokens.tokeniser import ALPHABET, BITS
from safeguards.values import Secret
from tests.pseudonyms.recording import by

DOMAIN = Domain("ads-2026")
PHONE = Token(item="kr_phone")
TRUE = ["01012345678", "01012399999"]
BLOCK = range(12_300_000, 12_400_000)
"""A part of the numbering plan of 010, with both numbers in it."""
LARGER = range(10_000_000, 20_000_000)
"""A tenth of all; each digest of all numbers takes a minute or two of one core."""
AT_ONCE = 1_000_000
PREFIX_BYTES = 16  # of the 130 bits that a token spells

FREQUENCY = Path(__file__).parents[2] / "scripts/frequency_attack.py"


def candidates(block: range) -> Iterator[list[bytes]]:
    for start in range(block.start, block.stop, AT_ONCE):
        yield [b"010%08d" % number for number in range(start, min(start + AT_ONCE, block.stop))]


def spelled_digest(token: str) -> bytes:
    """Return the first 16 bytes of the digest that a token spells: what an attacker compares with."""
    letters = token.rsplit("_", 1)[1]
    bits = 0
    for letter in letters:
        bits = bits << BITS | ALPHABET.index(letter)
    length = len(letters) * BITS
    return (bits >> length - 8 * PREFIX_BYTES).to_bytes(PREFIX_BYTES, "big")


def without_the_key(attackers: Secret) -> dict[str, Callable[[list[bytes]], list[bytes]]]:
    """Return what somebody can compute who has the code, the manifest and no keyring."""
    return {
        "SHA-256": lambda values: [hashlib.sha256(value).digest() for value in values],
        "HMAC with a key of zeros": lambda values: keyed(Secret(bytes(32)), values),
        "HMAC with the domain's name": lambda values: keyed(Secret(b"ads-2026"), values),
        "HMAC with a keyring of one's own": lambda values: keyed(attackers, values),
    }


def attack(
    stolen: set[bytes], block: range, digest: Callable[[list[bytes]], list[bytes]]
) -> dict[bytes, list[bytes]]:
    """Return, by digest, the candidates that meet what was stolen."""
    found: dict[bytes, list[bytes]] = {}
    for values in candidates(block):
        for value, made in zip(values, digest(values), strict=True):
            if made[:PREFIX_BYTES] in stolen:
                found.setdefault(made[:PREFIX_BYTES], []).append(value)
    return found


def attackers_key(folder: Path) -> Secret:
    own = Keyring.create(f"sqlite:///{folder / 'own.db'}", f"local:{folder / 'own.key'}")
    return own.pseudonym_key(DOMAIN.name, "kr_phone/1", 0)[1]


def try_everybody(ring: Keyring, folder: Path, block: range) -> None:
    tokens = PHONE.apply(pa.array(TRUE), DOMAIN).to_pylist()
    stolen = {spelled_digest(token) for token in tokens}
    for name, digest in without_the_key(attackers_key(folder)).items():
        assert not attack(stolen, block, digest), name
    unkeyed = {hashlib.sha256(number.encode()).digest()[:PREFIX_BYTES] for number in TRUE}
    found = attack(unkeyed, block, lambda values: [hashlib.sha256(value).digest() for value in values])
    assert sorted(found.values()) == [[number.encode()] for number in TRUE]
    _, key = DOMAIN.key("kr_phone")
    found = attack(stolen, block, lambda values: keyed(key, values))
    assert sorted(found.values()) == [[number.encode()] for number in TRUE]


def test_trying_the_numbers_of_010_finds_nobody_without_the_key_and_everybody_with_it(
    ring: Keyring, tmp_path: Path
) -> None:
    try_everybody(ring, tmp_path, BLOCK)


@pytest.mark.slow
def test_trying_ten_million_numbers_finds_nobody_without_the_key_and_everybody_with_it(
    ring: Keyring, tmp_path: Path
) -> None:
    try_everybody(ring, tmp_path, LARGER)


def test_the_attackers_digests_are_those_that_tokens_spell(ring: Keyring) -> None:
    """Or the attack above would fail for a wrong reason."""
    _, key = DOMAIN.key("kr_phone")
    token = PHONE.apply(pa.array(["010-1234-5678"]), DOMAIN)[0].as_py()
    assert spelled_digest(token) == hmac.digest(key.reveal(), b"01012345678", "sha256")[:PREFIX_BYTES]


def test_whoever_matches_with_the_keyring_is_in_the_record(ring: Keyring) -> None:
    """The same attack by the toolkit's own means."""
    people = pa.array([f"010{number:08d}" for number in range(12_340_000, 12_350_000)])
    tokens = PHONE.apply(pa.array(TRUE[:1]), DOMAIN)
    found = by(ring).match(tokens, people, PHONE, DOMAIN)
    assert people[found["candidate"][0].as_py()].as_py() == TRUE[0]


def test_another_keyring_decrypts_format_preserving_numbers_to_nobodys(ring: Keyring, tmp_path: Path) -> None:
    """FF1 gives every number a number: the attacker gets as many candidates as there are numbers."""
    transform = FormatPreserving(keep_first=3)
    numbers = pa.array([f"010{number:08d}" for number in BLOCK[::5]])
    made = transform.apply(numbers, DOMAIN)
    own = Keyring.create(f"sqlite:///{tmp_path / 'own.db'}", f"local:{tmp_path / 'own.key'}")
    use(own, name="own")
    try:
        tried = by(own).reverse(made, transform, replace(DOMAIN, keyring="own")).to_pylist()
    finally:
        use(None, name="own")
    right = sum(one == other for one, other in zip(tried, numbers.to_pylist(), strict=True))
    assert right <= 2  # 20,000 values meet by chance with odds of 1 in 5,000 at all
    assert all(one.startswith("010") and len(one) == 11 for one in tried)
    assert by(ring).reverse(made, transform, DOMAIN) == numbers
    kept = set(made.to_pylist()) & set(numbers.to_pylist())
    assert len(kept) < 20  # the numbers of a block are scattered over the whole plan: 4 are met by chance


PAIRS = {
    "domains": (DOMAIN, Domain("ads-2027"), None, None),
    "epochs": (DOMAIN, replace(DOMAIN, epoch=1), None, None),
    "regimes": (DOMAIN, replace(DOMAIN, regime="research"), None, None),
    "items": (DOMAIN, DOMAIN, "kr_phone", "kr_landline"),
}
ROWS = 4_000


@pytest.fixture
def apart(tmp_path: Path, ring: Keyring) -> Iterator[Keyring]:
    own = Keyring.create(f"sqlite:///{tmp_path / 'apart.db'}", f"local:{tmp_path / 'apart.key'}")
    use(own, name="pseudonyms")
    yield own
    use(None, name="pseudonyms")


def letters_of(made: pa.Array, skipped: int) -> Any:
    """Return the characters of equally long texts, one row a text."""
    return np.array([list(text[skipped:]) for text in made.to_pylist()])


@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("kind", ["token", "format-preserving"])
def test_two_scopes_agree_no_more_than_chance(apart: Keyring, pair: str, kind: str) -> None:
    """Neither whole pseudonyms nor single characters of the same people are alike."""
    one, other, first, second = PAIRS[pair]
    people = pa.array([f"010{number:08d}" for number in range(20_000_000, 20_000_000 + ROWS)])

    def made(domain: Domain, item: str | None) -> pa.Array:
        transform: Transform = (
            Token(item=item, prefix="p") if kind == "token" else FormatPreserving(item=item, keep_first=3)
        )
        return transform.apply(people, domain)

    a, b = made(one, first), made(other, second)
    assert len(set(a.to_pylist()) & set(b.to_pylist())) <= (0 if kind == "token" else 5)
    skipped, letters = (len("tk1_p_"), len(ALPHABET)) if kind == "token" else (3, 10)
    same = letters_of(a, skipped) == letters_of(b, skipped)
    expected, spread = 1 / letters, (letters - 1) ** 0.5 / letters
    assert abs(same.mean() - expected) < 5 * spread / same.size**0.5
    # Nor do two pseudonyms agree where their neighbour's do: each place alone is at chance too.
    assert np.abs(same.mean(axis=0) - expected).max() < 6 * spread / ROWS**0.5


@pytest.mark.parametrize("pair", PAIRS)
def test_the_keys_of_two_scopes_are_different(apart: Keyring, pair: str) -> None:
    one, other, first, second = PAIRS[pair]
    assert one.key(first)[1].reveal() != other.key(second)[1].reveal()
    assert one.key(first, "ff1")[1].reveal() != one.key(first)[1].reveal()


def test_letters_of_tokens_are_evenly_drawn(ring: Keyring) -> None:
    """A token tells nothing of its value: neighbours' numbers give all letters alike (chi-squared)."""
    people = pa.array([f"010{number:08d}" for number in range(ROWS)])
    counts = Counter("".join(token.rsplit("_", 1)[1] for token in PHONE.apply(people, DOMAIN).to_pylist()))
    expected = ROWS * 26 / len(ALPHABET)
    chi = sum((counts[letter] - expected) ** 2 / expected for letter in ALPHABET)
    assert chi < 31 + 8 * (2 * 31) ** 0.5  # 31 degrees of freedom, eight standard deviations


def test_a_missing_keyring_gives_no_pseudonym_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key falls back to nothing: neither an unkeyed hash nor a random salt."""
    monkeypatch.delenv("SAFEGUARDS_KEYRING", raising=False)
    for transform in (Token(), FormatPreserving()):
        with pytest.raises(KeyringError):
            transform.apply(pa.array(["01012345678"]), DOMAIN)


def test_what_frequencies_give_away_is_measured(ring: Keyring) -> None:
    """Deterministic pseudonyms hide who it is, not how often: surnames fall, numbers do not."""
    measured = {
        (one.what, one.transform): one.right for one in runpy.run_path(str(FREQUENCY))["measure"](20_000)
    }
    assert measured["surnames", "token"] > 0.5
    assert measured["surnames, of two domains", "token"] > 0.5
    assert measured["full names", "token"] < 0.05
    assert measured["full names", "token"] == measured["full names", "format_preserving"]
    assert measured["phone numbers", "token"] < 0.001
    assert measured["phone numbers", "format_preserving"] < 0.001
