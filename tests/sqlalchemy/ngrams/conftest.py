"""Databases with the tables of the models."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine

from safeguards import Keyring
from tests.sqlalchemy.ngrams.models import Base


@pytest.fixture
def engine(ring: Keyring, database_url: str) -> Iterator[Engine]:
    """An engine of each database in turn."""
    engine = create_engine(database_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(ring: Keyring, sqlite_url: str) -> Iterator[Engine]:
    """An engine of SQLite alone, for what all databases have in common."""
    engine = create_engine(sqlite_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()
