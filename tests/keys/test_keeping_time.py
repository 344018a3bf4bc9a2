"""The threads that keep an eye on limits: they end with their keyring, and go on after forks and sleep."""

from __future__ import annotations

import gc
import logging
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from safeguards import Keyring, KeyringError, use
from safeguards.fields.cipher import Cipher
from safeguards.fields.codecs import codec_for
from safeguards.keys import limits, ticker
from safeguards.keys.limits import STEP
from tests.keys.remote import Remote, in_child, until

SOON, HOUR = timedelta(seconds=0.3), timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'keys.db'}"


@pytest.fixture
def far(tmp_path: Path) -> Remote:
    return Remote(tmp_path / "kms.key")


def forgotten(ring: Keyring) -> bool:
    return ring._memory._held is None


def threads(ring: Keyring) -> list[threading.Thread]:
    return list(ring._memory._tickers.values())


def test_closing_ends_the_threads(store: str, far: Remote) -> None:
    ring = Keyring.create(store, far, max_age=HOUR)
    ring.keep_fresh()
    ring.keep_fresh()
    running = threads(ring)
    assert len(running) == 2
    ring.close()
    for each in running:
        each.join(20)
        assert not each.is_alive()
    with pytest.raises(KeyringError, match="closed"):
        ring.keep_fresh()


def test_a_keyring_that_nobody_holds_is_collected_and_its_threads_end(store: str, far: Remote) -> None:
    ring = Keyring.create(store, far, max_age=HOUR)
    ring.keep_fresh()
    running = threads(ring)
    assert all(each.is_alive() for each in running)
    del ring
    gc.collect()
    for each in running:
        each.join(20)
        assert not each.is_alive()


def test_an_interpreter_ends_at_once(store: str, tmp_path: Path) -> None:
    code = (
        "import sys, datetime, safeguards;"
        "ring = safeguards.Keyring.create(*sys.argv[1:], max_age=datetime.timedelta(hours=1));"
        "ring.keep_fresh(); print(ring.data_key_id > 0)"
    )
    command = [sys.executable, "-c", code, store, f"local:{tmp_path / 'master.key'}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_forgets_in_time_too(store: str, far: Remote) -> None:
    ring = Keyring.create(store, far, max_age=SOON)
    assert in_child(lambda: until(lambda: forgotten(ring)))
    until(lambda: forgotten(ring))
    assert in_child(ring.refresh)
    assert forgotten(ring)


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_stays_fresh_too(store: str, far: Remote) -> None:
    ring = Keyring.create(store, far, max_age=HOUR, max_uses=4 * STEP)
    ring.keep_fresh()
    before = far.unwrapped

    def child() -> None:
        for _ in range(3):
            ring.spend(ring.data_key_id)
        until(lambda: far.unwrapped == before + 3)

    assert in_child(child)
    assert far.unwrapped == before
    ring.close()


def test_a_child_that_can_start_no_thread_has_no_keys(store: str, far: Remote, monkeypatch) -> None:
    ring = Keyring.create(store, far, max_age=HOUR)
    use(ring)
    name = Cipher("limits.name", codec_for(str))
    sealed = name.encrypt("김")

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(ticker.Ticker, "start", refuse)
    ring._memory.after_fork()
    with pytest.raises(KeyringError, match="refresh"):
        name.decrypt(sealed)
    use(None)


def test_the_time_that_a_machine_slept_counts(store: str, far: Remote, monkeypatch) -> None:
    monkeypatch.setattr(ticker, "LONGEST_PAUSE", 0.02)
    ring = Keyring.create(store, far, max_age=HOUR)
    clock = time.time
    monkeypatch.setattr(limits.time, "time", lambda: clock() + 3599)
    assert ring.data_key_id
    monkeypatch.setattr(limits.time, "time", lambda: clock() + 3601)
    until(lambda: forgotten(ring))  # nobody looked a key up
    ring.refresh()
    monkeypatch.setattr(limits.time, "time", lambda: clock() + 2 * 3601)
    with pytest.raises(KeyringError, match="for longer"):
        ring.data_key_id  # noqa: B018
    ring.close()


def test_a_clock_that_was_set_back_makes_no_key_younger(store: str, far: Remote, monkeypatch) -> None:
    ring = Keyring.create(store, far, max_age=HOUR)
    clock, steady = time.time, time.monotonic
    monkeypatch.setattr(limits.time, "time", lambda: clock() - 86400)
    assert ring.data_key_id
    monkeypatch.setattr(limits.time, "monotonic", lambda: steady() + 3601)
    with pytest.raises(KeyringError, match="for longer"):
        ring.data_key_id  # noqa: B018
    ring.close()


def test_kept_fresh_a_keyring_never_reaches_its_age_and_recovers_from_failures(
    store: str, far: Remote, caplog: pytest.LogCaptureFixture
) -> None:
    ring = Keyring.create(store, far, max_age=timedelta(seconds=3))
    use(ring)
    name = Cipher("limits.name", codec_for(str))
    far.down = "kms: throttled"
    ring.keep_fresh()
    with caplog.at_level(logging.WARNING, "safeguards"):
        until(lambda: "kms: throttled" in caplog.text)
    far.down, far.unwrapped = "", 0
    while far.unwrapped < 6:  # twice
        assert name.decrypt(name.encrypt("김")) == "김"
        time.sleep(0.005)
    use(None)
    ring.close()


def test_kept_fresh_a_keyring_never_reaches_its_uses(store: str, far: Remote) -> None:
    ring = Keyring.create(store, far, max_uses=8 * STEP)
    ring.keep_fresh()
    for _ in range(3):
        before = far.unwrapped
        for _ in range(5):
            ring.spend(ring.data_key_id)
        until(lambda before=before: far.unwrapped == before + 3)
    ring.close()


def test_a_provider_that_raises_something_else_ends_no_thread(
    store: str, far: Remote, monkeypatch, caplog: pytest.LogCaptureFixture
) -> None:
    ring = Keyring.create(store, far, max_age=SOON)

    def broken(wrapped: bytes, context: object) -> bytes:
        raise LookupError("hunter2")

    monkeypatch.setattr(far, "unwrap", broken)
    with caplog.at_level(logging.WARNING, "safeguards"):
        ring.keep_fresh()
        until(lambda: caplog.text.count("LookupError") > 1)
    monkeypatch.undo()
    assert "hunter2" not in caplog.text
    until(lambda: ring._memory._held is not None)
    ring.close()
