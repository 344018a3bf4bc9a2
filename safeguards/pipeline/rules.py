"""What a pipeline refuses, whoever asks: rules of the law and traps of the trade."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import pyarrow as pa

from safeguards.errors import AlreadyProtected, InputError
from safeguards.items.text import says
from safeguards.pipeline import registration_numbers
from safeguards.pipeline.leaves import leaves
from safeguards.pipeline.manifest import METADATA_KEY, Manifest
from safeguards.pipeline.nested import json_members, paths
from safeguards.pseudonyms import Drop, Keep, Mask, RedactText, Transform
from safeguards.pseudonyms.domain import RESEARCH, Regime
from safeguards.pseudonyms.protected import refuse_ciphertexts, refuse_tokens
from safeguards.pseudonyms.tokens.tokeniser import MARK, REVERSIBLE_MARK

_RRN = "a resident registration number, which may not be passed on, as it is or derived: use Drop()"
_RRN_RULE, _RRN_HELD = f"is {_RRN}", f"holds {_RRN}, or RedactText() where texts hold it"


_TOKENS = f"{MARK}|{REVERSIBLE_MARK}"
# What was decrypted is plain again.
_PLAIN = {Keep.name, Drop.name, "decrypt"}


def check_declared(columns: Mapping[str, Transform]) -> None:
    """Raise InputError for transforms that no table makes right.

    A resident registration number may only be dropped, be it a column or any name of a path. Both masks of
    one item reveal more than either.
    """
    for name, transform in columns.items():
        if isinstance(transform, Drop):
            continue
        if transform.item == registration_numbers.RRN or any(
            map(registration_numbers.names_one, paths.names(name))
        ):
            raise InputError(f"column {name!r} {_RRN_RULE}")
    profiles: dict[str | None, str] = {}
    for name, transform in columns.items():
        for item, profile in _masks(transform):
            if profiles.setdefault(item, profile) != profile:
                raise InputError(f"column {name!r} masks {item} by another profile: together they reveal it")


def _masks(transform: Transform) -> Iterator[tuple[str | None, str]]:
    """Yield the items that a transform masks, with the profile."""
    if isinstance(transform, Mask):
        yield transform.item, transform.profile
    elif isinstance(transform, RedactText):
        yield from ((item, transform.masks) for item in transform.masked_items())


def check_kind(column: str, transform: Transform, kind: pa.DataType) -> None:
    """Raise InputError for a nested type with a field that is named as a resident registration number."""
    if not isinstance(transform, Drop):
        try:
            check_names(_field_names(kind))
        except InputError as error:
            raise InputError(f"a field inside column {column!r} {error}") from None


def check_names(names: Iterable[str]) -> None:
    """Raise InputError where one of some names is what resident registration numbers are called."""
    if any(map(registration_numbers.names_one, names)):
        raise InputError(_RRN_RULE)


def check_history(columns: Mapping[str, Transform], metadata: Mapping[str, str]) -> None:
    """Raise AlreadyProtected for a column that was transformed before, by the manifest its source carries."""
    carried = metadata.get(METADATA_KEY)
    if carried is None:
        return
    manifest = Manifest.from_json(carried)
    known = [name for name, _ in manifest.output_schema["columns"]]
    done = [
        (paths.resolve(record.column, known), record.transform)
        for record in manifest.columns
        if record.transform not in _PLAIN
    ]
    for name, transform in columns.items():
        path = None if isinstance(transform, Keep | Drop) else paths.resolve(name, known)
        for before, made in done:
            if path and before and path.overlaps(before):
                raise AlreadyProtected(
                    f"column {name!r} was transformed before ({made}), as the file's manifest says: "
                    "use Keep() or Drop()"
                )


def check_regime(regime: Regime, purpose: str | None) -> None:
    """Raise InputError for research without a purpose, which the record must state (PIPA 28-4(2))."""
    if regime == RESEARCH and not (purpose and says(purpose)):
        raise InputError('a research domain needs purpose=, such as "statistics on churn"; it is recorded')


def check_history_regime(regime: Regime, metadata: Mapping[str, str]) -> None:
    """Raise InputError for a source whose manifest says that it was made under the other regime."""
    carried = metadata.get(METADATA_KEY)
    if carried is not None and (made := Manifest.from_json(carried).regime) != regime:
        raise InputError(f"the source was made under the regime {made}, this is {regime}: they never mix")


def check_values(values: Any, transform: Transform, name: str = "") -> None:
    """Raise for values of ``name`` that are protected already, or that are resident registration numbers."""
    for leaf in leaves(values) if pa.types.is_nested(values.type) else [values]:
        refuse_ciphertexts(leaf)
    documents = json_members.documents(values)
    if not isinstance(transform, RedactText):
        _refuse_rrn(values, documents, transform, name)
    if not isinstance(transform, Keep):
        refuse_tokens(values)
        for found in json_members.of_texts(documents, _TOKENS):  # a list of tokens, written as JSON
            refuse_tokens(pa.array(found.get((), []), pa.string()))


def check_result(values: Any, transform: Transform, name: str = "") -> None:
    """Raise for resident registration numbers that a redaction left."""
    if isinstance(transform, RedactText):
        _refuse_rrn(values, json_members.documents(values), transform, name)


def index_hint(column: str) -> str:
    """Explain a column that the user never named: pandas' index, in a frame or in its CSV file."""
    if re.match("__index_level_", column):
        return " (the frame's index; drop it by reset_index(drop=True))"
    if not column.strip():
        return f' (the first line leaves its name empty; "{column}" = "drop" leaves it out)'
    return ""


def _field_names(kind: Any) -> Iterator[str]:
    for number in range(kind.num_fields):
        yield kind.field(number).name
        yield from _field_names(kind.field(number).type)


def _refuse_rrn(values: Any, documents: Sequence[Any], transform: Transform, name: str) -> None:
    """Judge a column by its whole cells: one in a text is the redaction's business.

    Its JSON ``documents`` are judged by their members, and by the names of these where nothing is redacted.
    """
    corporations = transform.item == registration_numbers.CRN or registration_numbers.names_corporations(name)
    if registration_numbers.stand_in(values, corporations=corporations):
        raise InputError(_RRN_HELD)
    for found in json_members.of_texts(documents, registration_numbers.SUSPECT):
        if not isinstance(transform, RedactText) and any(
            map(registration_numbers.names_one, chain.from_iterable(found))
        ):
            raise InputError(f"holds JSON with a member that {_RRN_RULE}")
        for names, held in json_members.together(found).items():
            if json_members.may_be_numbers(held):
                inner = pa.array(held, pa.string())
                _refuse_rrn(inner, json_members.documents(inner), transform, names[-1] if names else name)
