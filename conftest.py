"""Every block of README.md is a test: Python, TOML and shell share one folder, in their order."""

from __future__ import annotations

import contextlib
import gc
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from unittest.mock import patch
from weakref import WeakSet

from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser

import safeguards
from safeguards.sqlalchemy.subjects import overwrite

if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    # Some hundred processes that tests start would each compile all that they import: half of their lives.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).parent / ".pytest_cache" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

_EXITS = re.compile(r"# exits (\d+)$")


def _run_commands(example: Example) -> None:
    """Run each command; it ends with 0, or with the code of a trailing ``# exits N``."""
    script = []
    for line in example.parsed.replace("\\\n", "").splitlines():
        code = found[1] if (found := _EXITS.search(line)) else "0"
        script.append(f'{line}\n[ $? = {code} ] || {{ echo "expected exit code {code}" >&2; exit 1; }}')
    binaries = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    command = ["bash", "-c", "\n".join(script)]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PATH": binaries})
    assert done.returncode == 0, done.stdout + done.stderr


def _write_file(example: Example) -> None:
    """Write a block whose first line names its file."""
    name = example.parsed.partition("\n")[0].removeprefix("# ")
    Path(name).write_text(example.parsed, "utf-8")


def _enter(namespace: dict[str, Any]) -> None:
    stack = namespace["_stack"] = contextlib.ExitStack()
    stack.enter_context(contextlib.chdir(stack.enter_context(tempfile.TemporaryDirectory())))
    for known in ("_tables", "_engines"):  # what other tests of this process know is not the README's
        stack.enter_context(patch.object(overwrite, known, WeakSet()))
    for name in ("default", "pseudonyms"):
        stack.callback(safeguards.use, None, name)


def _leave(namespace: dict[str, Any]) -> None:
    namespace["_stack"].close()


pytest_collect_file = Sybil(
    parsers=[
        PythonCodeBlockParser(),
        CodeBlockParser(language="sh", evaluator=_run_commands),
        CodeBlockParser(language="toml", evaluator=_write_file),
    ],
    patterns=["README.md"],
    excludes=["plugins/*/README.md"],
    setup=_enter,
    teardown=_leave,
).pytest()


def pytest_xdist_auto_num_workers(config: Any) -> int:
    """One process more than there are cores: many tests wait for servers, other processes and the clock."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end, modules and tests, and call it less: a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
