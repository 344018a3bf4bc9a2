"""The exit recipe decrypts what the ORM wrote, where neither safeguards nor SQLAlchemy can be imported."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import _cffi_backend
import cryptography
import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Date,
    DateTime,
    Engine,
    Enum,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Text,
    Time,
    Uuid,
    create_engine,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from safeguards import Keyring
from safeguards.crypto.envelope import FLAG_SETS, parse
from safeguards.sqlalchemy import Encrypted, Exact

RECIPE = Path(__file__).parents[2] / "docs" / "decrypt-without-safeguards.md"
NOTE = "환불 요청: 김하늘 님, “빨리요” 🙏"
KOREA = timezone(timedelta(hours=9))


class Base(DeclarativeBase):
    pass


class Leaver(Base):
    __tablename__ = "leaver"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str | None] = mapped_column(Encrypted("leaver.note", Text))
    rrn: Mapped[str] = mapped_column(Encrypted("leaver.rrn", item="kr_rrn", search=Exact()))
    birth: Mapped[date] = mapped_column(Encrypted("leaver.birth", Date))
    fee: Mapped[Decimal] = mapped_column(Encrypted("leaver.fee", Numeric))
    photo: Mapped[bytes] = mapped_column(Encrypted("leaver.photo", LargeBinary))
    adult: Mapped[bool] = mapped_column(Encrypted("leaver.adult", Boolean))
    points: Mapped[int] = mapped_column(Encrypted("leaver.points", Integer))
    weight: Mapped[float] = mapped_column(Encrypted("leaver.weight", Float))
    seen: Mapped[datetime] = mapped_column(Encrypted("leaver.seen", DateTime))
    token: Mapped[uuid.UUID] = mapped_column(Encrypted("leaver.token", Uuid))
    name: Mapped[str] = mapped_column(Encrypted("leaver.name", search=Exact(), pad=32))
    letter: Mapped[str] = mapped_column(Encrypted("leaver.letter", compress=100))
    reply: Mapped[str] = mapped_column(Encrypted("leaver.reply", pad="padme", compress=100))
    scan: Mapped[bytes] = mapped_column(Encrypted("leaver.scan", LargeBinary, pad=16))
    wish: Mapped[str] = mapped_column(Encrypted("leaver.wish", Text, subject="leaver:id"))
    mood: Mapped[str] = mapped_column(
        Encrypted("leaver.mood", subject="id", search=Exact(), tags_outlive_subject=True, pad=32)
    )
    grade: Mapped[str] = mapped_column(Encrypted("leaver.grade", Enum("금", "은빛", name="grade")))
    slept: Mapped[datetime] = mapped_column(Encrypted("leaver.slept", DateTime))
    opens: Mapped[time] = mapped_column(Encrypted("leaver.opens", Time))
    prefs: Mapped[dict[str, Any]] = mapped_column(Encrypted("leaver.prefs", JSON))
    days: Mapped[list[date | None]] = mapped_column(Encrypted("leaver.days", ARRAY(Date)))


ROW: dict[str, Any] = {
    "note": NOTE,
    "rrn": "900101-1234567",
    "birth": date(1990, 1, 1),
    "fee": Decimal("-1234567890.10"),
    "photo": b"\x00\xfe\xff",
    "adult": True,
    "points": -(1 << 63),
    "weight": 61.25,
    "seen": datetime(2026, 11, 24, 10, 30, 0, 5, KOREA),
    "token": uuid.UUID(int=7),
    "name": "김하늘",
    "letter": NOTE * 50,
    "reply": NOTE * 50,
    "scan": b"\x80\x00\x80\x00",
    "wish": "창가 자리",
    "mood": "좋음",
    "grade": "금",
    "slept": datetime(2026, 11, 24, 23, 0),
    "opens": time(9, 30, 0, 7),
    "prefs": {"알림": True, "색": [1, None]},
    "days": [date(2026, 11, 25), None, date(1990, 1, 1)],
}
KINDS = {
    "note": "str",
    "rrn": "str",
    "birth": "date",
    "fee": "decimal",
    "photo": "bytes",
    "adult": "bool",
    "points": "int64",
    "weight": "float64",
    "seen": "datetime",
    "token": "uuid",
    "name": "str",
    "letter": "str",
    "reply": "str",
    "scan": "bytes",
    "wish": "str",
    "mood": "str",
    "grade": "enum",
    "slept": "datetime",
    "opens": "time",
    "prefs": "json",
    "days": "list:date",
}
PRINTED = {
    **{name: str(value) for name, value in ROW.items()},
    "photo": "00feff",
    "scan": "80008000",
    "adult": True,
    "points": -(1 << 63),
    "weight": 61.25,
    "prefs": ROW["prefs"],
    "days": ["2026-11-25", None, "1990-01-01"],
}


@pytest.fixture
def engine(ring: Keyring, sqlite_url: str) -> Iterator[Engine]:
    engine = create_engine(sqlite_url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(Leaver(**ROW))
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with the recipe's script, and nothing but `cryptography` to import beside Python."""
    packages = tmp_path / "packages"
    packages.mkdir()
    for module in (Path(cryptography.__file__).parent, Path(_cffi_backend.__file__)):
        (packages / module.name).symlink_to(module)
    (block,) = re.findall(r"^```python\n(.*?)^```$", RECIPE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (tmp_path / "decrypt.py").write_text(block, "utf-8")
    return tmp_path


def run(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-S", "-P", *arguments],
        input=given,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(folder / "packages")},
        cwd=folder,
        check=False,
    )


