"""The step that encrypts columns as the column type of a database does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa

from safeguards.errors import InputError, SubjectErased
from safeguards.fields import Cipher
from safeguards.fields.many import encrypt_many, seal_many
from safeguards.fields.subject_cipher import SubjectCipher
from safeguards.pipeline.columns import AtRow, ColumnsRunning, each, require_columns
from safeguards.pipeline.encryption.casting import cast, check_castable, stored
from safeguards.pipeline.encryption.field import EncryptedField
from safeguards.pipeline.encryption.kinds import Kind
from safeguards.pipeline.encryption.of_fields import OfFields
from safeguards.pipeline.encryption.persons import KnownOwner, ids_of, require_ids
from safeguards.pipeline.manifest import ColumnRecord
from safeguards.pseudonyms.column import Unfit, plain
from safeguards.pseudonyms.protected import refuse_ciphertexts, refuse_tokens

_NAME = "encrypt"


@dataclass(frozen=True)
class Encrypt(OfFields):
    """Encrypt columns: binary ones come out, which ``Encrypted`` columns of the same field ids read.

    Args:
        columns: column to field, as the id alone (``"member.memo"``), an :class:`EncryptedField`, or a
            mapping of its settings. Other columns pass.
        keyring: the name given to ``safeguards.use``, for fields that name none.

    Raises:
        InputError: a field is declared wrongly, or twice.
    """

    name: ClassVar[str] = _NAME

    def start(self, schema: pa.Schema, metadata: Mapping[str, str]) -> ColumnsRunning:
        """Fit the fields to a schema and take their keys.

        Raises:
            InputError: a column is missing, or of a type that its field does not take.
            KeyringError: a keyring is not there.
        """
        require_columns(self.fields, schema)
        works = {name: _work(name, field, schema, self.keyring) for name, field in self.fields.items()}
        return ColumnsRunning(schema, works)

    def describe(self) -> Mapping[str, Any]:
        """Return the step's name and its keyring's."""
        return {"step": _NAME, "keyring": self.keyring}


class _Encrypting:
    """Encrypts one column."""

    output = pa.binary()

    def __init__(self, field: EncryptedField, kind: Kind, cipher: Cipher) -> None:
        self._field = field
        self._kind = kind
        self._cipher = cipher
        # Values that their codec writes as they stand in Arrow's buffers need not become Python ones first.
        bare = not cipher.slices and cipher.shape is None and not isinstance(cipher, SubjectCipher)
        self._in_place = bare and kind.codec in (str, bytes)
        self._key_id = cipher.current().key_id

    def apply(self, values: Any, batch: pa.RecordBatch) -> Any:
        refuse_ciphertexts(values)
        refuse_tokens(values)
        values = cast(plain(values), self._kind)
        if self._in_place:
            return pa.array(seal_many(self._cipher, stored(values)), pa.binary())
        problem = f"holds a value that is no {self._kind.name}"
        given = each(values.to_pylist(), self._kind.read, problem)
        person = self._field.person
        if person is not None and isinstance(self._cipher, SubjectCipher):
            sealed = self._for_persons(self._cipher, given, ids_of(batch[person[1]]))
        else:
            sealed = self._for_all(given)
        return pa.array(sealed, pa.binary())

    def record(self, column: str, input_type: str, rows: int, nulls: int) -> ColumnRecord:
        types = {"input_type": input_type, "output_type": str(self.output)}
        counted = {"rows": rows, "nulls": nulls, "key_id": self._key_id}
        return self._field.record(_NAME, self._kind, column=column, **types, **counted)

    def _for_all(self, given: list[Any]) -> list[bytes | None]:
        try:
            return encrypt_many(self._cipher, given)
        except InputError:
            pass
        return _by_row(given, self._cipher.encrypt)

    def _for_persons(
        self, cipher: SubjectCipher, given: list[Any], ids: list[str | None]
    ) -> list[bytes | None]:
        for row, (value, person) in enumerate(zip(given, ids, strict=True), 1):
            if value is not None and not person:
                raise Unfit(f"the value is nobody's: column {self._field.person[1]!r} is empty", row)  # type: ignore[index]
        wanted = {person for value, person in zip(given, ids, strict=True) if value is not None}
        owners = KnownOwner.of(cipher, wanted)
        pairs = zip(given, ids, strict=True)
        return _by_row(
            [None if value is None else (value, person) for value, person in pairs],
            lambda pair: cipher.encrypt_for(owners(pair[1]), pair[0]),
        )


def _work(name: str, field: EncryptedField, schema: pa.Schema, keyring: str) -> _Encrypting:
    data_type = schema.field(name).type
    try:
        kind = field.kind(data_type)
        check_castable(data_type, kind)
        cipher = field.cipher(kind, keyring)
    except InputError as error:
        raise InputError(f"column {name!r} {error}") from None
    if field.person is not None:
        require_ids(field.person[1], schema)
    return _Encrypting(field, kind, cipher)


def _by_row(values: Iterable[Any], convert: Callable[[Any], bytes]) -> list[bytes | None]:
    """Convert each value that is not None.

    Raises:
        AtRow: a value met an error.
    """
    converted: list[bytes | None] = []
    failed: InputError | SubjectErased | None = None
    try:
        converted.extend(None if value is None else convert(value) for value in values)
    except (InputError, SubjectErased) as error:
        failed = error
    if failed is not None:
        raise AtRow(failed, len(converted) + 1)
    return converted
