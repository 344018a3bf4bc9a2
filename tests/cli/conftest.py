"""The command in this process, which spares its start, and a keyring for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from weakref import WeakSet

import pytest

from safeguards import use
from safeguards.cli import main
from safeguards.sqlalchemy.subjects import overwrite
from tests.cli.called import KEYS, STORE, in_a_process

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process: ``in_a_process``, with the same arguments and the same answer."""

    def call(folder: Path, *arguments: str, keys: str | None = KEYS) -> subprocess.CompletedProcess[str]:
        monkeypatch.chdir(folder)
        if keys is None:
            monkeypatch.delenv("SAFEGUARDS_KEYRING", raising=False)
        else:
            monkeypatch.setenv("SAFEGUARDS_KEYRING", keys)
        monkeypatch.setattr(sys, "argv", ["safeguards", *arguments])
        monkeypatch.setattr(sys, "path", [*sys.path])
        use(None)
        with monkeypatch.context() as own:
            for known in (
                "_tables",
                "_engines",
            ):  # what other tests of this process made is not the command's
                own.setattr(overwrite, known, WeakSet())
            with pytest.raises(SystemExit) as ended:
                main()
        use(None)
        models = [name for name, module in sys.modules.items() if _is_of(module, folder)]
        for name in models:  # models that another test has under the same name
            del sys.modules[name]
        printed = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, int(ended.value.code or 0), printed.out, printed.err)

    return call


def _is_of(module: object, folder: Path) -> bool:
    return (getattr(module, "__file__", None) or "").startswith(str(folder))


@pytest.fixture(scope="session")
def _keyring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keyring")
    done = in_a_process(folder, "keys", "create", *STORE, keys=None)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def with_keyring(_keyring: Path, tmp_path: Path) -> Path:
    """A folder with the files of a keyring, which the command made."""
    for path in _keyring.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / path.name).chmod(path.stat().st_mode)
    return tmp_path
