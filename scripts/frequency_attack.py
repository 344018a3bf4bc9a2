"""What equal pseudonyms give away: names guessed from how often each pseudonym occurs, without any key.

    uv run python scripts/frequency_attack.py

The attacker holds another sample of the same population in plain text, ranks pseudonyms and names by
frequency, and takes equal ranks for the same. Surnames are drawn by the census of 2015, given names evenly
from Faker's, though real ones are less even, so that reality is worse.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from faker.providers.person.ko_KR import Provider

from safeguards import Keyring, use
from safeguards.pseudonyms import Domain, FormatPreserving, Token, Transform

# Statistics Korea, Population and Housing Census 2015: people by surname, the twenty most frequent.
CENSUS_2015 = {
    "김": 10_689_959, "이": 7_306_828, "박": 4_192_074, "최": 2_333_927, "정": 2_151_879, "강": 1_176_847,
    "조": 1_055_567, "윤": 1_020_547, "장": 992_721, "임": 823_921, "한": 773_404, "오": 763_281,
    "서": 751_704, "신": 741_081, "권": 705_941, "황": 697_171, "안": 685_639, "송": 683_494,
    "전": 559_110, "홍": 558_853,
}  # fmt: skip
POPULATION_2015 = 49_705_663
SEED = 20261126
Draw = Callable[[int, random.Random], list[str]]
HERE, THERE = Domain("ads-2026"), Domain("research-2026")


@dataclass(frozen=True)
class Measured:
    """One attack: what was pseudonymised, how, and the share of rows whose value was guessed."""

    what: str
    transform: str
    rows: int
    distinct: int
    right: float


def surnames(rows: int, draw: random.Random) -> list[str]:
    """Draw surnames by the census; those beyond the twenty share the rest evenly."""
    rare = [name for name in Provider.last_names if name not in CENSUS_2015]
    left = (POPULATION_2015 - sum(CENSUS_2015.values())) / len(rare)
    return draw.choices([*CENSUS_2015, *rare], [*CENSUS_2015.values(), *[left] * len(rare)], k=rows)


def names(rows: int, draw: random.Random) -> list[str]:
    """Draw full names."""
    given = list(Provider.first_names)
    return [surname + draw.choice(given) for surname in surnames(rows, draw)]


def phones(rows: int, draw: random.Random) -> list[str]:
    """Draw different mobile numbers."""
    return [f"010{number:08d}" for number in draw.sample(range(10**8), rows)]


def ranked(values: Sequence[str]) -> list[str]:
    """Return different values, the most frequent first."""
    return [value for value, _ in Counter(values).most_common()]


def guessed(truth: Sequence[str], pseudonyms: Sequence[str], known: Sequence[str]) -> float:
    """Return the share of rows whose value is guessed by rank; ``known`` is what the attacker ranks by."""
    guess = dict(zip(ranked(pseudonyms), ranked(known), strict=False))
    right = sum(guess.get(one) == value for one, value in zip(pseudonyms, truth, strict=True))
    return right / len(truth)


def measure(rows: int) -> list[Measured]:
    """Attack surnames, full names and phone numbers, and link the surnames of two domains."""
    draw = random.Random(SEED)  # noqa: S311
    hangul = FormatPreserving(alphabet="hangul")
    attacks: dict[str, tuple[Draw, list[Transform]]] = {
        "surnames": (surnames, [Token()]),  # too few for FF1
        "full names": (names, [Token(), hangul]),
        "phone numbers": (phones, [Token(), FormatPreserving()]),
    }
    found = []
    for what, (drawn, transforms) in attacks.items():
        truth, known = drawn(rows, draw), drawn(rows, draw)
        for transform in transforms:
            made = transform.apply(pa.array(truth), HERE).to_pylist()
            right = guessed(truth, made, known)
            found.append(Measured(what, transform.name, rows, len(set(truth)), right))
    return [*found, linked(rows, draw)]


def linked(rows: int, draw: random.Random) -> Measured:
    """Link the surnames' tokens of one domain to those of another, over two samples."""
    one, other = surnames(rows, draw), surnames(rows, draw)
    truth = Token().apply(pa.array(one), THERE).to_pylist()
    right = guessed(
        truth,
        Token().apply(pa.array(one), HERE).to_pylist(),
        Token().apply(pa.array(other), THERE).to_pylist(),
    )
    return Measured("surnames, of two domains", "token", rows, len(set(one)), right)


def main(rows: int = 100_000) -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as folder:
        use(Keyring.create(f"sqlite:///{Path(folder) / 'keys.db'}", f"local:{Path(folder) / 'key'}"))
        print("| column | transform | rows | different values | rows guessed by rank |")
        print("|---|---|---|---|---|")
        for one in measure(rows):
            print(f"| {one.what} | {one.transform} | {one.rows:,} | {one.distinct:,} | {one.right:.2%} |")
        use(None)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
