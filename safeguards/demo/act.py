"""One thing that the demonstration did, in a sentence, and where its result lies."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from safeguards.errors import SafeguardsError


class Advance(Protocol):
    """Reports progress: units done so far, and their total where it is known."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Report ``done`` of ``total``."""
        ...


Progress = Callable[[str], AbstractContextManager[Advance]]


@dataclass(frozen=True, slots=True)
class Act:
    """``said`` holds counts and names of columns, never a value."""

    title: str
    said: str
    file: Path | None = None


class NotKept(SafeguardsError):
    """A promise that the demonstration checks was not kept."""
