"""Jobs on existing rows: encryption in place and re-encryption, on SQLite, PostgreSQL and MariaDB."""

from safeguards.sqlalchemy.backfill.job import encrypt_in_place, plan
from safeguards.sqlalchemy.backfill.outcome import ColumnOutcome, Outcome
from safeguards.sqlalchemy.backfill.reencryption import Reencrypted, reencrypt
from safeguards.sqlalchemy.backfill.target import Target, targets_of
from safeguards.sqlalchemy.backfill.undo import Decrypted, decrypt_in_place

__all__ = [
    "ColumnOutcome",
    "Decrypted",
    "Outcome",
    "Reencrypted",
    "Target",
    "decrypt_in_place",
    "encrypt_in_place",
    "plan",
    "reencrypt",
    "targets_of",
]
