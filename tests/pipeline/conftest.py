"""One small table and what should happen to it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import Drop, Generalise, Mask, Token


@pytest.fixture
def members() -> pa.Table:
    """Three members, with the values that go wrong elsewhere: twins, NULLs and empty texts."""
    return pa.table(
        {
            "이메일": ["kim@example.com", None, "KIM@example.com"],
            "phone": ["010-1234-5678", "", None],
            "rrn": ["900101-1234567", None, "050505-3234567"],
            "age": [35, None, 36],
        }
    )


@pytest.fixture
def pipeline() -> Pipeline:
    """Every transform once."""
    columns = {
        "이메일": Token(item="email"),
        "phone": Mask(item="kr_phone"),
        "rrn": Drop(),
        "age": Generalise(band=10),
    }
    return Pipeline(columns, domain="ads-2026", purpose="통계")
