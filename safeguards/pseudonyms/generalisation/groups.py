"""Groups: values to the label they share, whichever way round they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from safeguards.errors import InputError
from safeguards.pseudonyms.spelling import as_nfc

_GROUPS = "groups= maps values to groups, or groups to lists of values, all of them text"


def inverted(groups: Mapping[str, str | Sequence[str]]) -> dict[str, str]:
    """Return value to group, whichever way round it was written.

    Raises:
        InputError: a value stands in two groups, or something is not text.
    """
    if not isinstance(groups, Mapping) or not all(
        isinstance(entry, str | list | tuple) for entry in groups.values()
    ):
        raise InputError(_GROUPS)
    pairs = [
        pair
        for key, entry in groups.items()
        for pair in ([(key, entry)] if isinstance(entry, str) else [(value, key) for value in entry])
    ]
    if not pairs or not all(isinstance(value, str) and isinstance(group, str) for value, group in pairs):
        raise InputError(_GROUPS)
    result = {as_nfc(value): group for value, group in pairs}
    if len(result) < len(pairs):
        raise InputError("groups= puts a value into two groups")
    return result
