"""Small values that guard themselves: secrets that do not print and field names that do not drift."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NoReturn, Self
from uuid import UUID

from safeguards.errors import InputError

_FIELD_ID = re.compile(r"[^\s.\x00-\x1f]+(\.[^\s.\x00-\x1f]+)*")
_FIELD_ID_LIMIT = 200
_KIND = re.compile(r"[^\s:\x00-\x1f]+")


class Secret:
    """Key material that masks its repr and refuses to be pickled or compared by accident.

    ``reveal()`` returns the bytes; call it at the primitive, not before.
    """

    __slots__ = ("_material",)

    def __init__(self, material: bytes) -> None:
        self._material = bytes(material)

    def reveal(self) -> bytes:
        """Return the key's bytes."""
        return self._material

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled or copied; pass the keyring's name instead")


class Masked:
    """Stands where a value is not shown; no column takes it for one."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"


class Erased:
    """Stands for a value whose person's key has been destroyed. It is false, and no column takes it."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "ERASED"

    def __reduce__(self) -> str:
        return "ERASED"


ERASED = Erased()


class FieldId(str):
    """The rename-proof name of an encrypted field, such as ``"member.rrn"``.

    Dotted parts of any script, no white space, at most 200 characters.

    Raises:
        InputError: the text is not such a name.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> FieldId:
        """Check and wrap ``text``."""
        if not isinstance(text, str) or len(text) > _FIELD_ID_LIMIT or not _FIELD_ID.fullmatch(text):
            raise InputError(
                'a field id is one or more dotted parts without white space, such as "member.rrn", '
                f"at most {_FIELD_ID_LIMIT} characters"
            )
        return super().__new__(cls, text)


@dataclass(frozen=True, slots=True)
class SubjectId:
    """Whose a value is: a kind of person, such as ``"member"``, and that person's id as text.

    The repr tells the kind only, since an id may itself be personal data.

    Raises:
        InputError: the kind is empty or holds a colon or white space, or the id is empty.
    """

    kind: str
    id: str = field(repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or not _KIND.fullmatch(self.kind) or not self.id:
            raise InputError(
                'a subject is written kind:id, such as "member:42", and both parts say something'
            )

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"member:42"``; everything after the first colon is the id."""
        kind, _, person = text.partition(":")
        return cls(kind, person)

    @classmethod
    def of(cls, kind: str, person: int | str | UUID) -> Self:
        """Name the person of a kind by a primary key: an integer, a text or a UUID."""
        if isinstance(person, bool) or not isinstance(person, (int, str, UUID)):
            raise InputError(f"the id of a {kind} is an int, str or UUID, not {type(person).__name__}")
        return cls(kind, str(person))
