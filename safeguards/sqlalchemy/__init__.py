"""Encrypted column types for SQLAlchemy: the ORM, Core, bulk and async paths alike."""

from safeguards.fields import Bucket, Exact, LastDigits, Ngram, Normaliser, Prefix
from safeguards.sqlalchemy import ddl, hygiene, lazy, pseudonym_mapping, recheck, statements  # noqa: F401  they register themselves with SQLAlchemy
from safeguards.sqlalchemy.lifecycle import DualRead, PlaintextRead, plaintext_reads
from safeguards.sqlalchemy.ngrams import ngram_table, rebuild_ngrams
from safeguards.sqlalchemy.password import PasswordHash
from safeguards.sqlalchemy.pseudonym import Pseudonym
from safeguards.sqlalchemy.pseudonymised import Pseudonymised
from safeguards.sqlalchemy.subjects import flush, overwrite  # noqa: F401
from safeguards.sqlalchemy.subjects.bound import for_subject
from safeguards.sqlalchemy.types import Encrypted

__all__ = [
    "Bucket",
    "DualRead",
    "Encrypted",
    "Exact",
    "LastDigits",
    "Ngram",
    "Normaliser",
    "PasswordHash",
    "PlaintextRead",
    "Prefix",
    "Pseudonym",
    "Pseudonymised",
    "for_subject",
    "ngram_table",
    "plaintext_reads",
    "rebuild_ngrams",
]
