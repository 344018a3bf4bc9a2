"""Pseudonymise a file, and print the seconds that it took and the peak memory of all its processes.

usage: python files_job.py SOURCE TARGET PROCESSES KEY_STORE PROVIDER
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import threading
import time

from memory import peak_bytes

import safeguards
from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import Drop, FormatPreserving, Generalise, Keep, Mask, Token

COLUMNS = {
    "member": Token(),
    "email": Token(item="email"),
    "phone": Mask(item="kr_phone"),
    "card": FormatPreserving(),
    "memo": Drop(),
    "age": Generalise(band=10, top=80),
    "birth": Generalise(years=5),
    "city": Keep(),
    "amount": Keep(),
    "agent": Token(),
}


class Peak:
    """The highest resident memory of this process and those that it started, added up."""

    def __init__(self) -> None:
        self._others: dict[int, int] = {}
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)
        self._watch.start()

    def bytes(self) -> int:
        self._ended.set()
        self._watch.join()
        return peak_bytes() + sum(self._others.values())

    def _look(self) -> None:
        while not self._ended.wait(0.2):
            for child in multiprocessing.active_children():
                try:
                    self._others[child.pid or 0] = peak_bytes(child.pid)
                except OSError:  # it has just ended
                    continue


def main(source: str, target: str, processes: str, store: str, provider: str) -> None:
    """Run the job."""
    safeguards.use(safeguards.Keyring.open(store, provider))
    peak, started = Peak(), time.perf_counter()
    Pipeline(COLUMNS, domain="benchmark").run_file(source, target, processes=int(processes))
    print(json.dumps({"seconds": time.perf_counter() - started, "bytes": peak.bytes()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
