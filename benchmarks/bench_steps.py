"""Texts redacted beside detection alone, and columns encrypted beside the bare primitive in a loop."""

from __future__ import annotations

import os
import random
from functools import partial

import korean_text
import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from setting import QUICK, keyring
from turns import Figures, Group, Turn, best

from safeguards.pipeline import Decrypt, Encrypt
from safeguards.pseudonyms import Domain, RedactText

COLUMN_MB = 3 if QUICK else 20
ROWS = 200_000 if QUICK else 1_000_000
ROUNDS = 3
NONCE = 12


def redaction(share: float) -> Figures:
    """Return seconds for a megabyte of a column of text, in a share of whose rows stands a value."""
    keyring()
    column = korean_text.column(COLUMN_MB, share, names=True)
    kinds = {
        "safeguards, tags": RedactText(),
        "safeguards, numbered tags": RedactText(numbered=True),
        "safeguards, tokens": RedactText(style="token"),
        "safeguards, surrogates": RedactText(style="surrogate"),
    }
    detector = RedactText().detector
    turns = {"detection alone": Turn(lambda: detector.detect_column(column))}
    for name, transform in kinds.items():
        turns[name] = Turn(partial(transform.bind(Domain("benchmark")).apply, column))
    return {name: seconds / (column.nbytes / 1e6) for name, seconds in best(turns, ROUNDS).items()}


def encryption() -> Figures:
    """Return seconds for a short text, Arrow in and out; the loop has Python lists in and out."""
    keyring()
    draw = random.Random(20261126)
    texts = [f"메모 {draw.randrange(10**9)} 짧은 글" for _ in range(ROWS)]
    batch = pa.record_batch({"memo": pa.array(texts)})
    encrypting = Encrypt({"memo": "benchmark.memo"}).start(batch.schema, {})
    sealed, _ = encrypting.apply(batch)
    decrypting = Decrypt({"memo": "benchmark.memo"}).start(sealed.schema, {})
    bare = AESGCM(os.urandom(32))
    ciphertexts = _bare_loop(bare, texts)
    turns = {
        "Encrypt": Turn(lambda: encrypting.apply(batch)),
        "raw AES-256-GCM loop": Turn(lambda: _bare_loop(bare, texts)),
        "Decrypt": Turn(lambda: decrypting.apply(sealed)),
        "raw decrypting loop": Turn(
            lambda: [bare.decrypt(one[:NONCE], one[NONCE:], None).decode() for one in ciphertexts]
        ),
    }
    return {name: seconds / ROWS for name, seconds in best(turns, ROUNDS).items()}


def _bare_loop(bare: AESGCM, texts: list[str]) -> list[bytes]:
    sealed = []
    for text in texts:
        nonce = os.urandom(NONCE)
        sealed.append(nonce + bare.encrypt(nonce, text.encode(), None))
    return sealed


GROUPS = {
    "redaction of a column of text, a megabyte": Group(partial(redaction, 0.02)),
    "redaction of a column full of personal data, a megabyte": Group(partial(redaction, 1.0)),
    "encryption of an Arrow column, a value": Group(encryption, "us"),
}
