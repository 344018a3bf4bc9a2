"""Text laid out as one array of characters, on which NumPy works."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, slots=True)
class LaidOut:
    """The code points of all values one after the other; those of value ``n`` begin at ``bounds[n]``."""

    codes: Codes
    bounds: npt.NDArray[np.intp]
    valid: Any

    def row_of(self, place: int) -> int:
        """Return the value in which the character at ``place`` stands."""
        return int(np.searchsorted(self.bounds, place, "right")) - 1

    def with_codes(self, codes: Codes) -> Any:
        """Return a string array of as many other characters in their places; NULL stays NULL."""
        if codes.dtype == np.uint8:
            offsets: Any = self.bounds.astype(np.int32)
            data: Any = codes
            array = pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))
        else:
            text, bounds = codes.tobytes().decode("utf-32-le"), self.bounds.tolist()
            array = pa.array([text[start:end] for start, end in pairwise(bounds)], pa.string())
        return array if self.valid is None else pc.if_else(self.valid, array, pa.scalar(None, pa.string()))


def lay_out(text: Any) -> LaidOut:
    """Lay out a string array: bytes where all of it is ASCII, else code points."""
    valid = text.is_valid() if text.null_count else None
    filled = text.fill_null("") if text.null_count else text
    if pc.all(pc.string_is_ascii(filled)).as_py() in {True, None}:
        offsets = np.frombuffer(filled.buffers()[1], np.int32)[filled.offset :][: len(filled) + 1]
        if not len(filled):
            return LaidOut(np.empty(0, np.uint8), np.zeros(1, np.intp), valid)
        data = np.frombuffer(filled.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
        return LaidOut(data, (offsets - offsets[0]).astype(np.intp), valid)
    values = filled.to_pylist()
    codes = np.frombuffer("".join(values).encode("utf-32-le"), np.uint32)
    return LaidOut(codes, np.cumsum([0, *map(len, values)], dtype=np.intp), valid)
