"""The safety check for further use: evidence for four factors, what is unknown, and no verdict.

Assessment.load("assessment.toml").run()
"""

from __future__ import annotations

from safeguards.plugins import require

require("pyarrow", "pipeline")
require("jinja2", "report")

from safeguards.further_use.assessment import Assessment  # noqa: E402
from safeguards.further_use.dossier import dossier  # noqa: E402
from safeguards.further_use.evidence import Evidence, Factor, Grade, Status  # noqa: E402
from safeguards.further_use.record import Record  # noqa: E402

__all__ = ["Assessment", "Evidence", "Factor", "Grade", "Record", "Status", "dossier"]
