"""The further use is assessed: evidence, what is unknown, and no verdict."""

from __future__ import annotations

import json
from importlib.resources import files

from safeguards.demo.act import Act, Progress
from safeguards.demo.folder import Folder
from safeguards.further_use import Assessment, Record, dossier
from safeguards.report import LANGUAGES, render

_FILES = files("safeguards.demo") / "files"


def judge(folder: Folder, progress: Progress) -> Act:
    """Write policy and declaration, gather the evidence, and write record and dossiers."""
    for file in (folder.policy, folder.assessment):
        file.write_text((_FILES / file.name).read_text("utf-8"), "utf-8")
    with progress("gathering evidence") as advance:
        record = Assessment.load(folder.assessment).run(advance)
    folder.record.write_text(json.dumps(record.document(), ensure_ascii=False, indent=2), "utf-8")
    for lang in LANGUAGES:
        folder.dossiers[lang].write_text(render(dossier(record), lang), "utf-8")
    return Act("assessed", _said(record), folder.record)


def publish(folder: Folder) -> Act:
    """Say where the dossiers are."""
    names = " and ".join(file.name for file in folder.dossiers.values())
    return Act("written", f"{names}, for a privacy officer to read", folder.dossiers["ko"])


def _said(record: Record) -> str:
    smallest = f"smallest group k={record.risk.k}, " if record.risk else ""
    return (
        f"{len(record.evidence)} pieces of evidence: {smallest}{len(record.stops)} stops, "
        f"{len(record.unknown)} unknown; a person decides (assess would end with {record.exit_code})"
    )
