"""A provider that is not on this machine, as far as a keyring can tell, and counts how often it is asked."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from safeguards.errors import KeyringError
from safeguards.keys.local import LocalProvider


class Remote:
    """Wraps and unwraps for real; ``down`` is what it says instead of answering."""

    uri = "remote:kms"

    def __init__(self, path: Path) -> None:
        self._inner = LocalProvider(path, create=True)
        self.unwrapped = 0
        self.down = ""

    def wrap(self, key: bytes, context: Mapping[str, str]) -> bytes:
        return self._inner.wrap(key, context)

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        self.unwrapped += 1
        if self.down:
            raise KeyringError(self.down)
        return self._inner.unwrap(wrapped, context)


class Counting(LocalProvider):
    """A key file that counts, and takes its time: threads meet in it."""

    unwrapped = 0

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        self.unwrapped += 1
        time.sleep(0.005)
        return super().unwrap(wrapped, context)


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def in_child(work: Callable[[], object]) -> bool:
    """Say whether ``work`` succeeds in a forked child."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0
