"""Reversible tokens: equal where values are equal, and only the key of the domain leads back."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring
from safeguards.crypto.framing import frame
from safeguards.crypto.kdf import derive
from safeguards.errors import AlreadyProtected, InputError
from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import Domain, Hash, ReversibleToken, Token
from safeguards.pseudonyms.column import Unfit
from safeguards.pseudonyms.reversal.permit import Permit
from safeguards.pseudonyms.tokens.base32 import decode, encode, letters_for
from safeguards.pseudonyms.tokens.tokeniser import (
    ALPHABET,
    REVERSIBLE_PATTERN,
    TokenForm,
    Tokeniser,
    canonical_of,
)

DOMAIN = Domain("ads-2026")
TYPES = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
texts = st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=40), max_size=20)


class Silent:
    """A sink that takes everything."""

    def record(self, event: object) -> None:
        """Take an event."""


def permit(ring: Keyring) -> Permit:
    return Permit(ring, "kim", "support", "case 7", Silent())


def back(ring: Keyring, transform: ReversibleToken, tokens: pa.Array, domain: Domain = DOMAIN) -> list[Any]:
    found: list[Any] = transform.reverse(domain, permit(ring)).apply(tokens).to_pylist()
    return found


@pytest.mark.parametrize("item", [None, "email", "kr_phone"])
@given(values=texts, kind=st.sampled_from(TYPES), pad=st.sampled_from([1, 16, (8, 64), "padme"]))
def test_the_canonical_form_comes_back(
    ring_of_module: Keyring, item: str | None, values: list[str | None], kind: pa.DataType, pad: Any
) -> None:
    transform = ReversibleToken(item=item, pad=pad)
    tokens = transform.apply(pa.array(values, pa.string()).cast(kind), DOMAIN)
    canonical = canonical_of(item)
    plain = [None if value is None else canonical(value) for value in values]
    assert back(ring_of_module, transform, tokens.cast(kind)) == plain
    pairs = set(zip(plain, tokens.to_pylist(), strict=True))
    assert len(pairs) == len({one for one, _ in pairs}) == len({token for _, token in pairs})
    assert all(re.fullmatch(REVERSIBLE_PATTERN, token) for _, token in pairs if token is not None)


def test_a_known_answer_holds_for_all_versions(ring: Keyring) -> None:
    """The derivation is part of the format: whoever holds the root key can open tokens without this code."""
    token = ReversibleToken(item="email").apply(pa.array(["Kim@Example.com"]), DOMAIN)[0].as_py()
    _, root = ring.pseudonym_key("ads-2026", "email/1/reversible-token", 0)
    key = b"".join(derive(root, "aes-256-siv", half).reveal() for half in ("s2v", "ctr"))
    associated = sha256(frame(b"ads-2026", b"0", b"safeguard", b"email", b"rt1_email_")).digest()[:16]
    sealed = AESSIV(key).encrypt(b"kim@example.com\x80", [associated])
    number = int.from_bytes(sealed, "big") << -len(sealed) * 8 % 5
    letters = ""
    for _ in range(letters_for(len(sealed))):
        letters, number = ALPHABET[number & 31] + letters, number >> 5
    assert token == "rt1_email_" + letters


@pytest.mark.parametrize("place", ["first", "last", "cut", "longer", "case", "head", "empty", "other"])
def test_a_changed_token_does_not_come_back_and_its_row_is_told(ring: Keyring, place: str) -> None:
    transform = ReversibleToken(item="email")
    good = transform.apply(pa.array(["kim@example.com"]), DOMAIN)[0].as_py()
    other = {"0": "1"}.get(good[10], "0")
    changed = {
        "first": good[:10] + other + good[11:],
        "last": good[:-1] + ("1" if good[-1] == "0" else "0"),
        "cut": good[:-8],
        "longer": good + "00000000",
        "case": good.upper(),
        "head": good.replace("email", "mail"),
        "empty": "",
        "other": "김철수",
    }[place]
    with pytest.raises(Unfit) as caught:
        back(ring, transform, pa.array([None, good, changed]))
    assert caught.value.row == 3
    assert "kim" not in str(caught.value)
    assert changed not in str(caught.value) or not changed


def test_another_domain_epoch_item_or_keyring_opens_nothing(ring: Keyring, tmp_path: Path) -> None:
    transform = ReversibleToken(item="email", prefix="who")
    tokens = transform.apply(pa.array(["kim@example.com"]), DOMAIN)
    stranger = Keyring.create(f"sqlite:///{tmp_path / 'other.db'}", f"local:{tmp_path / 'other.key'}")
    for domain, one, ring_of in (
        (Domain("ads-2027"), transform, ring),
        (Domain("ads-2026", epoch=1), transform, ring),
        (DOMAIN, ReversibleToken(prefix="who"), ring),
        (DOMAIN, transform, stranger),
    ):
        with pytest.raises(Unfit, match="no token of this domain"):
            back(ring_of, one, tokens, domain)


def test_lengths_within_a_bucket_look_alike(ring: Keyring) -> None:
    made = ReversibleToken().apply(pa.array(["a", "a" * 15, "a" * 16]), DOMAIN).to_pylist()
    assert len(made[0]) == len(made[1]) < len(made[2])
    exact = ReversibleToken(pad=1).apply(pa.array(["a" * 10, "a" * 12]), DOMAIN).to_pylist()
    assert len(exact[0]) < len(exact[1])


def test_zero_and_an_empty_text_are_values(ring: Keyring) -> None:
    tokens = ReversibleToken().apply(pa.array(["0", "", None]), DOMAIN)
    assert back(ring, ReversibleToken(), tokens) == ["0", "", None]
    assert back(ring, ReversibleToken(), ReversibleToken().apply(pa.array([0]), DOMAIN)) == ["0"]


def test_tokens_of_the_three_kinds_have_nothing_in_common(ring: Keyring) -> None:
    column = pa.array(["kim@example.com"])
    token = Token(item="email", length=51).apply(column, DOMAIN)[0].as_py()
    sealed = ReversibleToken(item="email").apply(column, DOMAIN)[0].as_py()
    hashed = Hash(item="email").apply(column, DOMAIN)[0].as_py()
    raw = np.zeros((1, 51), np.uint8)
    encode(np.frombuffer(bytes.fromhex(hashed), np.uint8).reshape(1, -1), raw)
    assert raw.tobytes().decode() != token.removeprefix("tk1_email_")
    assert sealed[10:18] != token[10:18]


def test_columns_of_reversible_tokens_are_protected_already(ring: Keyring) -> None:
    column = ReversibleToken(item="email").apply(pa.array(["a@b.kr", "c@d.kr", None]), DOMAIN)
    with pytest.raises(AlreadyProtected, match="holds tokens already"):
        Pipeline({"a": Hash()}, domain="d").run(pa.table({"a": column}))
    one = Tokeniser(TokenForm(DOMAIN, None, "tk1_text_", 26))
    with pytest.raises(AlreadyProtected):
        one.token(column[0].as_py())


@pytest.mark.parametrize("pad", [0, -1, "x", True, 2.5, [], [9, 8], 1 << 21])
def test_padding_that_is_none_is_refused(pad: Any) -> None:
    with pytest.raises(InputError, match="pad="):
        ReversibleToken(pad=pad)


def test_numbers_are_no_tokens(ring: Keyring) -> None:
    with pytest.raises(InputError, match="holds no tokens"):
        back(ring, ReversibleToken(), pa.array([1]))


@given(st.integers(1, 70).flatmap(lambda size: st.lists(st.binary(min_size=size, max_size=size), min_size=1)))
def test_base_32_comes_back_and_has_one_spelling(rows: list[bytes]) -> None:
    raw = np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1)
    letters = np.empty((len(rows), letters_for(raw.shape[1])), np.uint8)
    encode(raw, letters)
    decoded, good = decode(letters)
    assert good.all()
    assert (decoded == raw).all()
    if raw.shape[1] % 5:
        letters[:, -1] = ord(ALPHABET[-1])  # whose last bit belongs to no byte
        assert not decode(letters)[1].any()
