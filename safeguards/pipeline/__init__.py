"""Steps over Arrow batches, and a manifest of what they did.

Pipeline({"email": Token(item="email"), "rrn": Drop()}, domain="ads-2026").run(table)
"""

from __future__ import annotations

from safeguards.plugins import require

require("pyarrow", "pipeline")
require("narwhals", "pipeline")

from safeguards.pipeline.database.constraints import ConstraintsBroken, check_constraints  # noqa: E402
from safeguards.pipeline.database.several_tables import run_tables  # noqa: E402
from safeguards.pipeline.detect import Detect  # noqa: E402
from safeguards.pipeline.encryption.decrypt import Decrypt  # noqa: E402
from safeguards.pipeline.encryption.encrypt import Encrypt  # noqa: E402
from safeguards.pipeline.encryption.field import EncryptedField  # noqa: E402
from safeguards.pipeline.manifest import METADATA_KEY, ColumnRecord, Manifest, digest  # noqa: E402
from safeguards.pipeline.parcel import Chain, Parcel  # noqa: E402
from safeguards.pipeline.pipeline import Pipeline  # noqa: E402
from safeguards.pipeline.pseudonymise import Pseudonymise  # noqa: E402
from safeguards.pipeline.reproduce import reproduce  # noqa: E402
from safeguards.pipeline.reversing import preview_file, relink_file, reverse_file  # noqa: E402
from safeguards.pipeline.step import Counts, Gate, Running, Step, Telling, Watching  # noqa: E402
from safeguards.pipeline.verify import Difference, verify  # noqa: E402

__all__ = [
    "METADATA_KEY",
    "Chain",
    "ColumnRecord",
    "ConstraintsBroken",
    "Counts",
    "Decrypt",
    "Detect",
    "Difference",
    "Encrypt",
    "EncryptedField",
    "Gate",
    "Manifest",
    "Parcel",
    "Pipeline",
    "Pseudonymise",
    "Running",
    "Step",
    "Telling",
    "Watching",
    "check_constraints",
    "digest",
    "preview_file",
    "relink_file",
    "reproduce",
    "reverse_file",
    "run_tables",
    "verify",
]
