"""Reading: the row's own id comes with each ciphertext, so that a value moved to another's row fails."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Uuid
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine

from safeguards.errors import DecryptionFailed, SubjectErased
from safeguards.sqlalchemy.lifecycle import DualRead, dual_result
from safeguards.sqlalchemy.plain_text import PLAIN_END
from safeguards.sqlalchemy.subjects.bound import Bound
from safeguards.sqlalchemy.subjects.declaration import VALUE, id_beside
from safeguards.sqlalchemy.tag import MARIADB
from safeguards.values import ERASED

if TYPE_CHECKING:
    from safeguards.fields.subject_cipher import SubjectCipher
    from safeguards.sqlalchemy.types import Encrypted

_TEXT, _UUID = "t", "u"
_SEPARATOR = b"\xff"  # in no text of UTF-8


class WithId(ColumnElement[Any]):
    """A ciphertext behind the id in the same row: a letter, the id as text, 0xFF, the ciphertext."""

    __visit_name__ = "safeguards_with_id"
    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012  SQLAlchemy's own form
        ("element", InternalTraversal.dp_clauseelement),
        ("person", InternalTraversal.dp_clauseelement),
        ("letter", InternalTraversal.dp_string),
    ]

    def __init__(
        self, element: ColumnElement[Any], person: ColumnElement[Any], kind: TypeEngine[Any], *, uuid: bool
    ) -> None:
        self.element = element
        self.person = person
        self.type = kind
        self.letter = _UUID if uuid else _TEXT  # databases write UUIDs in two ways

    @property
    def _from_objects(self) -> Any:
        return [*self.element._from_objects, *self.person._from_objects]


@compiles(WithId)
def _concatenated(element: WithId, compiler: SQLCompiler, **kw: Any) -> str:
    person, value = _parts(element, compiler, **kw)
    text = f"'{element.letter}' || COALESCE(CAST({person} AS TEXT), '')"
    both = f"CAST({text} || x'ff' || {value} AS BLOB)"
    # A plain REAL would lose digits as text: it is refused, as nothing behind no id.
    return f"CASE typeof({value}) WHEN 'real' THEN x'' ELSE {both} END"


@compiles(WithId, "postgresql")
def _on_postgresql(element: WithId, compiler: SQLCompiler, **kw: Any) -> str:
    person, value = _parts(element, compiler, **kw)
    text = f"'{element.letter}' || COALESCE(CAST({person} AS TEXT), '')"
    return f"convert_to({text}, 'UTF8') || decode('ff', 'hex') || {value}"


@compiles(WithId, *MARIADB)
def _on_mariadb(element: WithId, compiler: SQLCompiler, **kw: Any) -> str:
    person, value = _parts(element, compiler, **kw)
    text = f"CONCAT('{element.letter}', COALESCE(CONVERT(CAST({person} AS CHAR) USING utf8mb4), ''))"
    both = f"CONCAT(CAST({text} AS BINARY), x'ff', {value})"
    # NULL above max_allowed_packet, which must not pass for a value that is not there.
    return f"IF({value} IS NULL, NULL, COALESCE({both}, ''))"


def _parts(element: WithId, compiler: SQLCompiler, **kw: Any) -> tuple[str, str]:
    for name in ("add_to_result_map", "within_columns_clause", "within_label_clause", "result_map_targets"):
        kw.pop(name, None)
    return compiler.process(element.person, **kw), compiler.process(element.element, **kw)


def with_id(element: ColumnElement[Any], kind: Encrypted) -> WithId:
    """Return what is selected in place of a column that belongs to persons.

    Raises:
        OperatorRefused: the row does not carry the person's id.
    """
    person = id_beside(element, kind)
    return WithId(element, person, kind, uuid=is_uuid(person))


def is_uuid(person: ColumnElement[Any]) -> bool:
    """Say whether ids are UUIDs, so that both ways of writing them are one person."""
    return isinstance(person.type, Uuid)


def binder(kind: Encrypted) -> Callable[[Any], bytes | None]:
    """Return how values of a column that belongs to persons are bound."""
    cipher: SubjectCipher = kind.cipher  # type: ignore[assignment]

    def process(value: Any) -> bytes | None:
        if value is None:
            return None
        if isinstance(value, Bound):
            return None if value.value is None else cipher.encrypt_for(value.owner, value.value)
        return cipher.encrypt(value)  # which says what to do

    return process


def result(kind: Encrypted) -> Callable[[Any], Any]:
    """Return how values of a column that belongs to persons are read."""
    cipher: SubjectCipher = kind.cipher  # type: ignore[assignment]
    field, as_value = kind.field, kind.erased == VALUE
    dual = kind.state if isinstance(kind.state, DualRead) else None
    plain = None if dual is None else dual_result(kind, dual)

    def process(value: Any) -> Any:
        if value is None:
            return None
        person, data = taken_apart(bytes(value) if not isinstance(value, str) else b"")
        if person is None:
            raise DecryptionFailed(
                f"field {field}: a value was read without the id of the person it belongs to, or is not "
                "encrypted; read it by a select of the column"
            )
        if plain is not None and data[:1] < PLAIN_END:
            return plain(data)
        try:
            return cipher.decrypt_of(person, data, unbound=dual is not None and not dual.ended())
        except SubjectErased:
            if not as_value:
                raise
        return ERASED

    return process


def taken_apart(value: bytes) -> tuple[str | None, bytes]:
    """Return the id and the ciphertext in what ``WithId`` selects; None where it is something else."""
    before, separator, data = value.partition(_SEPARATOR)
    letter, person = before[:1], before[1:]
    try:
        text = person.decode()
        if letter == _UUID.encode():
            text = str(uuid.UUID(text)) if text else ""
    except ValueError:
        return None, b""
    known = letter in {_TEXT.encode(), _UUID.encode()}
    return (text, data) if separator and known else (None, b"")
