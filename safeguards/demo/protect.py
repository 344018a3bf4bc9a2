"""Find, encrypt, prove: the acts on the service's own database."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import create_engine

import safeguards
from safeguards.demo import service
from safeguards.demo.act import Act, NotKept, Progress
from safeguards.demo.folder import Folder
from safeguards.demo.models import Base
from safeguards.demo.people import people
from safeguards.demo.search_bytes import values_in
from safeguards.detection import Detector
from safeguards.detection.scan import Finding, scan
from safeguards.pseudonyms.domain import PSEUDONYMS
from safeguards.sqlalchemy.backfill import encrypt_in_place, targets_of
from safeguards.tables import open_database


def build(folder: Folder, rows: int, seed: int, progress: Progress) -> Act:
    """Make the service as it stood."""
    with progress("inventing members") as advance:
        made = service.build(folder.url, rows, seed, advance)
    said = (
        f"{made.members:,} invented members, {made.orders:,} orders and {made.complaints:,} complaints "
        "in plain text"
    )
    return Act("built", said, folder.database)


def find(folder: Folder, progress: Progress) -> Act:
    """Scan the database and write down the findings."""
    detector, findings, columns = Detector(), [], 0
    with open_database(folder.url) as database, progress("scanning") as advance:
        tables = database.tables()
        for done, table in enumerate(tables, 1):
            scanned = scan(database.source(table), detector)
            findings += [finding for finding in scanned.findings if finding.found]
            columns += len(scanned.findings)
            advance(done, len(tables))
    document = [_document(finding) for finding in findings]
    folder.findings.write_text(json.dumps(document, ensure_ascii=False, indent=2), "utf-8")
    must = [f"{finding.table}.{finding.verdict.column}" for finding in findings if finding.must_encrypt]
    said = f"personal data in {len(findings)} of {columns} columns; to be encrypted by law: {', '.join(must)}"
    return Act("found", said, folder.findings)


@contextmanager
def keyrings(folder: Folder) -> Iterator[safeguards.Keyring]:
    """Make the data's keyring and, apart from it, the pseudonyms'; forget both afterwards."""
    made = {
        "default": (folder.keys, folder.master_key),
        PSEUDONYMS: (folder.pseudonym_keys, folder.pseudonym_master_key),
    }
    with ExitStack() as stack:
        rings: dict[str, safeguards.Keyring] = {}
        for name, (store, key) in made.items():
            ring = stack.enter_context(safeguards.Keyring.create(f"sqlite:///{store}", f"local:{key}"))
            rings[name] = ring
            safeguards.use(ring, name)
            stack.callback(safeguards.use, None, name)
        yield rings["default"]


def keys(folder: Folder) -> Act:
    """Say where the keys are."""
    said = f"wrapped by {folder.master_key.name}, which only its owner reads; pseudonyms have keys apart"
    return Act("made keys", said, folder.keys)


def encrypt(folder: Folder, progress: Progress) -> Act:
    """Encrypt every column that the service's models declare, where it stands."""
    engine = create_engine(folder.url, hide_parameters=True)
    try:
        outcome = encrypt_in_place(engine, targets_of(Base), progress=progress)
    finally:
        engine.dispose()
    values, seconds = (sum(getattr(each, what) for each in outcome.columns) for what in ("values", "seconds"))
    said = f"{values:,} values of {len(outcome.columns)} columns in place, in {seconds:.0f} s"
    return Act("encrypted", said, folder.database)


def traces(folder: Folder, rows: int, seed: int) -> Callable[[], int]:
    """Return a byte search of the database's files for every name, number, address and complaint."""
    wanted = set(_values(rows, seed)) | set(service.letters(rows, seed))
    files = [folder.database.with_name(folder.database.name + tail) for tail in ("", "-wal", "-journal")]
    return lambda: sum(values_in(file, wanted) for file in files if file.is_file())


def prove(folder: Folder, before: int, after: int) -> Act:
    """Compare the byte search of the files before and after."""
    if after or not before:
        raise NotKept(f"plaintext stands in {after} places of the database's files; before, in {before}")
    said = f"names, numbers, addresses and complaints stood in {before:,} places of the raw file; now in none"
    return Act("searched", said, folder.database)


def _values(rows: int, seed: int) -> Iterator[str]:
    for person in people(rows, seed):
        values = (person.name, person.rrn, person.phone, person.email, person.address)
        yield from values
        yield from filter(None, (person.driver_licence, person.passport))


def _document(finding: Finding) -> dict[str, object]:
    verdict = finding.verdict
    return {
        "table": finding.table,
        "column": verdict.column,
        "items": [item.id for item in finding.items],
        "confidence": verdict.confidence,
        "share": verdict.share,
        "reason": verdict.reason,
        "legal_class": finding.legal_class.value if finding.legal_class else None,
        "must_encrypt": finding.must_encrypt,
        "proposal": finding.proposal,
    }
