"""Format-preserving encryption and surrogates of a column beside peers, which take one value at a time."""

from __future__ import annotations

import hashlib
import hmac
import os
import random
from collections.abc import Callable

import ffx
import pyarrow as pa
from faker import Faker
from fastfpe import ff1 as fastfpe
from ff3 import FF3Cipher
from setting import keyring
from turns import Figures, Group, Turn, best

from safeguards.items.kr.names import lists_1 as lists
from safeguards.items.kr.surnames import PER_10_000
from safeguards.pseudonyms import Domain, FormatPreserving, Surrogate

QUICK = os.environ.get("SAFEGUARDS_BENCH") == "quick"
ROWS = 200_000 if QUICK else 1_000_000
PEERS_ROWS = {"fastfpe, FF1": 50_000, "ff3, FF3-1": 2_000}
LIBFFX_ROWS = 20_000
FAKER_ROWS = 5_000
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


def names() -> Figures:
    """Return seconds for a Korean name, as text in and out; Faker is seeded by a keyed digest of each."""
    keyring()
    draw = random.Random(20261126)
    surnames = draw.choices(list(PER_10_000), list(PER_10_000.values()), k=ROWS)
    values = [surname + draw.choice(lists.FIRST[:90]) + draw.choice(lists.LAST[:90]) for surname in surnames]
    column, each_once = pa.array(values), pa.array(sorted(set(values)))
    ours, faker = Surrogate(item="person_name").bind(Domain("benchmark")), Faker("ko_KR")

    def fake(value: str) -> str:
        faker.seed_instance(hmac.digest(_KEY.encode(), value.encode(), hashlib.sha256))
        return str(faker.name())

    turns = {
        "safeguards": Turn(lambda: ours.apply(column)),
        "safeguards, no name twice": Turn(lambda: ours.apply(each_once)),
        "Faker ko_KR, seeded": Turn(_each(fake, values[:FAKER_ROWS])),
    }
    rows = dict(zip(turns, (ROWS, len(each_once), FAKER_ROWS), strict=True))
    return {name: seconds / rows[name] for name, seconds in best(turns, ROUNDS).items()}


def _each(encrypt: Callable[[str], str], values: list[str]) -> Callable[[], None]:
    def work() -> None:
        for value in values:
            encrypt(value)

    return work


GROUPS = {
    "format-preserving encryption of 13 digits, a value": Group(digits, "us"),
    "format-preserving encryption of Hangul names, a value": Group(hangul, "us"),
    "surrogate of a Korean name, a value": Group(names, "us"),
}
