"""Tokens of a column beside the bare primitives in a loop, and beside colgov, which makes them of AES-SIV."""

from __future__ import annotations

import hmac
import random
from collections.abc import Callable

import pyarrow as pa
from colgov import Tokenizer
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from setting import QUICK, keyring
from turns import Figures, Group, Turn, best

from safeguards.pseudonyms import Domain, Hash, ReversibleToken, Token

ROWS = 200_000 if QUICK else 1_000_000
ROUNDS = 3
_KEY = bytes(64)


def tokens() -> Figures:
    """Return seconds for a value of some 24 characters, all of them different."""
    keyring()
    draw = random.Random(20261126)
    values = [f"user.{draw.randrange(10**9)}{place}@example.com" for place in range(ROWS)]
    column, encoded = pa.array(values), [value.encode() for value in values]
    token = Token(item="email").bind(Domain("benchmark"))
    reversible = ReversibleToken(item="email").bind(Domain("benchmark"))
    hashed = Hash(item="email").bind(Domain("benchmark"))
    siv = AESSIV(_KEY)
    peer = Tokenizer(Tokenizer.generate_key())
    turns = {
        "safeguards Token": Turn(lambda: token.apply(column)),
        "safeguards Hash": Turn(lambda: hashed.apply(column)),
        "safeguards ReversibleToken": Turn(lambda: reversible.apply(column)),
        "raw HMAC-SHA-256 loop": Turn(_each(lambda value: hmac.digest(_KEY, value, "sha256"), encoded)),
        "raw AES-SIV loop": Turn(_each(lambda value: siv.encrypt(value, None), encoded)),
        "colgov tokenize_many": Turn(lambda: peer.tokenize_many(values, column="email")),
    }
    return {name: seconds / ROWS for name, seconds in best(turns, ROUNDS).items()}


def _each(work: Callable[[bytes], bytes], values: list[bytes]) -> Callable[[], list[bytes]]:
    return lambda: [work(value) for value in values]


GROUPS = {"tokens of a column of distinct e-mails, a value": Group(tokens, "us")}
