"""Everything that an assessment knows, gathered once, and the means to word evidence about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from safeguards import __version__
from safeguards.further_use.declaration import Declaration
from safeguards.further_use.evidence import Evidence, Factor, Grade, Status
from safeguards.further_use.manifest import Manifest
from safeguards.further_use.reading import Reading
from safeguards.further_use.wording import listed
from safeguards.items import ENTITIES, get
from safeguards.items.item import LegalClass, Role
from safeguards.policy import INTERNAL, Policy, PolicyItem, Purpose, Recipient
from safeguards.report import Text

TOOLKIT = f"safeguards {__version__}"
NOWHERE = Text("선언 파일에 없음", "not in the declaration")


@dataclass(frozen=True, slots=True)
class UsedColumn:
    """A column of the output: its item where that is known, and what the manifest says was done to it.

    ``settings`` are those of the last transform.
    """

    name: str
    item: PolicyItem | None
    transforms: tuple[str, ...]
    transform: str | None
    settings: Mapping[str, object]

    @property
    def role(self) -> Role | None:
        """What its item means for re-identification; None for an item that only the policy knows."""
        return get(self.item.id).role if self.item and self.item.id in ENTITIES else None


@dataclass(frozen=True)
class Case:
    """The declaration, the policies, the manifest and what was read from the output."""

    declaration: Declaration
    policy: Policy
    policy_then: Policy | None
    manifest: Manifest | None
    reading: Reading
    time: str
    output_sha256: str | None

    @cached_property
    def original(self) -> Purpose | None:
        """The purpose of collection as the policy registers it."""
        return self.policy.purpose(self.declaration.collection.purpose)

    @cached_property
    def use(self) -> Purpose | None:
        """The purpose of the use as the policy registers it."""
        return self.policy.purpose(self.declaration.use.purpose)

    @cached_property
    def recipient(self) -> Recipient | None:
        """The registered recipient, None for a use inside the controller or an unregistered name."""
        name = self.declaration.use.recipient
        return self.policy.recipient(name) if name not in {None, INTERNAL} and name else None

    @cached_property
    def columns(self) -> tuple[UsedColumn, ...]:
        """The columns of the output, in its order."""
        return tuple(self._column(name) for name in self.reading.columns)

    def of_class(self, *classes: LegalClass) -> list[UsedColumn]:
        """Return the output's columns whose item is of one of these legal classes."""
        return [column for column in self.columns if column.item and column.item.legal_class in classes]

    def item_names(self, items: Mapping[str, None] | list[str]) -> Text:
        """Return the names of items in both languages."""
        known = [self.policy.item(item) for item in items]
        return Text(listed(i.name_ko for i in known if i), listed(i.name_en for i in known if i))

    def policy_source(self, policy: Policy | None = None) -> Text:
        """Return where a claim about a policy comes from."""
        return Text.same((policy or self.policy).file.rpartition("/")[2])

    @staticmethod
    def policy_version(policy: Policy) -> str:
        """Return a policy's version and the beginning of its hash."""
        return f"{policy.version} (sha256 {policy.hash[:12]})"

    def _column(self, name: str) -> UsedColumn:
        made = self.manifest.column(name) if self.manifest else None
        declared = self.declaration.columns.get(name)
        item = self.policy.item(declared) if declared else None
        if made is None:
            return UsedColumn(name, item, (), None, {})
        return UsedColumn(name, item, made.transforms, made.transform, made.settings)


class Writer:
    """Words evidence about one factor: fills in time, version and source by grade."""

    def __init__(self, case: Case, factor: Factor) -> None:
        self._case = case
        self._factor = factor

    def unknown(self, name: str, claim: Text, looked: Text = NOWHERE) -> Evidence:
        """Say that nothing was found, and where it was looked for."""
        return self._evidence(name, Status.UNKNOWN, None, claim, looked, TOOLKIT)

    def declared(self, name: str, status: Status, claim: Text, stop: bool = False) -> Evidence:
        """Quote the assessment file."""
        source = Text.same(self._case.declaration.file.name)
        by = f"{self._case.declaration.use.requester}"
        quoted = Text(f"{source.ko}, 요청자 {by}", f"{source.en}, requester {by}")
        return self._evidence(name, status, Grade.DECLARED, claim, quoted, TOOLKIT, stop=stop)

    def policy(
        self, name: str, status: Status, claim: Text, policy: Policy | None = None, stop: bool = False
    ) -> Evidence:
        """Quote a policy; a fact that it marks as not confirmed is the caller's to leave unknown."""
        policy = policy or self._case.policy
        grade = None if status is Status.UNKNOWN else Grade.OBSERVED
        source, version = self._case.policy_source(policy), self._case.policy_version(policy)
        return self._evidence(name, status, grade, claim, source, version, stop=stop)

    def manifest(self, name: str, status: Status, claim: Text, stop: bool = False) -> Evidence:
        """Quote the manifest."""
        manifest = self._case.manifest
        source = Text.same(manifest.file if manifest else "-")
        version = manifest.version if manifest else TOOLKIT
        return self._evidence(name, status, Grade.OBSERVED, claim, source, version, stop=stop)

    def tested(self, name: str, status: Status, claim: Text, sample: int, stop: bool = False) -> Evidence:
        """Report what reading the output itself showed."""
        grade = None if status is Status.UNKNOWN else Grade.TESTED
        source = Text.same(self._case.declaration.output_file)
        return self._evidence(name, status, grade, claim, source, TOOLKIT, sample=sample, stop=stop)

    def _evidence(
        self,
        name: str,
        status: Status,
        grade: Grade | None,
        claim: Text,
        source: Text,
        version: str,
        *,
        sample: int | None = None,
        stop: bool = False,
    ) -> Evidence:
        identity = f"{self._factor.value}.{name}"
        return Evidence(
            identity, self._factor, status, grade, claim, source, self._case.time, version, sample, stop
        )
