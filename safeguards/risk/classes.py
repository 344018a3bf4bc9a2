"""Count equivalence classes: the rows, or the persons, that share one combination of quasi-identifiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from safeguards.errors import InputError
from safeguards.risk.columns import Codes, Column, codes, column, encode
from safeguards.risk.tally import Tally, digests, hashes

# Counted batches are merged when at least this many classes wait, so memory follows classes and not rows.
_LEAST_WAITING = 1 << 20


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
    """Counts the classes of a stream batch by batch; memory grows with classes, or with persons.

    A class is known by 128 bits of BLAKE2b over its values and a person by Python's hash, so that neither
    needs room for its text. Two persons that share a hash count as one, which errs on the strict side.
    """

    def __init__(self, classes: Classes) -> None:
        self.classes = classes
        self._counted: list[Tally] = []
        self._waiting, self._limit = 0, _LEAST_WAITING

    def add(self, rows: pa.Table | pa.RecordBatch) -> None:
        """Count these rows.

        Raises:
            InputError: a column is missing, ambiguous, or nested and so without an equality.
        """
        keys, persons = self.classes.keys(rows), self.classes.persons(rows)
        if rows.num_rows == 0:
            return
        high, low = digests(keys)
        if persons is None:
            tally = Tally([high, low], np.ones(rows.num_rows, np.int64))
        else:
            tally = Tally([high, low, hashes(persons)], None)
        self._counted.append(tally)
        self._waiting += len(tally)
        if self._waiting > self._limit:
            self._merge()

    def sizes(self) -> Codes:
        """Return the number of rows, or of persons, of each class; in no order."""
        if not self._counted:
            return np.zeros(0, np.int64)
        self._merge()
        return self._counted[0].sizes()

    def _merge(self) -> None:
        if len(self._counted) > 1:
            self._counted = [Tally.merged(self._counted)]
        # Waiting for as many again keeps the whole cost in proportion to the rows.
        self._waiting, self._limit = 0, max(_LEAST_WAITING, len(self._counted[0]))


def _first_of_each(classes: Codes, persons: Codes) -> Codes:
    """Return the places of the first row of each person in each class."""
    pairs = classes * (int(persons.max(initial=0)) + 1) + persons
    places: Codes = np.unique(pairs, return_index=True)[1].astype(np.int64)
    return places
