"""Scripts in processes of their own, as ``subprocess`` starts them, forked from one that imported all before.

A process that is to be killed a second later would spend most of its life on imports.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TextIO

PATIENCE_SECONDS = 300.0
_ROOMS = [
    "safeguards.cli.encrypt",
    "safeguards.cli.reencrypt",
    "safeguards.pipeline",
    "psycopg",
    "pymysql",
    "pandas",
]

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(_ROOMS)


class Popen:
    """A running script, its text or its file; what is not here of ``subprocess.Popen`` no test asked for."""

    def __init__(
        self,
        script: str | Path,
        *arguments: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        output, written = CONTEXT.Pipe(duplex=False)
        errors, told = CONTEXT.Pipe(duplex=False)
        folder, environment = cwd or Path.cwd(), dict(os.environ if env is None else env)
        self._process = CONTEXT.Process(
            target=_run, args=(script, arguments, folder, environment, written, told)
        )
        self._process.start()
        for theirs in (written, told):
            theirs.close()
        self.stdout, self.stderr = map(_reading, (output, errors))

    def __enter__(self) -> Popen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.kill()
        self.communicate()

    @property
    def returncode(self) -> int | None:
        """How it ended: a signal's number is negative, and None says that it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raise ``subprocess.TimeoutExpired`` where it does not come."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("script", timeout or 0)
        return self.returncode

    def kill(self) -> None:
        """Send SIGKILL."""
        self._process.kill()

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return what is left of its output and errors, after its end, which comes by force at last."""
        if self.stdout.closed:
            return "", ""
        guard = threading.Timer(timeout or PATIENCE_SECONDS, self.kill)
        guard.start()
        with self.stdout, self.stderr:
            said = self.stdout.read(), self.stderr.read()
        guard.cancel()
        self.wait(timeout)
        return said


def run(
    script: str | Path,
    *arguments: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run a script to its end; with ``check``, raise ``subprocess.CalledProcessError`` where it fails."""
    process = Popen(script, *arguments, cwd=cwd, env=env)
    output, errors = process.communicate()
    done = subprocess.CompletedProcess("script", process.wait(), output, errors)
    if check:
        done.check_returncode()
    return done


def _reading(end: Connection) -> TextIO:
    with end:
        return os.fdopen(os.dup(end.fileno()), encoding="utf-8", errors="backslashreplace")


def _run(
    script: str | Path,
    arguments: tuple[str, ...],
    folder: Path,
    environment: dict[str, str],
    *outputs: Connection,
) -> None:
    for number, output in enumerate(outputs, 1):
        os.dup2(output.fileno(), number)
        output.close()
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    main = sys.modules["__main__"] = ModuleType("__main__")
    sys.argv = ["-c" if isinstance(script, str) else str(script), *arguments]
    text = script
    if isinstance(script, Path):
        main.__file__, text = str(script), script.read_text("utf-8")
        sys.path.insert(0, str(script.parent))
    exec(compile(text, sys.argv[0], "exec"), main.__dict__)
