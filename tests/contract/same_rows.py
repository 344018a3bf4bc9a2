"""Rows that every way of running a pipeline turns into the same rows; plugins' suites run them too."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import (
    Drop,
    FormatPreserving,
    FormatPreservingInteger,
    Generalise,
    Keep,
    Mask,
    Token,
)
from safeguards.pseudonyms.column import as_text

DOMAIN = "ads-2026"
"""The domain of the pseudonyms; its keyring is the one in use."""

ROWS = 200

TABLE = pa.table(
    {
        "번호": pa.array(range(1, ROWS + 1), pa.int64()),
        "이름": [None if n % 11 == 0 else "김이박최정"[n % 5] + "서연민준하은"[n % 6] for n in range(ROWS)],
        "이메일": [None if n % 9 == 0 else f"Member{n % 50}@예시.kr" for n in range(ROWS)],
        "전화": [f"010-{n % 90 + 1000}-{n + 1000:04}" if n % 7 else None for n in range(ROWS)],
        "생일": pa.array(
            [date(1960 + n % 45, n % 12 + 1, n % 28 + 1) if n % 8 else None for n in range(ROWS)]
        ),
        "방문": pa.array([n * 3 if n % 6 else None for n in range(ROWS)], pa.int64()),
        "나이": pa.array([20 + n % 60 for n in range(ROWS)], pa.int64()),
        "메모": [('단골, "우수"' if n % 4 else None) for n in range(ROWS)],
        "주소": ["서울특별시 중구 세종대로 110"] * ROWS,
    }
)
"""Korean text, NULLs, dates and whole numbers; the column 번호 is what rows are told apart by."""


def pipeline() -> Pipeline:
    """Return transforms that each give one result for one value, in whatever type it comes."""
    columns = {
        "번호": FormatPreservingInteger(digits=9),
        "이름": Mask(item="person_name"),
        "이메일": Token(item="email"),
        "전화": FormatPreserving(item="kr_phone", keep_first=3),
        "생일": Generalise(years=5),
        "방문": Token(),
        "나이": Generalise(band=10, top=70),
        "메모": Keep(),
        "주소": Drop(),
    }
    return Pipeline(columns, domain=DOMAIN, purpose="통계")


def expected() -> list[dict[str, str | None]]:
    """Return the rows that the pipeline makes of the table in memory, as :func:`spelled` has them."""
    return spelled(pipeline().run(TABLE))


def spelled(table: Any) -> list[dict[str, str | None]]:
    """Return rows as text, for a file of text holds no numbers, and in an order that no database keeps."""
    columns = [as_text(table[name].combine_chunks()) for name in table.schema.names]
    rows = pa.table(columns, names=table.schema.names).to_pylist()
    return sorted(rows, key=lambda row: str(row["번호"]))
