"""The memory that a benchmark's processes take."""

from __future__ import annotations

import re
from pathlib import Path


def peak_bytes() -> int:
    """This program's highest resident memory; ru_maxrss would begin with what its parent had."""
    return _kilobytes("/proc/self/status", "VmHWM") * 1024


def shared_bytes(process: int) -> int:
    """A process's memory at this moment, in which pages shared with n processes count as an n-th.

    Raises:
        OSError: the process has ended.
    """
    return _kilobytes(f"/proc/{process}/smaps_rollup", "Pss") * 1024


def _kilobytes(path: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(path).read_text("utf-8", "replace"), re.MULTILINE)
    if not found:
        raise ProcessLookupError
    return int(found[1])
