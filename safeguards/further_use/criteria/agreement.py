"""Whether manifest, declaration and output speak of the same table."""

from __future__ import annotations

from safeguards.further_use.case import Case, Writer
from safeguards.further_use.evidence import Evidence, Status
from safeguards.further_use.manifest import Manifest
from safeguards.further_use.wording import listed
from safeguards.report import Text


def gather(case: Case, manifest: Manifest, write: Writer) -> list[Evidence]:
    """Compare schema, rows, bytes, carried manifest, input columns, items and purpose."""
    return [
        _output(case, manifest, write),
        *_file(case, manifest, write),
        *_carried(manifest, write),
        _input(case, manifest, write),
        *_items(case, manifest, write),
        *_purpose(case, manifest, write),
    ]


def _output(case: Case, manifest: Manifest, write: Writer) -> Evidence:
    reading = case.reading
    stated = manifest.output_columns
    # CSV and JSON lines keep no types: only names can be compared there.
    same = reading.schema == stated if reading.typed else reading.columns == tuple(name for name, _ in stated)
    if not same or reading.rows != manifest.rows:
        changed = (
            {name for name, _ in {*reading.schema} ^ {*stated}}
            if reading.typed
            else {*reading.columns} ^ {name for name, _ in stated}
        )
        claim = Text(
            f"결과가 처리 기록과 다르다: 행 {reading.rows:,}개(기록 {manifest.rows:,}개), 다른 열 "
            f"{listed(sorted(changed))}.",
            f"The output differs from the manifest: {reading.rows:,} rows (manifest {manifest.rows:,}), "
            f"differing columns {listed(sorted(changed))}.",
        )
        return write.tested("output", Status.CONFLICT, claim, reading.rows)
    claim = Text(
        f"결과의 열과 행의 수({reading.rows:,})가 처리 기록과 같다.",
        f"Columns and number of rows ({reading.rows:,}) of the output are those of the manifest.",
    )
    return write.tested("output", Status.SUPPORTS, claim, reading.rows)


def _file(case: Case, manifest: Manifest, write: Writer) -> list[Evidence]:
    if case.output_sha256 is None:
        return []
    if case.output_sha256 == manifest.output_sha256:
        claim = Text(
            "결과 파일이 처리 기록이 만들어진 뒤 바뀌지 않았다(sha256).",
            "The output is byte for byte the file that the manifest was made for (sha256).",
        )
        return [write.tested("file", Status.SUPPORTS, claim, case.reading.rows)]
    claim = Text(
        "결과 파일이 처리 기록에 적힌 파일과 다르다: 기록이 만들어진 뒤 내용이 바뀌었다(sha256).",
        "The output is another file than the manifest was made for: its bytes changed since (sha256).",
    )
    return [write.tested("file", Status.CONFLICT, claim, case.reading.rows)]


def _carried(manifest: Manifest, write: Writer) -> list[Evidence]:
    if not manifest.differs:
        return []
    claim = Text(
        "결과 파일 안에 담긴 처리 기록이 제시된 처리 기록과 다르다.",
        "The manifest that the output carries inside differs from the manifest file named.",
    )
    return [write.manifest("carried_manifest", Status.CONFLICT, claim)]


def _input(case: Case, manifest: Manifest, write: Writer) -> Evidence:
    declared, read = set(case.declaration.columns), set(manifest.input_columns)
    if declared != read:
        claim = Text(
            "선언된 입력 열과 처리 기록의 입력 열이 다르다: 기록에만 있는 열 "
            f"{listed(sorted(read - declared))}, "
            f"선언에만 있는 열 {listed(sorted(declared - read))}.",
            "The declared input differs from the manifest's: only in the manifest "
            f"{listed(sorted(read - declared))}, "
            f"only declared {listed(sorted(declared - read))}.",
        )
        return write.manifest("input", Status.CONFLICT, claim)
    claim = Text(
        f"선언된 입력 열 {len(declared)}개가 처리 기록의 입력 열과 같다.",
        f"The {len(declared)} declared columns of the input are those of the manifest.",
    )
    return write.manifest("input", Status.SUPPORTS, claim)


def _items(case: Case, manifest: Manifest, write: Writer) -> list[Evidence]:
    declared = case.declaration.columns
    other = [
        name
        for name, made in manifest.made.items()
        if {made.item, *made.other_items} - {None, declared.get(name)}
    ]
    if not other:
        return []
    claim = Text(
        f"선언된 항목과 처리 기록의 항목이 다른 열이 있다: {listed(other)}.",
        f"The declared item differs from the manifest's in these columns: {listed(other)}.",
    )
    return [write.manifest("items", Status.CONFLICT, claim)]


def _purpose(case: Case, manifest: Manifest, write: Writer) -> list[Evidence]:
    stated, use = manifest.purpose, case.declaration.use
    if stated is None:
        return []
    names = {use.purpose}
    if case.use:
        names |= {case.use.name_ko, case.use.name_en}
    if use.name:
        names |= {use.name.ko, use.name.en}
    same = stated in names
    claim = (
        Text(
            f"처리 기록의 목적이 이용 목적과 같다: {stated}.",
            f"The manifest states the purpose of this use: {stated}.",
        )
        if same
        else Text(
            f"처리 기록의 목적({stated})이 이용 목적({use.purpose})과 다르다.",
            f"The manifest states another purpose ({stated}) than this use ({use.purpose}).",
        )
    )
    return [write.manifest("purpose", Status.SUPPORTS if same else Status.CONFLICT, claim)]
