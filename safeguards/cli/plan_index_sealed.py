"""Columns that are encrypted already: their tags are counted as they are, or their values decrypted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from safeguards.cli.plan_index_column import Sample
from safeguards.crypto.envelope import is_envelope, parse
from safeguards.crypto.tags import TAG_BYTES
from safeguards.errors import DecryptionFailed, InputError
from safeguards.fields import Cipher, codec_for
from safeguards.values import FieldId

_KINDS = (str, int, date, datetime, time, Decimal, bool, float, UUID, bytes)


def is_sealed(sample: Sample) -> bool:
    """Say whether the values are ciphertexts of this toolkit.

    Raises:
        InputError: some are and some are not.
    """
    sealed = sum(map(is_envelope, sample.values))
    if 0 < sealed < len(sample.values):
        raise InputError(
            f"{sample.label} holds ciphertexts and plain values: finish `safeguards encrypt`, then measure it"
        )
    return bool(sealed)


def tags_of(sample: Sample) -> list[bytes]:
    """Return the full search tags of ciphertexts, one a row: equal values have equal ones.

    Raises:
        InputError: the ciphertexts carry no tags, or some from which values cannot be told apart.
    """
    tags = [parse(value).tag for value in sample.values]
    lengths = {len(tag) for tag in tags}
    how = "give its --field, with --keys and --provider, to measure it by decrypting"
    if lengths == {0}:
        raise InputError(f"{sample.label} is encrypted without search tags that could be counted: {how}")
    if lengths != {TAG_BYTES}:
        raise InputError(
            f"{sample.label} is encrypted with tags other than one of {8 * TAG_BYTES} bits, by which values "
            f"cannot be told apart: {how}"
        )
    return tags


def decrypted(values: Sequence[bytes], field: str) -> list[object]:
    """Return the values of ciphertexts under the default keyring, whatever their type and searches are.

    Raises:
        DecryptionFailed: they are not this field's, or a value is broken.
    """
    for kind in _KINDS:
        cipher = Cipher(FieldId(field), codec_for(kind))
        try:
            cipher.decrypt(values[0])
        except DecryptionFailed:
            continue
        return [cipher.decrypt(value) for value in values]
    raise DecryptionFailed(
        f"the first value does not decrypt as field {field} under this keyring: name the field's own id, or "
        "the keyring that wrote it"
    )
