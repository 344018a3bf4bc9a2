"""Small values that guard themselves: secrets that do not print and field names that do not drift."""

from __future__ import annotations

import re
from typing import NoReturn

from safeguards.errors import InputError

_FIELD_ID = re.compile(r"[^\s.\x00-\x1f]+(\.[^\s.\x00-\x1f]+)*")
_FIELD_ID_LIMIT = 200


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
