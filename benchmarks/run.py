#!/usr/bin/env python3
"""Run the comparisons, print every ratio, and fail where a budget of budgets.toml is exceeded.

usage: python benchmarks/run.py [--quick]

Ratios compare median CPU times of one run; absolute times mean nothing on another machine. A budget that
is exceeded is measured anew before it counts, because a neighbour's load is no regression.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from typing import Any

import bench_import

HERE = Path(__file__).parent
ATTEMPTS = 3
IMPORT = "import"
Times = dict[str, dict[str, float]]


def measure(groups: Collection[str] | None = None) -> Times:
    """Run the benchmarks (of these groups only) and return group -> kind -> median CPU seconds."""
    times: Times = defaultdict(dict)
    if groups is None or IMPORT in groups:
        times[IMPORT] = bench_import.measure()
    if groups is None or set(groups) != {IMPORT}:
        for result in _columns():
            times[result["group"]][result["params"]["kind"]] = result["stats"]["median"]
    return times


def _columns() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pytest", "-q", "bench_columns.py", f"--benchmark-json={report}"]
        subprocess.run(command, cwd=HERE, check=True, stdout=sys.stderr)
        results: list[dict[str, Any]] = json.loads(report.read_text("utf-8"))["benchmarks"]
    return results


def print_ratios(times: Times) -> None:
    """Print each group with every kind's time beside the quickest one's."""
    for group, kinds in times.items():
        best = min(kinds.values())
        print(f"\n{group}")
        for kind, seconds in sorted(kinds.items(), key=lambda pair: pair[1]):
            print(f"  {kind:24} {seconds * 1000:12.3f} ms   {seconds / best:6.2f}x")


def exceeded(times: Times, budgets: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Print each budget with its ratio and return those that are exceeded."""
    failed = []
    for budget in budgets:
        kinds = times[budget["group"]]
        ratio = kinds[budget["of"]] / kinds[budget["to"]]
        held = ratio <= budget["at_most"]
        print(f"  {'ok  ' if held else 'OVER'} {ratio:5.2f} <= {budget['at_most']:<5} {budget['claim']}")
        failed += [] if held else [budget]
    return failed


def main() -> int:
    """Measure, compare, and measure again what seems exceeded."""
    if "--quick" in sys.argv[1:]:
        os.environ["SAFEGUARDS_BENCH"] = "quick"
    budgets = tomllib.loads((HERE / "budgets.toml").read_text("utf-8"))["budget"]
    times = measure()
    print_ratios(times)
    print("\nbudgets")
    failed = exceeded(times, budgets)
    for _ in range(ATTEMPTS - 1):
        if failed:
            print("\nmeasured anew")
            failed = exceeded(measure({budget["group"] for budget in failed}), failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
