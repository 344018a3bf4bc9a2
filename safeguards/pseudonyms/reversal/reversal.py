"""Going back: from pseudonyms to values, and from one domain's or epoch's pseudonyms to another's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from safeguards.audit import Sink
from safeguards.keys import Keyring
from safeguards.pseudonyms.domain import Domain, as_domain
from safeguards.pseudonyms.reversal import changing, grounds, linking, mapping, rates
from safeguards.pseudonyms.reversal.changing import Metadata
from safeguards.pseudonyms.reversal.given import Advance, Given, Path_, given, given_file
from safeguards.pseudonyms.reversal.permit import Ground, Permit
from safeguards.pseudonyms.reversal.rates import Rate
from safeguards.pseudonyms.reversal.task import Task
from safeguards.pseudonyms.transform import Transform
from safeguards.tables import Source

REVERSE, PREVIEW, RELINK = "pseudonyms.reverse", "pseudonyms.preview", "pseudonyms.relink"
MATCH, EPOCHS = "pseudonyms.match", "pseudonyms.map_epochs"

Columns = Mapping[str, Transform]


class Reversal:
    """Who goes back from pseudonyms, for what and why; each use is in the record before it shows anything.

    The sink gets the intent before the keys are taken, and the outcome, in counts, before the result is
    handed out or the file gets its name; of a reader, each batch before it is handed out. A sink that fails
    ends the use, and no more is shown. Events hold names of columns, transforms and domains, counts and key
    ids: no value, and no name of a file.

    Throughout, ``columns`` says how each column was made, ``domain`` in which scope, and ``key_id`` is the id
    of the root key that the manifest states; without it, the keyring that this process uses for the domain
    tells. Columns not named pass as they are. What a transform reads beside its own column must stand there
    as it came in, or be taken back in the same call.

    Args:
        keyring: the reversing keyring, in hand.
        actor: who goes back, one account a person.
        purpose: what for.
        reason: why now, such as a case's number; it goes into the record as it is, so name no person.
        sink: takes the events, such as ``safeguards.audit.JsonLinesSink("reversals.jsonl")``.
        ground: what opens pseudonyms of research; see :mod:`safeguards.pseudonyms.reversal.grounds`.

    Raises:
        InputError: one of them is missing: without a sink there is no reversal.
    """

    def __init__(
        self,
        *,
        keyring: Keyring,
        actor: str,
        purpose: str,
        reason: str,
        sink: Sink,
        ground: Ground | None = None,
    ) -> None:
        self.permit = Permit(keyring, actor, purpose, reason, sink, ground)

    def __repr__(self) -> str:
        return repr(self.permit).replace("Permit", "Reversal", 1)

    def reverse(
        self, data: Any, columns: Columns | Transform, domain: str | Domain, *, key_id: int | None = None
    ) -> Any:
        """Return ``data`` with values in place of pseudonyms, the same kind as it is.

        Args:
            data: an Arrow table, batch or reader, or a pandas or polars frame; with one transform in place of
                ``columns``, an Arrow array. It is not changed.
            columns: how each column was made.
            domain: the scope of the pseudonyms.
            key_id: the id of the key that they were made with.

        Raises:
            InputError: a column was made one-way or holds what is no pseudonym, or the regime forbids it.
            KeyringError: the keyring in hand is another than the one that made the pseudonyms.
            Unrecorded: the sink failed; nothing is shown.
        """
        domain = as_domain(domain)
        rows = given(data, columns)
        grounds.check_showing(domain, self.permit, rows.count)
        return changing.changed(Task(REVERSE, self.permit, rows.columns, domain, key_id), rows)

    def relink(
        self,
        data: Any,
        columns: Columns | Transform,
        domain: str | Domain,
        to: str | Domain,
        *,
        key_id: int | None = None,
    ) -> Any:
        """Return ``data`` with the pseudonyms that its values have in the domain or epoch ``to``.

        No value is shown on the way. The keyring of ``to`` is the one in hand where both domains name one
        keyring, and otherwise the one in use here under its name.

        Raises:
            InputError, KeyringError, Unrecorded: as ``reverse``.
        """
        domain, to = as_domain(domain), as_domain(to)
        rows = given(data, columns)
        grounds.check_linking(domain, to, self.permit, rows.count)
        return changing.changed(Task(RELINK, self.permit, rows.columns, domain, key_id, to), rows)

    def reverse_file(
        self,
        source: Path_ | Source,
        target: Path_,
        columns: Columns,
        domain: str | Domain,
        *,
        key_id: int | None = None,
        metadata: Metadata | None = None,
        advance: Advance | None = None,
    ) -> int:
        """Write values in place of pseudonyms of a file, or of a table of a database, into a file.

        Memory does not grow with the file. The target appears when all of it is written and recorded, or
        never. ``safeguards.pipeline.reverse_file`` takes columns, domain and key from the manifest.

        Args:
            source: a path, or a source of :mod:`safeguards.tables`.
            target: a path; its ending says the kind of file.
            columns: how each column was made.
            domain: the scope of the pseudonyms.
            key_id: the id of the key that they were made with.
            metadata: called at the end; goes into a Parquet file's own.
            advance: called with rows done, and their total where it is known.

        Returns the number of rows.

        Raises:
            InputError, KeyringError, Unrecorded: as ``reverse``.
        """
        domain = as_domain(domain)
        grounds.check_showing(domain, self.permit, None)
        rows = self._given_file(source, target, columns)
        task = Task(REVERSE, self.permit, rows.columns, domain, key_id)
        return changing.written(task, rows, target, metadata, advance)

    def relink_file(
        self,
        source: Path_ | Source,
        target: Path_,
        columns: Columns,
        domain: str | Domain,
        to: str | Domain,
        *,
        key_id: int | None = None,
        metadata: Metadata | None = None,
        advance: Advance | None = None,
    ) -> int:
        """Write a file anew with the pseudonyms of the domain or epoch ``to``; as ``reverse_file``.

        Raises:
            InputError, KeyringError, Unrecorded: as ``reverse``.
        """
        domain, to = as_domain(domain), as_domain(to)
        grounds.check_linking(domain, to, self.permit, None)
        rows = self._given_file(source, target, columns)
        task = Task(RELINK, self.permit, rows.columns, domain, key_id, to)
        return changing.written(task, rows, target, metadata, advance)

    def preview(
        self,
        data: Any,
        columns: Columns | Transform,
        domain: str | Domain,
        *,
        candidates: Any = None,
        key_id: int | None = None,
    ) -> dict[str, Rate]:
        """Count what ``reverse`` would take back, or how many pseudonyms candidates meet; by column.

        Format-preserving pseudonyms hold no proof of their key: every value of the right form counts.

        Args:
            data: as for ``reverse``, or a source of :mod:`safeguards.tables`; a reader is read to its end.
            columns: how each column was made.
            domain: the scope of the pseudonyms.
            candidates: Arrow arrays of original values by column (or one array), for one-way tokens too.
            key_id: the id of the key that they were made with.

        Raises:
            InputError, KeyringError, Unrecorded: as ``reverse``.
        """
        domain = as_domain(domain)
        rows = given(data, columns)
        tried = linking.tried(candidates, rows.columns, isinstance(columns, Transform))
        grounds.check_showing(domain, self.permit, rows.count, *map(len, tried.values()))
        return rates.counted(Task(PREVIEW, self.permit, rows.columns, domain, key_id), rows, tried)

    def match(
        self,
        pseudonyms: Any,
        candidates: Any,
        transform: Transform,
        domain: str | Domain,
        *,
        key_id: int | None = None,
    ) -> pa.Table:
        """Say which pseudonyms are of which candidates: a table of ``row`` and ``candidate``, from 0.

        It is how a key holder goes back from one-way tokens: by trying the people whom they may be of.

        Args:
            pseudonyms: an Arrow array.
            candidates: an Arrow array of original values.
            transform: how the pseudonyms were made.
            domain: their scope.
            key_id: the id of the key that they were made with.

        Raises:
            InputError, KeyringError, Unrecorded: as ``reverse``.
        """
        domain = as_domain(domain)
        rows = given(pseudonyms, transform)
        tried = linking.tried(candidates, rows.columns, bare=True)
        grounds.check_showing(domain, self.permit, rows.count, *map(len, tried.values()))
        task = Task(MATCH, self.permit, rows.columns, domain, key_id)
        return linking.people(task, rows, candidates, transform)

    def mapping(
        self,
        candidates: Any,
        transform: Transform,
        domain: str | Domain,
        to: str | Domain,
        *,
        key_id: int | None = None,
    ) -> pa.Table:
        """Return each pseudonym of the candidates in ``domain``, ``old``, beside that in ``to``, ``new``.

        For one-way tokens, of which only who holds the originals can make those of another domain. Each pair
        stands once, sorted by ``old``, so that its place does not tell whose it is.

        Raises:
            InputError, KeyringError, Unrecorded: as ``reverse``.
        """
        domain, to = as_domain(domain), as_domain(to)
        rows = given(candidates, transform)
        grounds.check_linking(domain, to, self.permit, rows.count)
        mapping.check_pairs(rows, plain=True)
        return mapping.mapped(Task(RELINK, self.permit, rows.columns, domain, key_id, to), rows)

    def map_epochs(
        self,
        source: Path_ | Source,
        target: Path_,
        column: str,
        transform: Transform,
        domain: str | Domain,
        epoch: int,
        *,
        plain: bool = False,
        key_id: int | None = None,
        advance: Advance | None = None,
    ) -> int:
        """Write the pseudonyms of a column, ``old``, beside those of another epoch, ``new``; return how many.

        Reversible pseudonyms are mapped from the pseudonymised data alone, one-way tokens from the data that
        they were made of: ``plain=True``. Each pair stands once, in no order of the source. Memory is bounded
        by a few times 16 MiB, a batch and 1/64 of the pairs; see
        :class:`~safeguards.pseudonyms.reversal.distinct.Distinct`.

        Args:
            source: a file, or a source of :mod:`safeguards.tables`, such as a table of a database.
            target: a file; its ending says its kind.
            column: the column of pseudonyms, or with ``plain`` of original values.
            transform: how the pseudonyms were made.
            domain: their scope, of the epoch that they are of.
            epoch: the other epoch.
            plain: whether the source holds the original values.
            key_id: the id of the key that they were made with.
            advance: called with rows done, and their total where it is known.

        Raises:
            InputError, KeyringError, Unrecorded: as ``reverse``.
        """
        domain = as_domain(domain)
        to = replace(domain, epoch=epoch)
        grounds.check_linking(domain, to, self.permit, None)
        rows = self._given_file(source, target, {column: transform})
        mapping.check_pairs(rows, plain)
        task = Task(EPOCHS, self.permit, rows.columns, domain, key_id, to)
        return mapping.mapped_file(task, rows, target, plain=plain, advance=advance)

    def _given_file(self, source: Path_ | Source, target: Path_, columns: Columns) -> Given:
        rows = given_file(source, target, columns)
        self.permit.refuse_file(getattr(rows.source, "path", None))
        self.permit.refuse_file(target)
        return rows
