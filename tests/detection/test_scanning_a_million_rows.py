"""A table of a million rows is scanned in the memory that a small one takes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa

ROWS, FEW = 1_000_000, 20_000
BLOCK = 50_000
SLACK_MB = 40
"""What the larger scan may take more: allocators and caches, not rows (which are 200 MB and more)."""

_SCAN = """
import json, re, sys
from safeguards.detection import Detector
from safeguards.detection.scan import scan
from safeguards.tables import open_database
detector = Detector()
with open_database(sys.argv[1]) as database:
    found = scan(database.source(sys.argv[2]), detector)
columns = {finding.verdict.column: finding.verdict.entity for finding in found.findings}
# Not ru_maxrss, which begins with what the parent had.
peak = int(re.search("VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
print(json.dumps({"peak": peak, "rows": found.rows, "sampled": found.sampled, "columns": columns}))
"""

pytestmark = pytest.mark.slow


def fill(url: str, name: str, rows: int) -> None:
    engine = sa.create_engine(url)
    table = sa.Table(
        name, sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("phone", sa.String(20)),
        sa.Column("memo", sa.String(200)), sa.Column("profile", sa.Text),
    )  # fmt: skip
    table.create(engine)
    with engine.begin() as connection:
        for first in range(1, rows + 1, BLOCK):
            numbers = range(first, min(first + BLOCK, rows + 1))
            connection.execute(table.insert(), [_row(number, rows) for number in numbers])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"ANALYZE TABLE {name}" if "mariadb" in url else f"ANALYZE {name}"))
    engine.dispose()


def _row(number: int, rows: int) -> dict[str, Any]:
    phone = f"010-{2000 + number * 7919 % 8000:04d}-{number * 104_729 % 10_000:04d}"
    # Only the last tenth has mail addresses: a sample of the first rows would see none.
    mail = f"u{number}@naver.com" if number > rows * 0.9 else "none"
    memo = f"배송 문의드립니다 {number} " + "가" * 120
    return {"id": number, "phone": phone, "memo": memo, "profile": json.dumps({"contact": {"mail": mail}})}


def scanned(url: str, name: str) -> dict[str, Any]:
    command = [sys.executable, "-c", _SCAN, url, name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_memory_does_not_grow_with_the_table_and_its_end_is_sampled_too(database_url: str) -> None:
    fill(database_url, "few", FEW)
    fill(database_url, "many", ROWS)
    few, many = scanned(database_url, "few"), scanned(database_url, "many")
    kind = database_url.partition(":")[0]
    print(f"\n{kind}: {FEW:,} rows {few['peak']:.0f} MB, {ROWS:,} rows {many['peak']:.0f} MB")
    assert (few["rows"], many["rows"], many["sampled"]) == (FEW, ROWS, 2_000)
    assert many["columns"]["phone"] == "PHONE_NUMBER"
    assert "profile.contact.mail" in many["columns"]
    assert many["peak"] < few["peak"] + SLACK_MB
