"""Encrypt a column in place as `safeguards encrypt` does, and print the seconds and memory that it took.

usage: python backfill_job.py DATABASE_URL TABLE COLUMN KEY_STORE PROVIDER
"""

from __future__ import annotations

import json
import sys
import time

from memory import peak_bytes
from sqlalchemy import create_engine

import safeguards
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place


def main(url: str, table: str, column: str, store: str, provider: str) -> None:
    """Run the job."""
    safeguards.use(safeguards.Keyring.open(store, provider))
    engine = create_engine(url)
    with engine.connect():
        start, started = peak_bytes(), time.perf_counter()
    encrypt_in_place(engine, [Target(table, column)])
    print(json.dumps({"seconds": time.perf_counter() - started, "bytes": peak_bytes() - start}))


if __name__ == "__main__":
    main(*sys.argv[1:])
