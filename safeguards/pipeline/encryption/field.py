"""One encrypted column of a pipeline: the declaration of its field, and the cipher that it makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import pyarrow as pa

from safeguards.errors import InputError, offer
from safeguards.fields import Cipher, Pad, codec_for
from safeguards.fields.subject_cipher import SubjectCipher
from safeguards.pipeline.encryption.kinds import Kind, kind_named, kind_of
from safeguards.pipeline.encryption.searches import listed, searches_from
from safeguards.pipeline.manifest import ColumnRecord
from safeguards.pseudonyms import Traits
from safeguards.values import SubjectId


@dataclass(frozen=True)
class EncryptedField:
    """What :class:`safeguards.sqlalchemy.Encrypted` declares of a column, for columns outside a database.

    Args:
        field: the field's rename-proof id, such as ``"member.memo"``, the same as in the mapping.
        type: ``text``, ``bytes``, ``bool``, ``int``, ``float``, ``decimal(12, 2)``, ``date``, ``time``,
            ``datetime``, ``datetime(Asia/Seoul)``, ``uuid`` or ``json``. ``Encrypt`` takes the column's own
            type by default, ``Decrypt`` gives text.
        names: the names of an Enum, for its column.
        item: the kind of personal data, whose canonical form search compares.
        search: what the mapping has, also as ``"exact"`` or ``{"search": "prefix", "length": 3}``.
        keyring: the name given to ``safeguards.use``; the step's by default.
        pad, compress: as in the mapping.
        subject: whose the values are, ``"member:member_id"``: a kind of person, and the column of the same
            table that holds their id.
        tags_outlive_subject: allow ``search`` beside ``subject``, although tags in backups stay.

    Raises:
        InputError: a setting is none of these, or two do not go together.
    """

    field: str
    type: str | None = None
    names: Sequence[str] | None = None
    item: str | None = None
    search: Any = None
    keyring: str | None = None
    pad: Pad | list[int] | None = None
    compress: int | None = None
    subject: str | None = None
    tags_outlive_subject: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "search", searches_from(self.search))
        if any(each.beside for each in listed(self.search)):
            raise InputError(
                f"field {self.field}: n-grams stand in a table of their own: write them by the mapping"
            )
        if self.names is not None:
            if isinstance(self.names, str) or not all(isinstance(name, str) for name in self.names):
                raise InputError("names= is a list of texts")
            object.__setattr__(self, "names", tuple(self.names))
        if self.subject is not None:
            self._check_subject()
        kind = self._declared() or (kind_named("text") if self.search is None else None)
        if kind is not None:
            self.cipher(kind, "default")

    @property
    def person(self) -> tuple[str, str] | None:
        """The kind of person whom values belong to, and the column of their ids."""
        if self.subject is None:
            return None
        kind, _, column = self.subject.partition(":")
        return kind, column

    def kind(self, data_type: pa.DataType) -> Kind:
        """Return the type of the plain values of a column, which is Arrow's unless another is declared.

        Raises:
            InputError: values of that type cannot be encrypted.
        """
        return self._declared() or kind_of(data_type)

    def kind_read(self) -> Kind:
        """Return the type that decrypted values get.

        Raises:
            InputError: a decimal is declared without its digits.
        """
        kind = self._declared() or kind_named("text")
        if kind.arrow is None:
            raise InputError('needs the digits of its decimals: type="decimal(12, 2)"')
        return kind

    def cipher(self, kind: Kind, keyring: str) -> Cipher:
        """Return the field's cipher, which takes the keyring that is named here, else ``keyring``."""
        options: dict[str, Any] = {
            "item": self.item,
            "search": self.search,
            "keyring": self.keyring or keyring,
            "pad": self.pad,
            "compress": self.compress,
        }
        codec = codec_for(kind.codec)
        person = self.person
        if person is None:
            return Cipher(self.field, codec, **options)
        return SubjectCipher(person[0], self.field, codec, **options)

    def parameters(self) -> dict[str, Any]:
        """Return what the manifest tells of the settings."""
        given = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "item"}
        shown = {name: value for name, value in given.items() if value not in (None, False)}
        if self.search is not None:
            shown["search"] = repr(self.search)
        return shown

    def record(self, step: str, kind: Kind, **told: Any) -> ColumnRecord:
        """Return the record of a column that the step of that name encrypted or decrypted."""
        parameters = {**self.parameters(), "type": kind.name}
        traits = asdict(Traits(injective=True, reversible=True))
        return ColumnRecord(transform=step, item=self.item, parameters=parameters, **traits, **told)

    def _declared(self) -> Kind | None:
        names = None if self.names is None else tuple(self.names)
        if self.type is None and names is None:
            return None
        if not isinstance(self.type, str | None):
            raise InputError('type= is the name of a type, such as "date"')
        return kind_named(self.type or "text", names)

    def _check_subject(self) -> None:
        kind, colon, column = self.subject.partition(":") if isinstance(self.subject, str) else ("", "", "")
        if not (kind and colon and column):
            raise InputError(
                f'field {self.field}: subject= names a kind of person and a column: "member:member_id"'
            )
        SubjectId(kind, "1")
        if self.search is not None and not self.tags_outlive_subject:
            raise InputError(
                f"field {self.field}: search tags in backups go on telling who can guess a value, after the "
                "person's key is destroyed: leave search= out, or accept it with tags_outlive_subject=True"
            )


def field_from(described: object) -> EncryptedField:
    """Make a field of its id, or of a mapping such as ``{"field": "member.rrn", "item": "kr_rrn"}``.

    Raises:
        InputError: there is no such setting, or no field's id.
    """
    if isinstance(described, EncryptedField):
        return described
    settings = {"field": described} if isinstance(described, str) else described
    known = [each.name for each in fields(EncryptedField)]
    if isinstance(settings, Mapping) and (unknown := [name for name in settings if name not in known]):
        raise InputError(f"a field has no setting {unknown[0]!r}; it has: {offer(unknown[0], known)}")
    if not isinstance(settings, Mapping) or not isinstance(settings.get("field"), str):
        raise InputError('is no field: write "member.memo" or {field = "member.rrn", item = "kr_rrn"}')
    return EncryptedField(**settings)


def fields_of(columns: object, keyring: object, step: str) -> dict[str, EncryptedField]:
    """Return the field of each column of a step.

    Raises:
        InputError: a field is declared wrongly or for two columns, or the keyring has no name.
    """
    if not isinstance(keyring, str) or not keyring.strip():
        raise InputError(f"{step}: keyring= is the name given to safeguards.use")
    if not isinstance(columns, Mapping) or not columns:
        raise InputError(f'{step} needs columns with their fields: {{"memo": "member.memo"}}')
    made: dict[str, EncryptedField] = {}
    owners: dict[str, str] = {}
    for name, described in columns.items():
        try:
            made[name] = field_from(described)
        except InputError as error:
            raise InputError(f"column {name!r}: {error}") from None
        if owners.setdefault(made[name].field, name) != name:
            raise InputError(
                f"column {name!r} has the field of {owners[made[name].field]!r}: values could be swapped"
            )
    return made
