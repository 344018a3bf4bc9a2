"""The page on Alembic runs as it stands, and the migration says what the page shows."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "alembic.md"
_EXITS = re.compile(r"# exits (\d+)$")


def run(script: str, folder: Path) -> None:
    lines = []
    for line in script.replace("\\\n", "").splitlines():
        code = found[1] if (found := _EXITS.search(line)) else "0"
        told = shlex.quote(f"not {code}: {line}")
        lines.append(f"{line}\n[ $? = {code} ] || {{ echo {told} >&2; exit 1; }}")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {name: value for name, value in os.environ.items() if name != "SAFEGUARDS_KEYRING"}
    done = subprocess.run(
        ["bash", "-c", "\n".join(lines)],
        cwd=folder,
        env=environment | {"PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def show(code: str, folder: Path) -> None:
    name, _, body = code.partition("\n")
    if name == "# models.py":
        (folder / "models.py").write_text(code)
    elif "env.py" in name:
        env = folder / "migrations" / "env.py"
        text = env.read_text()
        assert "\ntarget_metadata = None\n" in text
        env.write_text(text.replace("\ntarget_metadata = None\n", f"\n{body}\n"))
    else:
        (migration,) = (folder / "migrations" / "versions").glob("*_members.py")
        written = {ast.dump(node) for node in ast.walk(ast.parse(migration.read_text("utf-8")))}
        shown = [each.value for each in ast.parse(body).body if isinstance(each, ast.Expr)]
        assert len(shown) == 4
        assert [ast.unparse(each) for each in shown if ast.dump(each) not in written] == []


@pytest.mark.slow
def test_the_page_runs(tmp_path: Path) -> None:
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert {kind for kind, _ in blocks} == {"python", "sh"}
    for kind, code in blocks:
        (run if kind == "sh" else show)(code, tmp_path)
