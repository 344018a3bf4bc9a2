"""Which generation of keyrings is in force: it changes whenever a name may resolve to other keys.

Ciphers compare it before every value, which costs a few nanoseconds where resolving the name would cost more.
"""

from __future__ import annotations

import weakref
from typing import Protocol

current: object = object()


class Holder(Protocol):
    """Who keeps derived keys between values."""

    def forget(self) -> None:
        """Drop them."""
        ...


_holders: weakref.WeakValueDictionary[int, Holder] = weakref.WeakValueDictionary()


def tell(holder: Holder) -> None:
    """Have ``holder`` told, for as long as it lives, to forget its keys when the generation changes."""
    _holders[id(holder)] = holder


def advance() -> None:
    """Make every cipher forget its keys and look them up again."""
    global current
    current = object()
    for reference in _holders.valuerefs():  # a copy: other threads may add
        holder = reference()
        if holder is not None:
            holder.forget()
