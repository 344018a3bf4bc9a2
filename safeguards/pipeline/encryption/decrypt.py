"""The step that decrypts columns which the step `Encrypt` or the column type of a database wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pyarrow as pa

from safeguards.errors import DecryptionFailed, InputError, KeyUnavailable, SubjectErased
from safeguards.fields import Cipher
from safeguards.fields.subject_cipher import SubjectCipher
from safeguards.pipeline.columns import AtRow, ColumnsRunning, each, require_columns
from safeguards.pipeline.encryption.field import EncryptedField
from safeguards.pipeline.encryption.kinds import Kind
from safeguards.pipeline.encryption.of_fields import OfFields
from safeguards.pipeline.encryption.persons import ids_of, require_ids
from safeguards.pipeline.manifest import ColumnRecord
from safeguards.pseudonyms.column import is_bytes, plain

Erased = Literal["raise", "null"]
_NAME = "decrypt"
_ERASED = ("raise", "null")


@dataclass(frozen=True)
class Decrypt(OfFields):
    """Decrypt columns: bytes come in, the declared types come out.

    Args:
        columns: column to field, as in :class:`~safeguards.pipeline.Encrypt`; a field without ``type`` is
            text.
        keyring: the name given to ``safeguards.use``, for fields that name none.
        erased: what becomes of values whose person's key was destroyed: ``raise`` refuses the whole, ``null``
            makes NULLs of them.

    Raises:
        InputError: a field is declared wrongly, or twice.
    """

    name: ClassVar[str] = _NAME

    erased: Erased = "raise"

    def __post_init__(self) -> None:
        if self.erased not in _ERASED:
            raise InputError(f"erased={self.erased!r} is none of {', '.join(_ERASED)}")
        super().__post_init__()
        for name, field in self.fields.items():
            try:
                field.kind_read()
            except InputError as error:
                raise InputError(f"column {name!r} {error}") from None

    def start(self, schema: pa.Schema, metadata: Mapping[str, str]) -> ColumnsRunning:
        """Fit the fields to a schema and take their keys.

        Raises:
            InputError: a column is missing, or does not hold bytes.
            KeyringError: a keyring is not there.
        """
        require_columns(self.fields, schema)
        return ColumnsRunning(schema, {name: self._work(name, schema) for name in self.fields})

    def describe(self) -> Mapping[str, Any]:
        """Return the step's name and its keyring's, and what became of persons whose key was destroyed."""
        return {"step": _NAME, "keyring": self.keyring, "erased": self.erased}

    def _work(self, name: str, schema: pa.Schema) -> _Decrypting:
        field, data_type = self.fields[name], schema.field(name).type
        if not is_bytes(data_type) and not pa.types.is_null(data_type):
            raise InputError(
                f"column {name!r} is {data_type}, and ciphertexts are bytes: it is not encrypted"
            )
        if field.person is not None:
            require_ids(field.person[1], schema)
        kind = field.kind_read()
        return _Decrypting(field, kind, field.cipher(kind, self.keyring), self.erased)


class _Decrypting:
    """Decrypts one column."""

    def __init__(self, field: EncryptedField, kind: Kind, cipher: Cipher, erased: Erased) -> None:
        self._field = field
        self._kind = kind
        self._cipher = cipher
        self._erased = erased
        self._read = cipher.reading(cipher.decrypt)
        self._key_id = cipher.current().key_id

    @property
    def output(self) -> pa.DataType:
        assert self._kind.arrow is not None
        return self._kind.arrow

    def apply(self, values: Any, batch: pa.RecordBatch) -> Any:
        sealed: list[bytes | None] = plain(values).to_pylist()
        person, cipher = self._field.person, self._cipher
        if person is not None and isinstance(cipher, SubjectCipher):
            owned = zip(sealed, ids_of(batch[person[1]]), strict=True)
            pairs = [None if data is None else (data, owner or "") for data, owner in owned]
            opened = self._opened(pairs, lambda pair: cipher.decrypt_of(pair[1], pair[0]))
        else:
            opened = self._opened(sealed, self._read)
        return self._written(opened)

    def record(self, column: str, input_type: str, rows: int, nulls: int) -> ColumnRecord:
        types = {"input_type": input_type, "output_type": str(self.output)}
        counted = {"rows": rows, "nulls": nulls, "key_id": self._key_id}
        return self._field.record(_NAME, self._kind, column=column, **types, **counted)

    def _opened(self, sealed: Iterable[Any], read: Callable[[Any], Any]) -> list[Any]:
        opened: list[Any] = []
        failed: SubjectErased | DecryptionFailed | None = None
        try:
            opened.extend(None if data is None else self._value(data, read) for data in sealed)
        except SubjectErased as error:
            failed = SubjectErased(str(error))
        except DecryptionFailed as error:
            failed = DecryptionFailed(f"{error}{self._typed()}")
        except KeyUnavailable as error:
            failed = DecryptionFailed(str(error))
        if failed is not None:
            raise AtRow(failed, len(opened) + 1)
        return opened

    def _typed(self) -> str:
        """Tell of a cause that only who wrote the pipeline can know: the type is authenticated too."""
        if self._field.names is not None:
            return ""
        if self._field.type is not None:
            return f"; or it was encrypted as another type than type={self._field.type!r}"
        return '; or it was not encrypted as text, which it is without type=: declare it, such as type="int"'

    def _value(self, data: Any, read: Callable[[Any], Any]) -> Any:
        if self._erased != "null":
            return read(data)
        try:
            return read(data)
        except SubjectErased:
            return None

    def _written(self, opened: list[Any]) -> Any:
        problem = f"holds a value that is no {self._kind.name}, as which it is declared"
        told = each(opened, self._kind.write, problem)
        try:
            return pa.array(told, self.output)
        except (pa.ArrowException, OverflowError, ValueError, TypeError):
            pass
        each(told, lambda value: pa.array([value], self.output), problem)
        raise InputError(problem)
