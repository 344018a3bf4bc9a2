"""What a job is going to do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal

from safeguards.sqlalchemy.backfill.facts import Facts
from safeguards.sqlalchemy.backfill.rows import Advance
from safeguards.sqlalchemy.backfill.survey import Survey
from safeguards.sqlalchemy.backfill.target import Target
from safeguards.sqlalchemy.types import Encrypted

Progress = Callable[[str], AbstractContextManager[Advance]]
"""Opens a progress bar under a label."""

State = Literal["new", "unfinished", "encrypted"]


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """What a job is going to do with one column.

    ``facts`` is the column as it was before any job touched it. An ``unfinished`` job is taken up where it
    ended; of an ``encrypted`` column nothing is changed. ``survey`` is None where there is nothing to read.
    """

    target: Target
    facts: Facts
    kind: Encrypted
    state: State
    survey: Survey | None = None

    @property
    def unique(self) -> bool:
        """Whether the search index refuses equal values."""
        return bool(self.kind.cipher.slices) and (self.facts.unique or self.target.unique)
