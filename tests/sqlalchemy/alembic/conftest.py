"""A real Alembic project in a folder: env.py, rendered files, and commands as the command line runs them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, create_engine

ENV = """
from alembic import context
from sqlalchemy import create_engine

import safeguards.sqlalchemy.alembic

given = context.config.attributes
options = dict(target_metadata=given["metadata"], **given["options"])
if context.is_offline_mode():
    context.configure(url=given["url"], literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = create_engine(given["url"])
    with engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()
"""
TEMPLATE = '''
"""${message}"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''


class Project:
    def __init__(self, folder: Path, url: str, **options: Any) -> None:
        self.folder, self.url, self.options = folder, url, options
        (folder / "versions").mkdir(parents=True)
        (folder / "env.py").write_text(ENV)
        (folder / "script.py.mako").write_text(TEMPLATE)
        self.engine: Engine = create_engine(url)

    def config(self, metadata: MetaData | None = None, *x: str) -> Config:
        config = Config(output_buffer=io.StringIO(), stdout=io.StringIO())
        config.set_main_option("script_location", str(self.folder))
        config.set_main_option("path_separator", "os")
        config.cmd_opts = type("Options", (), {"x": list(x)})()  # type: ignore[assignment]
        config.attributes.update(url=self.url, metadata=metadata, options=self.options)
        return config

    def revise(self, metadata: MetaData) -> str:
        """Autogenerate a file and return its text."""
        script: Any = command.revision(self.config(metadata), "change", autogenerate=True)
        return Path(script.path).read_text("utf-8")

    def upgrade(self, to: str = "head") -> None:
        command.upgrade(self.config(), to)

    def downgrade(self, *x: str, to: str = "-1") -> None:
        command.downgrade(self.config(None, *x), to)

    def check(self, metadata: MetaData) -> None:
        """Fail where anything is proposed."""
        with self.engine.connect() as connection:
            opts = {"target_metadata": metadata, **self.options}
            assert compare_metadata(MigrationContext.configure(connection, opts=opts), metadata) == []

    def sql(self, revisions: str, *, down: bool = False) -> str:
        config = self.config()
        (command.downgrade if down else command.upgrade)(config, revisions, sql=True)
        return str(config.output_buffer.getvalue())  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """No migration has a key, unless its test says so."""
    monkeypatch.delenv("SAFEGUARDS_KEYRING", raising=False)


@pytest.fixture
def project(tmp_path: Path, database_url: str) -> Any:
    made = Project(tmp_path / "migrations", database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def project_of(tmp_path: Path) -> Any:
    made: list[Project] = []

    def make(url: str, **options: Any) -> Project:
        made.append(Project(tmp_path / f"migrations{len(made)}", url, **options))
        return made[-1]

    yield make
    for each in made:
        each.engine.dispose()
