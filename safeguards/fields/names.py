"""Names out of a declared set, as bytes of one width."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from safeguards.errors import InputError
from safeguards.fields.codec import Codec, UndeclaredName

_PAD = b"\x00"


@dataclass(frozen=True, slots=True)
class Names:
    """A kind of value: one of these texts. Each is written at the width of the longest."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "declared name"


def enum_codec(members: type[enum.Enum]) -> Codec:
    """Return the codec of an enum's members, which are stored by name; an alias reads as its member.

    Raises:
        InputError: the enum has no members.
    """
    by_name = members.__members__
    pad = _padding(by_name)

    def name_of(member: Any) -> bytes:
        if type(member) is not members or member.name not in by_name:
            raise TypeError(members.__name__)
        return str(member.name).encode()

    return Codec(
        b"enum",
        members,
        lambda member: pad(name_of(member)),
        _reader(dict(by_name)),
        compared=name_of,
        declared=True,
    )


def names_codec(kind: Names) -> Codec:
    """Return the codec of texts out of a declared set.

    Raises:
        InputError: there is no name, or one ends with a NUL, which pads.
    """
    by_name = {name: name for name in kind.names}
    pad = _padding(by_name)

    def name_of(name: Any) -> bytes:
        if not isinstance(name, str) or str.__str__(name) not in by_name:
            raise ValueError("no declared name")
        return name.encode()

    return Codec(
        b"enum",
        str,
        lambda name: pad(name_of(name)),
        _reader(by_name),
        compared=name_of,
        parameters=kind,
        declared=True,
    )


def _padding(names: Iterable[str]) -> Callable[[bytes], bytes]:
    # Search compares names without it: a longer name, declared later, changes the width.
    written = [name.encode() for name in names]
    if not written or any(name.endswith(_PAD) for name in written):
        raise InputError("an Enum needs at least one name, and none that ends with a NUL")
    width = max(map(len, written))
    return lambda name: name.ljust(width, _PAD)


def _reader(by_name: dict[str, Any]) -> Callable[[bytes], Any]:
    by_bytes = {name.encode(): value for name, value in by_name.items()}

    def read(data: bytes) -> Any:
        name = data.rstrip(_PAD)
        if name not in by_bytes:
            raise UndeclaredName
        return by_bytes[name]

    return read