def stored(engine: Engine, column: str) -> str:
    query = text(f"SELECT coalesce(hex({column}), '') FROM leaver ORDER BY id")
    with engine.connect() as connection:
        return "".join(f"{line}\n" for line in connection.scalars(query))


def read(folder: Path, engine: Engine, column: str) -> list[Any]:
    arguments = ("keys.db", "master.key", f"leaver.{column}", KINDS[column])
    done = run(folder, "decrypt.py", *arguments, given=stored(engine, column))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("module", ["safeguards", "sqlalchemy"])
def test_the_recipe_runs_where_the_library_cannot_be_imported(module: str, elsewhere: Path) -> None:
    done = run(elsewhere, "-c", f"import cryptography.exceptions, {module}")
    assert f"ModuleNotFoundError: No module named '{module}'" in done.stderr


@pytest.mark.parametrize("column", KINDS)
def test_the_recipe_decrypts_what_the_orm_wrote(column: str, elsewhere: Path, engine: Engine) -> None:
    assert read(elsewhere, engine, column) == [PRINTED[column]]


def test_the_values_that_the_recipe_reads_have_every_set_of_flags(engine: Engine) -> None:
    found = {parse(bytes.fromhex(stored(engine, column))).flags for column in KINDS}
    assert found == set(FLAG_SETS)


def test_the_recipe_reads_values_of_every_data_key_and_null(
    elsewhere: Path, engine: Engine, ring: Keyring
) -> None:
    ring.rotate()
    with Session(engine) as session:
        session.add_all(Leaver(**ROW | {"note": note}) for note in ("", None))
        session.commit()
    assert read(elsewhere, engine, "note") == [NOTE, "", None]


@pytest.mark.parametrize(
    "arguments",
    [
        ("keys.db", "master.key", "leaver.other", "str"),
        ("keys.db", "master.key", "leaver.note", "bytes"),
        ("keys.db", "other.key", "leaver.note", "str"),
    ],
    ids=["another field", "another kind", "another key file"],
)
def test_the_recipe_opens_nothing_with(arguments: tuple[str, ...], elsewhere: Path, engine: Engine) -> None:
    (elsewhere / "other.key").write_text(f"safeguards-key-1:{base64.b64encode(bytes(32)).decode()}\n")
    done = run(elsewhere, "decrypt.py", *arguments, given=stored(engine, "note"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "InvalidTag" in done.stderr
