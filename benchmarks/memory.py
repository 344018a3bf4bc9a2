"""The memory that a benchmark's own process takes."""

from __future__ import annotations

import re
from pathlib import Path


def peak_bytes(process: int | None = None) -> int:
    """The highest resident memory of this program or another process; ru_maxrss begins with the parent's.

    Raises:
        OSError: the process has ended.
    """
    status = Path(f"/proc/{process or 'self'}/status").read_text("utf-8", "replace")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    if not found:
        raise ProcessLookupError
    return int(found[1]) * 1024
