"""Encryption of existing rows in place, on SQLite, PostgreSQL and MariaDB."""

from safeguards.sqlalchemy.backfill.job import encrypt_in_place, plan
from safeguards.sqlalchemy.backfill.outcome import ColumnOutcome, Outcome
from safeguards.sqlalchemy.backfill.target import Target, targets_of

__all__ = ["ColumnOutcome", "Outcome", "Target", "encrypt_in_place", "plan", "targets_of"]
