"""Hierarchies: what a value becomes on each level, from the finest to the coarsest."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from safeguards.errors import InputError
from safeguards.pseudonyms.spelling import as_nfc

Hierarchy = Mapping[str, tuple[str, ...]]
_SEPARATORS = ";\t,"
_FORM = "hierarchy= maps each value to its levels, a list of texts as long as every other"


def read_hierarchy(source: Mapping[str, Sequence[str]] | str | os.PathLike[str]) -> Hierarchy:
    """Return a hierarchy from a mapping, or from a CSV file in UTF-8 without a heading, as ARX writes them.

    A row holds the value and then its levels; fields are parted by ``;``, tabulators or commas, whichever the
    first line has. Levels only join: values that share a label share those of all coarser levels.

    Raises:
        InputError: the file cannot be read, a value has two rows, or a level splits what a finer one joins;
            messages tell rows by their number, for the values are personal data.
    """
    if isinstance(source, str | os.PathLike):
        rows: Iterable[Sequence[str]] = _rows(Path(source))
    elif isinstance(source, Mapping) and all(isinstance(levels, list | tuple) for levels in source.values()):
        rows = [(value, *levels) for value, levels in source.items()]
    else:
        raise InputError(f"{_FORM}, or names a CSV file")
    found: dict[str, tuple[str, ...]] = {}
    for number, row in enumerate(rows, 1):
        _add(found, row, number)
    if not found:
        raise InputError(f"hierarchy= is empty: {_FORM}")
    _check_joins(found)
    return found


def depth(hierarchy: Hierarchy) -> int:
    """Return how many levels a hierarchy has above its values."""
    return len(next(iter(hierarchy.values())))


def _rows(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            separator = next((sign for sign in _SEPARATORS if sign in first), ",")
            return [row for row in csv.reader(file, delimiter=separator, strict=True) if row]
    except OSError as error:
        raise InputError(f"hierarchy={str(path)!r} cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, csv.Error):
        raise InputError(f"hierarchy={str(path)!r} is no CSV file in UTF-8") from None


def _add(found: dict[str, tuple[str, ...]], row: Sequence[str], number: int) -> None:
    if len(row) < 2 or not all(isinstance(part, str) for part in row):
        raise InputError(f"{_FORM}; row {number} is not")
    value, levels = as_nfc(row[0]), tuple(row[1:])
    if found and len(levels) != depth(found):
        raise InputError(f"{_FORM}; row {number} has {len(levels)} levels, others have {depth(found)}")
    if found.setdefault(value, levels) != levels:
        raise InputError(f"hierarchy= has two rows for one value; the second is row {number}")


def _check_joins(hierarchy: Hierarchy) -> None:
    for level in range(1, depth(hierarchy)):
        coarser: dict[str, str] = {}
        for number, levels in enumerate(hierarchy.values(), 1):
            if coarser.setdefault(levels[level - 1], levels[level]) != levels[level]:
                raise InputError(
                    f"hierarchy= has values of one label on level {level} that part on level {level + 1}; "
                    f"the first to do so is value {number}"
                )
