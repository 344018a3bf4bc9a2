#!/usr/bin/env python3
"""Run the comparisons, print every ratio, and fail where a budget of budgets.toml is exceeded.

usage: python benchmarks/run.py [--quick] [PART_OF_A_GROUP'S_NAME ...]

Ratios compare figures of one run; absolute times mean nothing on another machine. A budget that is
exceeded is measured anew before it counts, because a neighbour's load is no regression.
"""

from __future__ import annotations

import os
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

QUICK = "--quick" in sys.argv[1:]
if QUICK:
    os.environ["SAFEGUARDS_BENCH"] = "quick"  # before the benchmarks are imported: they read it

import bench_backfill  # noqa: E402
import bench_columns  # noqa: E402
import bench_detection  # noqa: E402
import bench_detection_quality  # noqa: E402
import bench_files  # noqa: E402
import bench_import  # noqa: E402
import bench_pseudonyms  # noqa: E402
import bench_search  # noqa: E402
import bench_steps  # noqa: E402
import bench_surrogates  # noqa: E402
import bench_tokens  # noqa: E402
from turns import Figures, Group  # noqa: E402

GROUPS: dict[str, Group] = (
    bench_import.GROUPS
    | bench_columns.GROUPS
    | bench_search.GROUPS
    | bench_backfill.GROUPS
    | bench_detection.GROUPS
    | bench_detection_quality.GROUPS
    | bench_pseudonyms.GROUPS
    | bench_steps.GROUPS
    | bench_surrogates.GROUPS
    | bench_tokens.GROUPS
    | bench_files.GROUPS
)
BUDGETS = Path(__file__).with_name("budgets.toml")
ATTEMPTS = 3
_SCALES = {"s": 1.0, "ms": 1e3, "us": 1e6, "MB": 1e-6, "1-F1": 1.0}  # of seconds, bytes or shares
Budget = dict[str, Any]


def measured(name: str) -> Figures:
    """Measure one group and print each kind beside the least."""
    group = GROUPS[name]
    begun = time.perf_counter()
    figures = group.measure()
    least = min(figures.values())
    print(f"\n{name}   ({time.perf_counter() - begun:.0f} s)", flush=True)
    for kind, figure in sorted(figures.items(), key=lambda pair: pair[1]):
        speed = f"   {group.rows / figure:12,.0f} rows/s" if group.rows else ""
        shown = f"{figure * _SCALES[group.unit]:12,.3f} {group.unit}"
        print(f"  {kind:24} {shown}   {figure / least if least else 1:6.2f}x{speed}", flush=True)
    return figures


def exceeded(figures: dict[str, Figures], budgets: list[Budget]) -> list[Budget]:
    """Print each budget with what was measured and return those that are exceeded.

    A budget without ``to`` is one of the figure itself, in the group's unit.
    """
    failed = []
    for budget in budgets:
        kinds = figures[budget["group"]]
        scale = _SCALES[GROUPS[budget["group"]].unit]
        measure = kinds[budget["of"]] / kinds[budget["to"]] if "to" in budget else kinds[budget["of"]] * scale
        held = measure <= budget["at_most"]
        print(f"  {'ok  ' if held else 'OVER'} {measure:6.2f} <= {budget['at_most']:<5} {budget['claim']}")
        failed += [] if held else [budget]
    return failed


def main() -> int:
    """Measure, compare, and measure again what seems exceeded."""
    parts = [part for part in sys.argv[1:] if part != "--quick"]
    names = [name for name in GROUPS if not parts or any(part in name for part in parts)]
    budgets = tomllib.loads(BUDGETS.read_text("utf-8"))["budget"]
    figures = {name: measured(name) for name in names}
    print("\nbudgets")
    failed = exceeded(figures, [budget for budget in budgets if budget["group"] in figures])
    for _ in range(ATTEMPTS - 1):
        if failed:
            print("\nmeasured anew")
            failed = exceeded({name: measured(name) for name in {each["group"] for each in failed}}, failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
