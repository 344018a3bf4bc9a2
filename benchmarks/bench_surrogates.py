"""Surrogates of a column of Korean names beside Faker, seeded by a keyed digest of each."""

from __future__ import annotations

import hashlib
import hmac
import random

import pyarrow as pa
from faker import Faker
from setting import QUICK, keyring
from turns import Figures, Group, Turn, best

from safeguards.items.kr.names import lists_1 as lists
from safeguards.items.kr.surnames import PER_10_000
from safeguards.pseudonyms import Domain, Surrogate

ROWS = 200_000 if QUICK else 1_000_000
FAKER_ROWS = 5_000
ROUNDS = 3
_KEY = bytes(32)


def names() -> Figures:
    """Return seconds for a name, as text in and out; surnames are as frequent as among Koreans."""
    keyring()
    draw = random.Random(20261126)
    surnames = draw.choices(list(PER_10_000), list(PER_10_000.values()), k=ROWS)
    values = [surname + draw.choice(lists.FIRST[:90]) + draw.choice(lists.LAST[:90]) for surname in surnames]
    column, each_once = pa.array(values), pa.array(sorted(set(values)))
    ours, faker = Surrogate(item="person_name").bind(Domain("benchmark")), Faker("ko_KR")

    def fakes() -> None:
        for value in values[:FAKER_ROWS]:
            faker.seed_instance(hmac.digest(_KEY, value.encode(), hashlib.sha256))
            faker.name()

    turns = {
        "safeguards": Turn(lambda: ours.apply(column)),
        "safeguards, no name twice": Turn(lambda: ours.apply(each_once)),
        "Faker ko_KR, seeded": Turn(fakes),
    }
    rows = dict(zip(turns, (ROWS, len(each_once), FAKER_ROWS), strict=True))
    return {name: seconds / rows[name] for name, seconds in best(turns, ROUNDS).items()}


GROUPS = {"surrogate of a Korean name, a value": Group(names, "us")}
