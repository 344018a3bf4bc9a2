"""Detection: text to spans, columns to verdicts, tables to findings."""

from __future__ import annotations

from safeguards.plugins import require

require("pyarrow", "detection")

from safeguards.detection.custom import load_items  # noqa: E402
from safeguards.detection.detector import Detector  # noqa: E402
from safeguards.detection.span import Span  # noqa: E402
from safeguards.detection.verdict import ColumnVerdict  # noqa: E402

__all__ = ["ColumnVerdict", "Detector", "Span", "load_items"]
