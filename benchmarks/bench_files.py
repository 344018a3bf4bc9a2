"""A large Parquet file of ten columns pseudonymised by one process and by two: time, and flat memory."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from setting import QUICK, folder, keyring
from turns import Figures, Group

ROWS = 1_000_000 if QUICK else 10_000_000
PROCESSES = (1, 2)
_JOB = Path(__file__).with_name("files_job.py")
_AT_ONCE = 100_000
_CITIES = ("서울", "부산", "대구", "인천", "광주")


@cache
def _source() -> Path:
    """Make the file: about 100 bytes a row, as members' lists have them."""
    path = folder() / "members.parquet"
    draw = random.Random(20261126)
    writer = None
    for start in range(0, ROWS, _AT_ONCE):
        table = _members(draw, range(start, start + _AT_ONCE))
        writer = writer or pq.ParquetWriter(path, table.schema, compression="snappy")
        writer.write_table(table)
    assert writer is not None
    writer.close()
    return path


def _members(draw: random.Random, numbers: range) -> pa.Table:
    return pa.table(
        {
            "member": [*numbers],
            "email": [f"user{n}.{draw.randrange(10**6)}@example.co.kr" for n in numbers],
            "phone": [f"010-{draw.randrange(10**4):04d}-{draw.randrange(10**4):04d}" for _ in numbers],
            "card": [str(draw.randrange(4 * 10**15, 5 * 10**15)) for _ in numbers],
            "memo": [f"주문 {draw.randrange(10**9)}: 배송 전에 연락 주세요" for _ in numbers],
            "age": [draw.randrange(15, 100) for _ in numbers],
            "birth": [date(1930, 1, 1) + timedelta(draw.randrange(30_000)) for _ in numbers],
            "city": [draw.choice(_CITIES) for _ in numbers],
            "amount": [draw.random() * 1e6 for _ in numbers],
            "agent": [f"agent-{draw.randrange(500)}" for _ in numbers],
        }
    )


@cache
def _measured() -> tuple[Figures, Figures]:
    """Seconds, and the peak memory of all processes together."""
    seconds, memory = {}, {}
    for processes in PROCESSES:
        target = folder() / "pseudonymised.parquet"
        command = [sys.executable, str(_JOB), str(_source()), str(target), str(processes), *keyring()]
        job = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        kind = "one process" if processes == 1 else f"{processes} processes"
        seconds[kind], memory[kind] = job["seconds"], job["bytes"]
        target.unlink()
    return seconds, memory


GROUPS = {
    "a Parquet file of ten columns": Group(lambda: _measured()[0], "s", ROWS),
    "memory for a Parquet file of ten columns": Group(lambda: _measured()[1], "MB"),
}
