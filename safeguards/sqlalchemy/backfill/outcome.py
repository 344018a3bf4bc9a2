"""What a job did: counts and names, never values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import String

from safeguards.keys.registry import DEFAULT
from safeguards.sqlalchemy.backfill.column_plan import ColumnPlan


@dataclass(frozen=True, slots=True)
class ColumnOutcome:
    """One column after a job.

    ``values`` are those that are not NULL, ``encrypted`` those that this run encrypted; ``seconds`` is the
    time for the column. ``model`` is the declaration under which an ORM model reads it.
    """

    column: str
    field: str
    state: str
    rows: int
    values: int
    encrypted: int
    seconds: float
    type_before: str
    replaced_indexes: tuple[str, ...]
    unique: bool
    model: str
    notes: tuple[str, ...]

    @classmethod
    def done(cls, plan: ColumnPlan, rows: int, values: int, encrypted: int, seconds: float) -> ColumnOutcome:
        """Return the outcome of a plan that was carried out."""
        notes = _to_do(plan)
        dropped = [] if plan.kind.search else [f"index {i.name} was dropped" for i in plan.facts.indexes]
        return cls._of(plan, "done", rows, values, encrypted, seconds, [*dropped, *notes])

    @classmethod
    def untouched(cls, plan: ColumnPlan) -> ColumnOutcome:
        """Return the outcome for a column that was encrypted before."""
        return cls._of(plan, "already encrypted", 0, 0, 0, 0.0, [])

    @classmethod
    def _of(
        cls,
        plan: ColumnPlan,
        state: str,
        rows: int,
        values: int,
        encrypted: int,
        seconds: float,
        notes: list[str],
    ) -> ColumnOutcome:
        return cls(
            column=plan.facts.label,
            field=str(plan.kind.field),
            state=state,
            rows=rows,
            values=values,
            encrypted=encrypted,
            seconds=round(seconds, 3),
            type_before=plan.facts.sql_type,
            replaced_indexes=tuple(index.name for index in plan.facts.indexes),
            unique=plan.unique,
            model=model_line(plan),
            notes=(*plan.facts.notes, *notes),
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole job: its columns, how traces of plaintext were erased, and where some may remain."""

    columns: tuple[ColumnOutcome, ...]
    erased: tuple[str, ...]
    remaining: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return the outcome as JSON data."""
        return asdict(self)


def _to_do(plan: ColumnPlan) -> list[str]:
    """Return what the job leaves to the application."""
    if not plan.kind.cipher.beside:
        return []
    return [
        "its n-grams are not there yet: make the side table (create_all, or a migration) and call "
        "rebuild_ngrams(engine, column); until then contains() misses these rows"
    ]


def model_line(plan: ColumnPlan) -> str:
    """Return the column's declaration in a SQLAlchemy model."""
    kind = plan.kind
    options = [repr(str(kind.field))]
    if type(kind.type) is not String:
        options.append(type(kind.type).__name__)
    if kind.item is not None:
        options.append(f"item={kind.item!r}")
    if kind.search is not None:
        options.append(f"search={kind.search!r}")
    if kind.keyring != DEFAULT:
        options.append(f"keyring={kind.keyring!r}")
    others = {"pad": kind.pad, "compress": kind.compress, "subject": kind.subject}
    options.extend(f"{name}={value!r}" for name, value in others.items() if value is not None)
    if kind.tags_outlive_subject:
        options.append("tags_outlive_subject=True")
    unique = ", unique=True" if plan.unique else ""
    required = "" if plan.facts.nullable else ", nullable=False"
    return f"mapped_column({plan.target.column!r}, Encrypted({', '.join(options)}){unique}{required})"
