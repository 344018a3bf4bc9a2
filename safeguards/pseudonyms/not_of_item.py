"""How many values of a column are none of the item that it is said to hold: phones without their first zero.

Their pseudonyms are like any others, and unlike those of the same numbers spelled in full.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeguards import items
from safeguards.items.text import fold
from safeguards.pseudonyms.column import by_unique, is_text, plain
from safeguards.pseudonyms.transform import Bound

MOST = 1000
"""Rows looked at in each array: a validator takes longer than a digest."""


def by_unique_counted(item: str | None, convert: Callable[[Any], Any], key_id: int) -> Bound:
    """Bind what makes pseudonyms of distinct values; it counts where ``item`` may have lost a zero."""

    def made(values: Any) -> Any:
        return by_unique(values, convert)

    if item is None or not items.get(item).zero_first:
        return Bound(made, key_id)
    return Bound(made, key_id, lambda values: (made(values), not_of_item(item, values)))


def not_of_item(item: str, values: Any) -> Mapping[str, int]:
    """Count, among rows evenly spread over an array, the distinct texts that the item's validator rejects."""
    if not is_text(values.type) or not len(values):
        return {}
    validate = items.get(item).validate
    if pa.types.is_string_view(values.type):  # of which Arrow takes no rows
        values = plain(values)
    rows = np.linspace(0, len(values) - 1, min(len(values), MOST)).astype(np.int64)
    looked_at = pc.unique(plain(values.take(pa.array(rows)))).drop_null()
    rejected = sum(not validate(fold(text).strip()) for text in looked_at.to_pylist())
    return {"looked_at": len(looked_at), "not_of_the_item": rejected}
