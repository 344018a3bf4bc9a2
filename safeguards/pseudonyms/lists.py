"""Arrow's layouts of lists: how many elements each has, whose they are, and the same around others."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[np.int64]


def is_list(kind: Any) -> bool:
    """Say whether a type is a list of any layout."""
    return (
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or pa.types.is_fixed_size_list(kind)
        or _is_view(kind)
    )


def of(kind: Any, element: pa.DataType) -> Any:
    """Return a list of the same layout whose elements are of another type."""
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(element, kind.list_size)
    if pa.types.is_large_list(kind):
        return pa.large_list(element)
    if pa.types.is_list(kind):
        return pa.list_(element)
    return pa.list_view(element) if pa.types.is_list_view(kind) else pa.large_list_view(element)


def lengths(values: Any) -> Numbers:
    """Return how many elements each list has, none where it is NULL."""
    if pa.types.is_fixed_size_list(values.type):
        present = np.asarray(values.is_valid().to_numpy(zero_copy_only=False), np.int64)
        return present * np.int64(values.type.list_size)
    counted: Any = pc.list_value_length(values).fill_null(0).to_numpy()
    return np.asarray(counted, np.int64)


def parents(lengths: Numbers) -> Numbers:
    """Return the place of each element's list, as flatten() gives the elements."""
    return np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)


def offsets(lengths: Numbers) -> Numbers:
    """Return where each list's elements begin, and where the last's end."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths, dtype=np.int64)])


def build(kind: Any, lengths: Numbers, elements: Any, null: Any) -> Any:
    """Return lists of type ``kind`` with these elements; ``null`` marks those that are NULL."""
    if pa.types.is_fixed_size_list(kind):
        return _FixedSizeLists.from_arrays(_padded(elements, kind, null), type=kind, mask=null)
    home, width = next((home, width) for fits, home, width in _HOMES if fits(kind))
    bounds = offsets(lengths).astype(width)
    if _is_view(kind):
        begin, size = pa.array(bounds[:-1]), pa.array(lengths.astype(width))
        return home.from_arrays(begin, size, elements, type=kind, mask=null)
    return home.from_arrays(pa.array(bounds), elements, type=kind, mask=null)


def _padded(elements: Any, kind: Any, null: Any) -> Any:
    """Put NULLs where NULL lists of a fixed size have their places."""
    if not null.true_count:
        return elements
    absent = np.repeat(null.to_numpy(zero_copy_only=False), kind.list_size)
    places = np.where(absent, 0, np.cumsum(~absent) - 1)
    return elements.take(pa.array(places, pa.int64(), mask=absent))


def _is_view(kind: Any) -> bool:
    return bool(pa.types.is_list_view(kind) or pa.types.is_large_list_view(kind))


_FixedSizeLists: Any = pa.FixedSizeListArray
_HOMES: list[tuple[Any, Any, Any]] = [
    (pa.types.is_list, pa.ListArray, np.int32),
    (pa.types.is_large_list, pa.LargeListArray, np.int64),
    (pa.types.is_list_view, pa.ListViewArray, np.int32),
    (pa.types.is_large_list_view, pa.LargeListViewArray, np.int64),
]
