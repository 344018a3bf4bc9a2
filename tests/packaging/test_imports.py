"""What importing the package costs a program: nothing optional, and few names."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import safeguards

CORE = ("errors", "values", "plugins", "items", "crypto", "keys", "fields", "sqlalchemy")
# Top-level modules that the two core dependencies bring; everything else is optional.
ALLOWED = {
    "safeguards",
    "sqlalchemy",
    "cryptography",
    "cffi",
    "typing_extensions",
    "greenlet",
    "cython_runtime",
}
PUBLIC_NAMES = 15

_LOADED = """
import sys
before = set(sys.modules)
import {module}
new = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(sorted(name for name in new - set(sys.stdlib_module_names) if not name.startswith("_")))
"""


def _loaded_by(module: str) -> set[str]:
    command = [sys.executable, "-c", _LOADED.format(module=module)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(ast.literal_eval(done.stdout))


@pytest.mark.parametrize(
    "module", ["safeguards", "safeguards.pseudonyms", *(f"safeguards.{room}" for room in CORE)]
)
def test_importing_a_core_room_loads_nothing_optional(module: str) -> None:
    loaded = _loaded_by(module)
    assert "safeguards" in loaded
    assert loaded <= ALLOWED


_WITHOUT_EXTRAS = """
import sys
sys.modules.update(numpy=None, pyarrow=None)
import safeguards
from safeguards.pseudonyms import Domain
from safeguards.sqlalchemy import Pseudonymised
safeguards.use(safeguards.Keyring.create("sqlite:///keys.db", "local:master.key"))
print(Pseudonymised(Domain("crm-2026"), item="kr_phone").pseudonym("010-1234-5678"))
from safeguards.crypto import ff1
assert ff1.decrypt(bytes(16), b"", ff1.encrypt(bytes(16), b"", [1] * 6, 10), 10) == [1] * 6
try:
    ff1.encrypt_batch(bytes(16), b"", None, 10)
except safeguards.MissingExtra:
    pass
else:
    raise AssertionError
try:
    from safeguards.pseudonyms import Token
except safeguards.MissingExtra as error:
    print(error)
"""


def test_a_column_is_pseudonymised_without_any_extra_and_transforms_say_what_they_need(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", _WITHOUT_EXTRAS]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    token, hint = done.stdout.splitlines()
    assert token.startswith("tk1_kr_phone_")
    assert hint.endswith('pip install "pii-safeguards[pipeline]"')


def test_the_package_exposes_few_names_and_all_of_them_exist() -> None:
    assert len(safeguards.__all__) <= PUBLIC_NAMES
    assert all(hasattr(safeguards, name) for name in safeguards.__all__)


ON_DEMAND = {"ff1_rows.py", "siv_rows.py"}
"""What a function imports when it is called, and says which extra it needs."""


def test_no_module_of_the_core_names_an_optional_package_at_its_top() -> None:
    package = Path(safeguards.__file__).parent
    files = [package / f"{room}.py" for room in CORE] + [
        f for room in CORE for f in (package / room).rglob("*.py")
    ]
    optional = {
        "numpy",
        "pyarrow",
        "click",
        "rich",
        "jinja2",
        "faker",
        "narwhals",
        "hyperscan",
        "phonenumbers",
    }
    at_once = [file for file in files if file.is_file() and file.name not in ON_DEMAND]
    assert not [(file.name, name) for file in at_once for name in _imported(file) if name in optional]


def _imported(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").partition(".")[0])
    return names
