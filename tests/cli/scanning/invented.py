"""Invented people, and tables of them."""

from __future__ import annotations

import random
from pathlib import Path

DRAW = random.Random(29)
PHONES = [f"010-{DRAW.randrange(2000, 9999)}-{DRAW.randrange(10_000):04d}" for _ in range(200)]
RRNS = [
    f"{DRAW.randrange(50, 99)}0{DRAW.randint(1, 9)}1{DRAW.randint(0, 9)}-1{DRAW.randrange(10**6):06d}"
    for _ in range(200)
]
VALUES = (*PHONES, *RRNS)


def csv(path: Path, **columns: list[str]) -> Path:
    """Write a CSV file."""
    lines = [",".join(columns), *(",".join(row) for row in zip(*columns.values(), strict=True))]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path
