"""What a codec is: typed values as bytes and back, with widths fixed where the type allows."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Codec:
    """How one kind of value is written as bytes.

    ``tag`` names the encoding and is authenticated with every value: none decrypts as another type.
    ``encode`` raises TypeError, ValueError or struct.error on a value that is not of the type, with
    messages that callers must not pass on. ``compared`` gives the bytes that search compares, where equal
    values have several encodings: 1.50 and 1.5 are equal, and so is one moment under two offsets; None takes
    the encoding itself. ``searchable`` is False where equality has no meaning that a tag could carry.
    ``parameters`` is what ``codec_for`` made the codec from, where a Python type does not say it all.
    ``declared`` codecs raise UndeclaredName for what was declared when it was written and is so no more.
    """

    tag: bytes
    python_type: type
    encode: Callable[[Any], bytes]
    decode: Callable[[bytes], Any]
    compared: Callable[[Any], bytes] | None = None
    searchable: bool = True
    parameters: Hashable = None
    declared: bool = False

    @property
    def kind(self) -> Any:
        """What ``codec_for`` makes this codec from again."""
        return self.python_type if self.parameters is None else self.parameters

    @property
    def takes(self) -> str:
        """The name of what the codec takes, for messages."""
        return str(getattr(self.kind, "__name__", self.kind))


class UndeclaredName(Exception):  # not a ValueError: a cipher tells it apart from damage
    """A stored name is no longer declared."""


def exactly(python_type: type, encode: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Refuse values of other types, of subclasses too: a datetime is no date, and True is no number."""

    def checked(value: Any) -> bytes:
        if type(value) is not python_type:
            raise TypeError(python_type.__name__)
        return encode(value)

    return checked
