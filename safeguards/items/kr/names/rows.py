"""Tables of syllables by value, as the generated modules write them."""

from __future__ import annotations

from collections.abc import Mapping


def read(table: Mapping[tuple[float, int], str]) -> dict[str, float]:
    """Return syllable to value; a key is the value and the number of the row."""
    return {syllable: value for (value, _), row in table.items() for syllable in row}
