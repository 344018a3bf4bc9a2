"""The safety check of a further use: load what is declared, gather evidence, leave the decision to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from safeguards.errors import InputError
from safeguards.further_use.case import Case
from safeguards.further_use.criteria import CRITERIA
from safeguards.further_use.decision import binding, objections
from safeguards.further_use.declaration import DEFAULT_MINIMUM_K, Declaration
from safeguards.further_use.manifest import read_manifest
from safeguards.further_use.reading import Advance, Looks, read_output
from safeguards.further_use.record import Record
from safeguards.further_use.statements import answer
from safeguards.further_use.subject import subject
from safeguards.pipeline import digest
from safeguards.policy import Policy
from safeguards.tables import open_file

BIRTH = "birth_date"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A further use to check against a policy (Act 15(3), 17(4); Decree 14-2)."""

    declaration: Declaration
    policy: Policy
    policy_then: Policy | None

    @classmethod
    def load(cls, path: str | Path) -> Assessment:
        """Read an assessment file and the policies that it names, relative to its own folder.

        Raises:
            InputError: one line naming the file, the key and what it needs.
        """
        declaration = Declaration.load(path)
        policy = Policy.load(declaration.beside(declaration.policy_file))
        older = declaration.collection.policy_file
        for column, item in declaration.columns.items():
            if policy.item(item) is None:
                raise InputError(
                    f"{path}: input.columns.{column}: {item} is no item of the toolkit or of "
                    f"{declaration.policy_file}; declare it there under [[items]]"
                )
        return cls(declaration, policy, Policy.load(declaration.beside(older)) if older else None)

    def files(self) -> tuple[Path, ...]:
        """Return every file that this assessment reads."""
        declaration = self.declaration
        named = (
            declaration.policy_file,
            declaration.collection.policy_file,
            declaration.output_file,
            declaration.manifest_file,
        )
        return (declaration.file, *(declaration.beside(name) for name in named if name))

    def run(self, advance: Advance | None = None) -> Record:
        """Read the output and its manifest and return the record; ``advance`` is told the rows read so far.

        Raises:
            InputError: the output, its manifest or a column named is missing or damaged.
        """
        case = self._case(advance)
        gathered = [one for criterion in CRITERIA.values() for one in criterion(case)]
        declaration, bound_to = self.declaration, binding(case)
        decision, use = declaration.decision, declaration.use
        return Record(
            title=declaration.title,
            time=case.time,
            subject=subject(case),
            evidence=answer(gathered, declaration.statements, declaration.file.name),
            columns=case.columns,
            risk=case.reading.risk,
            fingerprint=bound_to,
            decision=decision,
            objections=objections(decision, bound_to, use.day, use.continuing) if decision else (),
            minimum_k=declaration.minimum_k or DEFAULT_MINIMUM_K,
            rows=case.reading.rows,
        )

    def _case(self, advance: Advance | None) -> Case:
        declaration = self.declaration
        path = declaration.beside(declaration.output_file)
        output = open_file(path)
        named = declaration.manifest_file
        manifest = read_manifest(declaration.beside(named) if named else None, output)
        looks = Looks(
            declaration.quasi_identifiers,
            declaration.person,
            [column for column, item in declaration.columns.items() if item == BIRTH],
            declaration.collection.day or declaration.use.day,
        )
        reading = read_output(output, manifest, looks, advance)
        time = datetime.now(UTC).isoformat(timespec="seconds")
        found = digest(path) if manifest and manifest.output_sha256 else None
        return Case(declaration, self.policy, self.policy_then, manifest, reading, time, found)
