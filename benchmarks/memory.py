"""The memory that a benchmark's own process takes."""

from __future__ import annotations

import re
from pathlib import Path


def peak_bytes() -> int:
    """This program's highest resident memory; ru_maxrss would begin with what its parent had."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert found
    return int(found[1]) * 1024
