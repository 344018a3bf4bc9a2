"""The proposals as a unified diff: against the models' own source, or as a new module or pipeline file."""

from __future__ import annotations

import difflib
import inspect
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from types import ModuleType

from sqlalchemy import Table

from safeguards.cli.columns import imported
from safeguards.cli.scanning.models import tables_of
from safeguards.cli.scanning.new_model import TableModel, module, reflected
from safeguards.cli.scanning.patch import Source
from safeguards.cli.scanning.result import Result
from safeguards.errors import InputError
from safeguards.tables import open_database

NEW_MODELS = "models.py"
NEW_PIPELINE = "pipeline.toml"


def diff(result: Result, models: str | None, target: str) -> str:
    """Return what would declare every proposal, for ``git apply``; empty where there is none.

    Raises:
        InputError: the models' source cannot be read.
    """
    if models is not None:
        return _of_models(result, models)
    if result.database:
        return _new(NEW_MODELS, _module(result, target))
    return _new(NEW_PIPELINE, _pipeline(result))


def _of_models(result: Result, models: str) -> str:
    proposals = {table.table: _proposals(result, table.table) for table in result.tables}
    named = imported(models)
    wanted = [table for table in tables_of(named) if proposals.get(table.fullname)]
    parts, done = [], set()
    for path in _sources(named):
        text = _read(path)
        source = Source(text)
        for table in wanted:
            for column, proposal in proposals[table.fullname].items():
                if (table.fullname, column) not in done and source.declare(table.name, column, proposal):
                    done.add((table.fullname, column))
        parts.append(_unified(path, text, source.patched()))
    missed = [
        f"# {table.fullname}.{column}: declare it as {proposal}\n"
        for table in wanted
        for column, proposal in proposals[table.fullname].items()
        if (table.fullname, column) not in done
    ]
    return "".join([*parts, *missed])


def _read(path: Path) -> str:
    """Return a source as it is, its line ends too: a patch has to fit."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        raise InputError(f"--diff reads sources in UTF-8, and {path.name} is none") from None


def _proposals(result: Result, table: str) -> dict[str, str]:
    """Return the proposals of a table by column, those for what is protected already left out."""
    found: dict[str, str] = {}
    for scanned in result.tables:
        for finding in scanned.findings if scanned.table == table else ():
            if finding.proposal and finding.protection is None:
                found.setdefault(finding.verdict.table_column, finding.proposal)
    return found


def _sources(models: object) -> list[Path]:
    """Return the source files of the mapped classes, the module that was named first."""
    registry = getattr(models, "registry", None)
    classes = [mapper.class_ for mapper in registry.mappers] if registry is not None else [models]
    modules: list[ModuleType | None] = [sys.modules.get(getattr(each, "__module__", "")) for each in classes]
    if isinstance(models, Table) or not hasattr(models, "__module__"):
        modules = [_holder(models)]
    files = [inspect.getsourcefile(each) for each in dict.fromkeys(modules) if each is not None]
    found = [Path(name) for name in dict.fromkeys(files) if name]
    if not found:
        raise InputError("--diff cannot find the source of these models; name a class or a base of a module")
    return found


def _holder(models: object) -> ModuleType | None:
    """Return the module that holds an object, where the object does not say."""
    return next(
        (each for each in list(sys.modules.values()) if models in list(vars(each).values()) and _own(each)),
        None,
    )


def _own(each: ModuleType) -> bool:
    return bool(getattr(each, "__file__", None)) and "site-packages" not in str(each.__file__)


def _module(result: Result, target: str) -> str:
    url = target if "://" in target else f"sqlite:///{target}"
    with closing(open_database(url)) as database:
        models: list[TableModel] = []
        for table in result.tables:
            proposals = _proposals(result, table.table)
            if proposals:
                schema, name = database.source(table.table).place
                models.append(reflected(database.engine, schema, name, proposals))
    return module(models, result.target) if models else ""


def _pipeline(result: Result) -> str:
    columns: dict[str, None] = {}
    for table, finding in result.findings:
        if finding.proposal and not table.of_database:
            columns.setdefault(finding.proposal)
    if not columns:
        return ""
    head = [
        "# What `safeguards scan` proposes: review it before use.",
        f"domain = {json.dumps('exports')}",
        "",
    ]
    return "\n".join([*head, "[columns]", *_once(columns)]) + "\n"


def _once(lines: Iterable[str]) -> list[str]:
    """Return one line for each key: files may share column names."""
    found: Mapping[str, str] = {line.partition(" = ")[0]: line for line in reversed(list(lines))}
    return list(reversed(list(found.values())))


def _new(name: str, text: str) -> str:
    if not text:
        return ""
    return "".join(_lines(difflib.unified_diff([], _split(text), "/dev/null", f"b/{name}")))


def _unified(path: Path, before: str, after: str) -> str:
    name = os.path.relpath(path).replace(os.sep, "/")
    lines = difflib.unified_diff(_split(before), _split(after), f"a/{name}", f"b/{name}")
    return "".join(_lines(lines))


def _split(text: str) -> list[str]:
    """Return the lines as git counts them: a form feed or a separator of Unicode ends none."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _lines(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
