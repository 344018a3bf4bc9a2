"""How easily a person is found again in a table: the size of each class of look-alikes."""

from __future__ import annotations

from safeguards.plugins import require

require("pyarrow", "pipeline")
require("numpy", "pipeline")

from safeguards.risk.classes import ClassCounter, Classes  # noqa: E402
from safeguards.risk.gate import RiskGate  # noqa: E402
from safeguards.risk.metrics import Risk, measure  # noqa: E402

__all__ = ["ClassCounter", "Classes", "Risk", "RiskGate", "measure"]
