"""Encrypted columns in Alembic migrations, which hold no key and need none.

One line in ``env.py``, ``import safeguards.sqlalchemy.alembic``, and autogenerate renders columns as plain
binary ones, search indexes as ``op.create_search_index`` and a column that is to be encrypted as
``op.encrypt_column``; a rendered migration runs without the models and without a keyring.
"""

from __future__ import annotations

from safeguards.plugins import require

require("alembic", "alembic")

# They register themselves with Alembic.
from safeguards.sqlalchemy.alembic import (  # noqa: E402
    autogenerate,  # noqa: F401
    encryption,  # noqa: F401
    guards,  # noqa: F401
    render,  # noqa: F401
    search,  # noqa: F401
    sqlite,  # noqa: F401
)
from safeguards.sqlalchemy.alembic.guards import MigrationRefused  # noqa: E402
from safeguards.sqlalchemy.alembic.operations import (  # noqa: E402
    CreateSearchIndexOp,
    DropSearchIndexOp,
    EncryptColumnOp,
    GuardCiphertextsOp,
    UnencryptColumnOp,
)

__all__ = [
    "CreateSearchIndexOp",
    "DropSearchIndexOp",
    "EncryptColumnOp",
    "GuardCiphertextsOp",
    "MigrationRefused",
    "UnencryptColumnOp",
]
