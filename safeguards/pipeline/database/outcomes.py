"""What a pipeline makes of each column, told from its declaration alone, before a row is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from safeguards.errors import InputError
from safeguards.pipeline.detect import Detect
from safeguards.pipeline.nested import paths
from safeguards.pipeline.pseudonymise import Pseudonymise
from safeguards.pseudonyms import Domain, Drop, Keep, Transform

if TYPE_CHECKING:
    from safeguards.pipeline.pipeline import Pipeline


@dataclass(frozen=True)
class Outcome:
    """What becomes of one column.

    ``changes`` are the transforms that change values, in order, each with the domain of its key; ``kind`` is
    the type that comes out, None where the column goes. ``known`` is False after a step that does not tell
    its transforms, and where parts inside have transforms of their own. ``problem`` says why the pipeline
    cannot take such a column.
    """

    column: str
    kind: pa.DataType | None
    longest: int | None = None
    changes: tuple[tuple[Transform, Domain | None], ...] = ()
    known: bool = True
    problem: str | None = None

    @property
    def kept(self) -> bool:
        """Whether values come out as they went in."""
        return self.known and self.kind is not None and not self.changes

    @property
    def dropped(self) -> bool:
        """Whether the column is left out."""
        return self.kind is None and self.problem is None

    @property
    def injective(self) -> bool:
        """Whether different values stay different, whatever the other columns hold."""
        return self.known and all(change.traits.injective and not change.beside for change, _ in self.changes)

    @property
    def length_preserving(self) -> bool:
        """Whether no text becomes longer."""
        return self.known and all(change.traits.length_preserving for change, _ in self.changes)

    @property
    def makes_null(self) -> bool:
        """Whether a value may become NULL."""
        return not self.known or any(change.makes_null for change, _ in self.changes)

    @property
    def told(self) -> str:
        """The transforms, as a message names them; settings may hold values of a column, so only names."""
        if not self.known:
            return "a step or a path whose transforms are not told"
        names = [
            f"{change.name}{f' of {change.item}' if change.item else ''}"
            f"{f' in domain {domain.name!r}' if domain else ''}"
            for change, domain in self.changes
        ]
        return ", then ".join(names) or "keep"

    def apart(self, other: Outcome) -> str:
        """Name the settings that differ, without their values, where the same transforms stand there."""
        pairs = [*zip(self.changes, other.changes, strict=False)]
        names = {
            field.name
            for (mine, _), (yours, _) in pairs
            if type(mine) is type(yours)
            for field in fields(mine)
            if getattr(mine, field.name) != getattr(yours, field.name)
        }
        names |= {"domain" for (_, mine), (_, yours) in pairs if mine != yours}
        return f" (other {', '.join(sorted(names))})" if names and self.told == other.told else ""

    def agrees(self, other: Outcome) -> bool:
        """Say whether equal values have equal results here and there."""
        alone = not any(change.beside for change, _ in (*self.changes, *other.changes))
        return self.known and other.known and alone and self.changes == other.changes


@dataclass(frozen=True)
class Arriving:
    """A column as it comes in: its type, and the most characters of its texts, None for no bound."""

    kind: pa.DataType
    longest: int | None = None


def outcomes(pipeline: Pipeline, columns: Mapping[str, Arriving]) -> dict[str, Outcome]:
    """Return what becomes of each column, and of those that the pipeline names and that are not there."""
    found = {name: Outcome(name, one.kind, one.longest) for name, one in columns.items()}
    for step in pipeline.steps:
        if isinstance(step, Pseudonymise):
            inner = set()
            for name in step.columns.keys() - found.keys():
                if path := paths.resolve(name, found):
                    inner.add(path.column)
                else:
                    found[name] = Outcome(name, None, problem="there is no such column: correct the pipeline")
            found = {
                name: replace(one, longest=None, known=False) if name in inner else _after(step, one)
                for name, one in found.items()
            }
        elif not isinstance(step, Detect):
            found = {name: _unknown(step, one) for name, one in found.items()}
    return found


def _after(step: Pseudonymise, so_far: Outcome) -> Outcome:
    if so_far.kind is None:
        return so_far
    transform = step.columns.get(so_far.column)
    if transform is None:
        if step.unlisted == "refuse":
            problem = 'is not listed: give it a transform, or say unlisted="drop" or "keep"'
            return replace(so_far, kind=None, problem=problem)
        transform = Keep() if step.unlisted == "keep" else Drop()
    if isinstance(transform, Keep):
        return so_far
    try:
        kind = transform.output(so_far.kind)
    except InputError as error:
        return replace(so_far, kind=None, problem=str(error))
    changes = (*so_far.changes, (transform, step.domain if transform.keyed else None))
    return replace(so_far, kind=kind, longest=transform.width(so_far.longest), changes=changes)


def _unknown(step: Any, so_far: Outcome) -> Outcome:
    """A step of another room: where it tells its columns, the others are left alone."""
    touched = getattr(step, "columns", None)
    if so_far.kind is None or (touched is not None and so_far.column not in touched):
        return so_far
    return replace(so_far, longest=None, known=False)
