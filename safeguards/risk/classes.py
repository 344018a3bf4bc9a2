"""Count equivalence classes: the rows, or the persons, that share one combination of quasi-identifiers."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from safeguards.errors import InputError
from safeguards.risk.columns import Codes, Column, codes, column, encode
from safeguards.risk.spill import Spill
from safeguards.risk.tally import Tally, digests, hashes

AT_ONCE = 1 << 20
"""Classes, or persons in classes, that are held in memory: more of them are merged, or spilled."""

_SECRET = 32


@dataclass(frozen=True, slots=True)
class Classes:
    """What makes a class.

    Args:
        quasi_identifiers: the columns whose combinations are the classes.
        person: the column that tells people apart, such as a token's. With it a class counts each person
            once, as it must where somebody has several rows: twelve purchases of one customer hide nobody.
            Rows without a person count as one person together.

    Raises:
        InputError: no quasi-identifier is named, one twice, or the person's column is one of them.
    """

    quasi_identifiers: tuple[str, ...]
    person: str | None = None

    @classmethod
    def of(cls, quasi_identifiers: Sequence[str], person: str | None = None) -> Classes:
        """Check the names and make the definition."""
        if isinstance(quasi_identifiers, str):
            raise InputError("quasi_identifiers needs a list of column names, not one text")
        if not quasi_identifiers:
            raise InputError(
                "quasi_identifiers is empty; name the columns that together could point to a person"
            )
        if len(set(quasi_identifiers)) < len(quasi_identifiers):
            raise InputError("quasi_identifiers names a column twice")
        if person in quasi_identifiers:
            raise InputError(f"{person!r} tells people apart, so it cannot be a quasi-identifier as well")
        return cls(tuple(quasi_identifiers), person)

    def keys(self, rows: pa.Table | pa.RecordBatch) -> list[Column]:
        """Return the columns of the quasi-identifiers.

        Raises:
            InputError: a column is missing, ambiguous or nested.
        """
        return [column(rows, name) for name in self.quasi_identifiers]

    def persons(self, rows: pa.Table | pa.RecordBatch) -> Column | None:
        """Return the column that tells people apart, if there is one.

        Raises:
            InputError: it is missing, ambiguous or nested.
        """
        return None if self.person is None else column(rows, self.person)

    def sizes(self, table: pa.Table) -> Codes:
        """Return the size of each class of a whole table, in no order; one vectorised pass."""
        keys, persons = self.keys(table), self.persons(table)
        classes = codes(keys)
        if persons is not None:
            classes = classes[_first_of_each(classes, encode(persons)[0])]
        return np.bincount(classes).astype(np.int64)


class ClassCounter:
    """Counts the classes of a stream batch by batch, in memory that grows with neither rows nor classes.

    A class is known by 128 bits of BLAKE2b over its values and a person by 64, under a key of this counter
    that is kept nowhere, so that neither needs room for its text. Two persons that share a digest count as
    one, which errs on the strict side. More than a million classes, or persons in classes, are spilled to a
    nameless temporary file, as those digests.
    """

    def __init__(self, classes: Classes, at_once: int = AT_ONCE) -> None:
        self.classes = classes
        self._secret = secrets.token_bytes(_SECRET)
        self._counted: list[Tally] = []
        self._spill = Spill()
        self._waiting, self._at_once = 0, at_once

    def add(self, rows: pa.Table | pa.RecordBatch) -> None:
        """Count these rows.

        Raises:
            InputError: a column is missing, ambiguous, or nested and so without an equality.
            SafeguardsError: the temporary folder is full.
        """
        keys, persons = self.classes.keys(rows), self.classes.persons(rows)
        if rows.num_rows == 0:
            return
        high, low = digests(keys, self._secret)
        if persons is None:
            tally = Tally([high, low], np.ones(rows.num_rows, np.int64))
        else:
            tally = Tally([high, low, hashes(persons, self._secret)], None)
        self._counted.append(tally)
        self._waiting += len(tally)
        if self._waiting > self._at_once:
            self._merge()

    def histogram(self) -> dict[int, int]:
        """Return the number of classes of each size, sizes counting rows or persons; by ascending size."""
        found = Counter[int]()
        for tally in self._tallies():
            sizes, counts = np.unique(tally.sizes(), return_counts=True)
            found.update(dict(zip(sizes.tolist(), counts.tolist(), strict=True)))
        return dict(sorted(found.items()))

    def close(self) -> None:
        """Give the temporary file's room back; the counts are gone."""
        self._spill.close()

    def _tallies(self) -> Iterator[Tally]:
        """Yield tallies of which no two share a class."""
        self._merge()
        if not self._spill:
            yield from self._counted
            return
        for tally in self._counted:
            self._spill.add(tally)
        self._counted, self._waiting = [], 0
        yield from self._spill.partitions()

    def _merge(self) -> None:
        if not self._counted:
            return
        merged = Tally.merged(self._counted)
        # Half of the room at least is free again: the whole cost stays in proportion to the rows.
        if len(merged) > self._at_once // 2:
            self._spill.add(merged)
            self._counted, self._waiting = [], 0
        else:
            self._counted, self._waiting = [merged], len(merged)


def _first_of_each(classes: Codes, persons: Codes) -> Codes:
    """Return the places of the first row of each person in each class."""
    pairs = classes * (int(persons.max(initial=0)) + 1) + persons
    places: Codes = np.unique(pairs, return_index=True)[1].astype(np.int64)
    return places
