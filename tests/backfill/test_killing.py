"""A run that is killed at any moment and started again ends where an undisturbed run ends."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from safeguards import Keyring
from safeguards.fields import Cipher, Exact, codec_for
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place, reencrypt
from tests import forked

ROWS = 5000


def _finished(process: forked.Popen) -> tuple[int, str]:
    _, errors = process.communicate(timeout=120)
    return process.returncode, errors


def _kill_after(process: forked.Popen, seconds: float) -> None:
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
            moment = moments.uniform(0, whole)
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


@pytest.mark.slow
def test_fifty_killed_runs_on_sqlite_end_like_an_undisturbed_one(killed, fresh_sqlite) -> None:
    killed(fresh_sqlite, 50)


@pytest.mark.slow
@pytest.mark.postgres
def test_fifty_killed_runs_on_postgresql_end_like_an_undisturbed_one(
    killed, emptied, postgres_url: str
) -> None:
    killed(lambda: emptied(postgres_url), 50)


@pytest.mark.slow
@pytest.mark.mariadb
def test_fifty_killed_runs_on_mariadb_end_like_an_undisturbed_one(killed, emptied, mariadb_url: str) -> None:
    killed(lambda: emptied(mariadb_url), 50)


RRN = Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn", search=Exact())


def _rotate_and_kill(service, ring: Keyring, start, times: int) -> None:
    """Kill re-encryption after each of some rotations; what is left of it, the next one does too."""
    encrypt_in_place(service.engine, [RRN])
    cipher, moments = (
        Cipher("member.rrn", codec_for(str), item="kr_rrn", search=Exact()),
        random.Random(times),
    )
    expected = {row[1]: (bytes(row[2])[:18], cipher.decrypt(bytes(row[2]))) for row in service.stored()}
    ring.rotate()
    service.engine.dispose()
    began = time.monotonic()
    assert _finished(start(service.url, *service.options, command="reencrypt"))[0] == 0
    whole = time.monotonic() - began
    unfinished = 0
    for _ in range(times):
        ring.rotate()
        moment = moments.uniform(0, whole)
        _kill_after(start(service.url, *service.options, command="reencrypt"), moment)
        (left,) = reencrypt(service.engine, [RRN], dry_run=True)
        unfinished += left.stale > 0
        assert (left.counts.plain, left.counts.other) == (0, 0)
        (done,) = reencrypt(service.engine, [RRN])
        assert (done.written, done.refused) == (left.stale, 0)
        assert dict(done.counts.by_key) == {ring.data_key_id: ROWS}
    stored = {row[1]: (bytes(row[2])[:18], cipher.decrypt(bytes(row[2]))) for row in service.stored()}
    assert stored == expected
    assert unfinished > times // 4


@pytest.mark.slow
def test_reencryption_killed_fifty_times_completes(ring, build, start, database_url: str) -> None:
    _rotate_and_kill(build(database_url, ROWS), ring, start, 50)
