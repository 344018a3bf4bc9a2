"""Format-preserving encryption of a column beside peers, which take one value at a time."""

from __future__ import annotations

import random
from collections.abc import Callable

import ffx
import pyarrow as pa
from fastfpe import ff1 as fastfpe
from ff3 import FF3Cipher
from setting import QUICK, keyring
from turns import Figures, Group, Turn, best

from safeguards.pseudonyms import Domain, FormatPreserving

ROWS = 200_000 if QUICK else 1_000_000
PEERS_ROWS = {"fastfpe, FF1": 50_000, "ff3, FF3-1": 2_000}
LIBFFX_ROWS = 20_000
ROUNDS = 3
DIGITS = 13
_KEY, _TWEAK = "00" * 32, "00" * 7


def digits() -> Figures:
    """Return seconds for a value of 13 digits, as text in and out."""
    keyring()
    draw = random.Random(20261126)
    values = [str(draw.randrange(10**DIGITS)).zfill(DIGITS) for _ in range(ROWS)]
    column, ours = pa.array(values), FormatPreserving().bind(Domain("benchmark"))
    ff3 = FF3Cipher(_KEY, _TWEAK)
    peers: dict[str, Callable[[str], str]] = {
        "fastfpe, FF1": lambda value: str(fastfpe.encrypt(_KEY, "", "0123456789", value)),
        "ff3, FF3-1": ff3.encrypt,
    }
    turns = {"safeguards": Turn(lambda: ours.apply(column))}
    for name, encrypt in peers.items():
        turns[name] = Turn(_each(encrypt, values[: PEERS_ROWS[name]]))
    rows = {"safeguards": ROWS, **PEERS_ROWS}
    return {name: seconds / rows[name] for name, seconds in best(turns, ROUNDS).items()}


def hangul() -> Figures:
    """Return seconds for a name of three syllables, of the 11,172 there are."""
    keyring()
    syllables = "".join(map(chr, range(0xAC00, 0xD7A4)))
    draw = random.Random(20261126)
    values = ["".join(draw.choices(syllables, k=3)) for _ in range(ROWS)]
    column, ours = pa.array(values), FormatPreserving(alphabet="hangul").bind(Domain("benchmark"))
    peer = ffx.FF1(bytes(32), alphabet=syllables)
    turns = {
        "safeguards": Turn(lambda: ours.apply(column)),
        "libffx, FF1": Turn(_each(peer.encrypt, values[:LIBFFX_ROWS])),
    }
    rows = {"safeguards": ROWS, "libffx, FF1": LIBFFX_ROWS}
    return {name: seconds / rows[name] for name, seconds in best(turns, ROUNDS).items()}


def _each(encrypt: Callable[[str], str], values: list[str]) -> Callable[[], None]:
    def work() -> None:
        for value in values:
            encrypt(value)

    return work


GROUPS = {
    "format-preserving encryption of 13 digits, a value": Group(digits, "us"),
    "format-preserving encryption of Hangul names, a value": Group(hangul, "us"),
}
