"""Steps over Arrow batches, and a manifest of what they did.

Pipeline({"email": Token(item="email"), "rrn": Drop()}, domain="ads-2026").run(table)
"""

from __future__ import annotations

from safeguards.plugins import require

require("pyarrow", "pipeline")
require("narwhals", "pipeline")

from safeguards.pipeline.manifest import METADATA_KEY, ColumnRecord, Manifest, digest  # noqa: E402
from safeguards.pipeline.parcel import Chain, Parcel  # noqa: E402
from safeguards.pipeline.pseudonymise import Pseudonymise  # noqa: E402
from safeguards.pipeline.reproduce import reproduce  # noqa: E402
from safeguards.pipeline.run import Pipeline  # noqa: E402
from safeguards.pipeline.step import Counts, Gate, Running, Step, Watching  # noqa: E402
from safeguards.pipeline.verify import Difference, verify  # noqa: E402

__all__ = [
    "METADATA_KEY",
    "Chain",
    "ColumnRecord",
    "Counts",
    "Difference",
    "Gate",
    "Manifest",
    "Parcel",
    "Pipeline",
    "Pseudonymise",
    "Running",
    "Step",
    "Watching",
    "digest",
    "reproduce",
    "verify",
]
