"""Databases, files and frames as Arrow batches, and back; with fair samples of each.

Reading never guesses at what a value means: text stays text, so that leading zeros of a phone number survive.
Every fault of a source is one :class:`~safeguards.errors.InputError` that holds no value and no password.
"""

from __future__ import annotations

from safeguards.plugins import require

require("pyarrow", "detection")
require("numpy", "detection")

from safeguards.tables.database import Database, open_database  # noqa: E402
from safeguards.tables.files import open_file  # noqa: E402
from safeguards.tables.frames import is_frame, is_stream, open_frame, stream_like, to_like  # noqa: E402
from safeguards.tables.source import BATCH_ROWS, Source, is_empty, told_by  # noqa: E402
from safeguards.tables.sql_source import TableSource  # noqa: E402
from safeguards.tables.writing import write_file  # noqa: E402

__all__ = [
    "BATCH_ROWS",
    "Database",
    "Source",
    "TableSource",
    "is_empty",
    "is_frame",
    "is_stream",
    "open_database",
    "open_file",
    "open_frame",
    "stream_like",
    "to_like",
    "told_by",
    "write_file",
]
