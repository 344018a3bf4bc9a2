"""Detection beside ko-pii and Presidio: speed over a column of Korean text, over one long text, and memory.

The column is invented (korean_text.py): 2% of its rows hold a value, four in eleven of them evasive.
Peers read rows one by one, as they must, from the same column's beginning.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping

import detectors
import korean_text
import pyarrow as pa
from memory import peak_bytes
from setting import QUICK, folder
from turns import Figures, Group

from safeguards.detection import Detector

COLUMN_MB = 10 if QUICK else 100
PEERS_MB = 0.2 if QUICK else 0.5
ROUNDS = 2 if QUICK else 3
SHORT, LONG = 7_000, 700_000 if QUICK else 7_000_000
SOFT = {"JOB_TITLE", "MAJOR", "AGE", "EDUCATION", "NATIONALITY", "HEIGHT", "WEIGHT", "SEX"}


def structured(*, names: bool) -> list[str]:
    """Return the ids of what has a form of its own, with or without names and addresses."""
    left_out = SOFT if names else SOFT | set(detectors.NAMES)
    return [item.id for item in Detector().items if item.entity not in left_out]


def column(*, names: bool) -> Figures:
    """Return seconds for a megabyte of column, the least of some rounds."""
    ours = Detector(entities=structured(names=names))
    whole = korean_text.column(COLUMN_MB, names=names)
    part = korean_text.column(PEERS_MB, names=names)
    peers: Mapping[str, detectors.Detect] = {"ko-pii": detectors.ko_pii(names=names)}
    if not names:
        peers |= {"Presidio, Korean recognizers": detectors.presidio()}
    figures = {
        "safeguards": _least(lambda: ours.detect_column(whole), whole),
        "safeguards, two processes": _least(lambda: ours.detect_column(whole, processes=2), whole),
    }
    for name, detect in peers.items():
        figures[name] = _least(lambda detect=detect: _each(detect, part.to_pylist()), part)  # type: ignore[misc]
    return figures


def _each(detect: detectors.Detect, texts: Iterable[str]) -> None:
    for text in texts:
        detect(text)


def _least(work: Callable[[], object], values: pa.Array) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times) / (values.nbytes / 1e6)


def one_text() -> Figures:
    """Return seconds for a million characters of a short text and of a long one."""
    detector = Detector()
    figures = {}
    for name, length, repeats in (
        ("text of 7,000 characters", SHORT, 20),
        (f"text of {LONG:,} characters", LONG, 1),
    ):
        text = korean_text.document(length)
        times = []
        for _ in range(ROUNDS):
            started = time.process_time()
            for _ in range(repeats):
                detector.detect(text)
            times.append((time.process_time() - started) / repeats)
        figures[name] = min(times) / (length / 1e6)
    return figures


def memory() -> Figures:
    """Return the bytes that detection takes beside a column, at most, in a process of its own."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import bench_detection; "
        "print(bench_detection.peak_beside_column(sys.argv[2]))"
    )
    file = folder() / "column.arrow"
    values = korean_text.column(COLUMN_MB, names=True)
    with pa.ipc.new_file(file, pa.schema({"text": values.type})) as sink:
        sink.write(pa.record_batch({"text": values}))
    done = subprocess.run(
        [sys.executable, "-c", program, os.path.dirname(os.path.abspath(__file__)), str(file)],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    return {"safeguards": float(done.stdout)}


def peak_beside_column(file: str) -> int:
    """Return by how much the peak of this process's memory grows while a column is searched.

    The column comes from a file, since making its texts here would raise the peak before.
    """
    with pa.OSFile(file) as source:
        values = pa.ipc.open_file(source).read_all()["text"]
    detector = Detector()
    before = peak_bytes()
    detector.detect_column(values)
    return peak_bytes() - before


GROUPS = {
    "structured items of a column, a megabyte": Group(lambda: column(names=False)),
    "names and addresses too, a megabyte": Group(lambda: column(names=True)),
    "one text, a million characters": Group(one_text),
    "memory beside the column": Group(memory, "MB"),
}
