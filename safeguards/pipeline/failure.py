"""What failed in a step or a gate, told without what others say of it: that may quote a value."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from safeguards import errors
from safeguards.errors import SafeguardsError

T = TypeVar("T")


class Failure(Exception):
    """An error as data: errors themselves might not survive pickling, and others' may quote a value."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(kind, message)
        self.kind, self.message = kind, message

    @classmethod
    def of(cls, error: BaseException, what: str = "a step") -> Failure:
        """Keep the nearest class of the toolkit's own, and what it says; of others only their name."""
        if isinstance(error, Failure):
            return error
        known = (one.__name__ for one in type(error).__mro__ if getattr(errors, one.__name__, None) is one)
        if isinstance(error, SafeguardsError):
            return cls(next(known), str(error))
        told = f"{type(error).__name__}{_place(error)}"
        return cls(SafeguardsError.__name__, f"{what} failed ({told}); nothing was written")

    @classmethod
    def told(cls, what: str, act: Callable[..., T], *given: Any) -> T:
        """Return what a step or gate does; an error that is not the toolkit's own is told by its class alone.

        Raises:
            SafeguardsError: it failed.
        """
        try:
            return act(*given)
        except SafeguardsError:
            raise
        except Exception as error:
            failed = cls.of(error, what)
        raise failed.error()  # not inside the handler: the error caught there may hold a value

    def named(self, what: str) -> Failure:
        """Put the name of what failed before the message."""
        return Failure(self.kind, f"{what}: {self.message}")

    def error(self) -> SafeguardsError:
        """Return the error of the toolkit's own class."""
        kind: type[SafeguardsError] = getattr(errors, self.kind)
        return kind(self.message)


def _place(error: BaseException) -> str:
    """Say where an error arose, which no value is."""
    frames = traceback.extract_tb(error.__traceback__)
    return f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
