"""Columns of a few rows are searched natively here, so that tests need no long ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from safeguards.detection import column


@pytest.fixture(autouse=True, scope="module")
def native() -> Iterator[None]:
    few, column.FEW_BYTES = column.FEW_BYTES, 0
    yield
    column.FEW_BYTES = few
