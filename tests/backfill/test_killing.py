"""A run that is killed at any moment and started again ends where an undisturbed run ends."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from safeguards.fields import Cipher, Exact, codec_for

ROWS = 5000


def _finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=120)
    return process.returncode, errors


def _kill_after(process: subprocess.Popen[str], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()


@pytest.fixture
def killed(ring, build, start) -> Callable[[str, int], None]:
    """Kill runs on fresh databases from ``make`` at random moments, and compare with an undisturbed run."""
    cipher = Cipher("member.rrn", codec_for(str), item="kr_rrn", search=Exact())

    def run(fresh, times: int) -> None:
        service = build(fresh(), ROWS)
        began = time.monotonic()
        code, errors = _finished(start(service.url, *service.options))
        assert code == 0, errors
        whole = time.monotonic() - began
        expected, rows = service.schema(), service.stored()
        moments = random.Random(times)
        for _ in range(times):
            service = build(fresh(), ROWS)
            moment = moments.uniform(whole * 0.3, whole)
            _kill_after(start(service.url, *service.options), moment)
            code, errors = _finished(start(service.url, *service.options))
            assert code == 0 or "is already encrypted" in errors, errors
            assert service.schema() == expected
            for mine, theirs in zip(service.stored(), rows, strict=True):
                assert mine[:2] + mine[3:] == theirs[:2] + theirs[3:]
                assert cipher.decrypt(mine[2]) == cipher.decrypt(theirs[2])

    return run


@pytest.fixture
def fresh_sqlite(tmp_path: Path):
    numbers = iter(range(1000))

    def fresh() -> str:
        return f"sqlite:///{tmp_path / f'{next(numbers)}.db'}"

    return fresh


def test_three_killed_runs_on_sqlite_end_like_an_undisturbed_one(killed, fresh_sqlite) -> None:
    killed(fresh_sqlite, 3)


@pytest.mark.slow
def test_twenty_killed_runs_on_sqlite_end_like_an_undisturbed_one(killed, fresh_sqlite) -> None:
    killed(fresh_sqlite, 20)


@pytest.mark.slow
@pytest.mark.postgres
def test_twenty_killed_runs_on_postgresql_end_like_an_undisturbed_one(
    killed, emptied, postgres_url: str
) -> None:
    killed(lambda: emptied(postgres_url), 20)


@pytest.mark.slow
@pytest.mark.mariadb
def test_twenty_killed_runs_on_mariadb_end_like_an_undisturbed_one(killed, emptied, mariadb_url: str) -> None:
    killed(lambda: emptied(mariadb_url), 20)
