"""Processes that share a pipeline's work: they open keys by themselves, and end when their owner does."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn

from safeguards.errors import InputError, SafeguardsError
from safeguards.keys.registry import addresses, learn
from safeguards.pipeline.failure import Failure

WAITING = 2
"""Tasks a process may have before it: enough to keep it busy, few enough to keep memory flat."""

Make = Callable[[], Callable[..., Any]]


def check_processes(processes: object) -> None:
    """Raise InputError unless ``processes`` is a whole number from 1 on."""
    if isinstance(processes, bool) or not isinstance(processes, int) or processes < 1:
        raise InputError("processes= is a whole number from 1")
    if processes > 1:
        _check_spawning()


def _check_spawning() -> None:
    """Raise InputError where no process can be spawned; multiprocessing tells it in tracebacks."""
    here = multiprocessing.current_process()
    if getattr(here, "_inheriting", False):
        # A worker imports the script, which asks for workers again: one line, and the owner tells the rest.
        sys.exit('safeguards: processes= above 1 needs the guard if __name__ == "__main__" in the script')
    if here.daemon:
        raise InputError("processes= above 1 is not possible in a daemonic process, such as a pool's worker")
    script = sys.modules["__main__"]
    path = getattr(script, "__file__", None)
    if path is not None and getattr(script, "__spec__", None) is None and not os.path.exists(path):
        raise InputError(f"processes= above 1 import the script anew, and {path} is no file: save it first")


class Workers:
    """Some processes with the same work before them.

    They are spawned, never forked. What they are to do is pickled, names keys and holds none; each process
    opens the keyrings of this one from their stores, through their providers.

    Args:
        make: makes, in each process at its first task, what is called for every task.
        processes: how many.

    Raises:
        InputError: ``make`` cannot be pickled.
    """

    def __init__(self, make: Make, processes: int) -> None:
        try:
            packed = pickle.dumps((make, addresses()))
        except (pickle.PicklingError, AttributeError, TypeError):
            raise InputError(
                "processes above 1 send the pipeline to other processes, and a step of this one cannot be "
                "pickled: make it of data and functions of a module, or use processes=1"
            ) from None
        self._most = WAITING * processes
        spawning = multiprocessing.get_context("spawn")
        # Nothing is ever sent: closing this end tells all of them to end.
        self._told, self._ends = spawning.Pipe(duplex=False)
        self._pool = ProcessPoolExecutor(processes, spawning, _start, (packed, self._told))

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for the processes; where nobody wants their results they end at once, whatever they are at."""
        if kind is not None:
            self._ends.close()
        self._pool.shutdown(cancel_futures=True)
        self._ends.close()
        self._told.close()

    def map(self, tasks: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """Yield what becomes of each task, in their order; a few are taken ahead.

        Raises:
            SafeguardsError: what a task raised, of the same class, or a process ended too early.
        """
        waiting: deque[Future[Any]] = deque()
        try:
            for task in tasks:
                with _uninterrupted():
                    waiting.append(self._pool.submit(_work, *task))
                if len(waiting) > self._most:
                    yield _received(waiting.popleft())
            while waiting:
                yield _received(waiting.popleft())
        except BrokenProcessPool:
            raise SafeguardsError(
                "one of the processes ended too early: it was killed, the memory did not suffice, or the "
                'script lacks the guard if __name__ == "__main__", which they need; nothing was written'
            ) from None


def _received(future: Future[Any]) -> Any:
    try:
        result = future.result()
    except BrokenProcessPool:
        raise
    except Exception as error:  # what came out cannot be sent back; the message may quote it
        result = Failure.of(error)
    if isinstance(result, Failure):
        raise result.error()
    return result


_make: Make | None = None
_made: Callable[..., Any] | None = None


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Spawn processes that no SIGINT meets, even while they import: the owner gets it too, and ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)  # now it is delivered here, if one came


def _start(packed: bytes, told: Connection) -> None:
    global _make
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where it could not be blocked
    threading.Thread(target=_end_with_owner, args=(told,), daemon=True).start()
    try:
        _make, known = pickle.loads(packed)  # noqa: S301
        learn(known)
    except Exception as error:  # told by the first task: what ends a process here is told in a traceback
        _make = partial(_refuse, type(error).__name__)


def _refuse(kind: str) -> NoReturn:
    raise InputError(
        f"another process cannot load a step of this pipeline ({kind}): define it in a module that can be "
        "imported there, or use processes=1"
    )


def _end_with_owner(told: Connection) -> None:
    """End when the owner says so or is gone, however it ended: queues stay open among workers themselves."""
    owner = multiprocessing.parent_process()
    if owner is not None:
        wait([owner.sentinel, told])
        os._exit(1)


def _work(*task: Any) -> Any:
    global _made
    try:
        if _made is None:
            assert _make is not None
            _made = _make()
        return _made(*task)
    except BaseException as error:  # SystemExit too: its text would be sent, and end the owner
        return Failure.of(error)
