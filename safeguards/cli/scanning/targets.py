"""What is scanned: a database, a file, or a folder of files."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cache, partial
from pathlib import Path

from safeguards.cli.output import Advance
from safeguards.cli.scanning.result import Result
from safeguards.cli.scanning.settings import Settings
from safeguards.detection import Detector
from safeguards.detection.classify import Classifier
from safeguards.detection.lines import HEAD_BYTES, TextScan, is_binary, scan_text
from safeguards.detection.options import THRESHOLD
from safeguards.detection.scan import TableScan, scan
from safeguards.errors import InputError
from safeguards.items import HOMES
from safeguards.tables import Database, Source, open_database, open_file
from safeguards.tables.decoding import check_encoding
from safeguards.tables.files import KINDS, is_sqlite, kind_of

_PACKED = ("", ".gz", ".zst")
_NO_DATA = frozenset({".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__"})
"""Folders whose texts are nobody's own."""

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")


def scan_target(target: str, settings: Settings, advance: Advance) -> Result:
    """Scan a database URL, a file or a folder.

    Raises:
        InputError: there is no such thing, or an option does not go with it.
    """
    path = Path(target)
    if "://" in target or is_sqlite(path):
        return _scan_database(target, settings, advance)
    if settings.tables:
        raise InputError(f"--table names tables of a database; {target} is none")
    if path.is_dir():
        return _scan_folder(path, settings, advance)
    if not path.exists():
        raise InputError(f"no such file or folder: {target}")
    result = Result(target, False)
    scan_file(path, path.name, settings, result, advance, alone=True)
    return result


def _scan_database(target: str, settings: Settings, advance: Advance) -> Result:
    if settings.encoding is not None:
        raise InputError(f"--encoding goes with text files; {target.partition('://')[0]} is a database")
    if settings.text:
        raise InputError(f"--text goes with folders; {target.partition('://')[0]} is a database")
    with _opened(target) as database:
        result = Result(database.name, True)
        names = settings.tables or tuple(database.tables())
        for done, name in enumerate(names):
            within = part(advance, done, len(names))
            try:
                result.tables.append(_scan_table(database, name, settings, within))
            except InputError as error:
                if settings.tables or len(names) == 1:
                    raise
                result.unread[name] = str(error)
    return result


def _scan_table(
    database: Database,
    name: str,
    settings: Settings,
    advance: Callable[[int, int], None],
    file: str | None = None,
) -> TableScan:
    return scan(database.source(name), settings.detector, settings.sample, file=file, advance=advance)


def _scan_folder(folder: Path, settings: Settings, advance: Advance) -> Result:
    result = Result(str(folder), False)
    files: list[Path] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if _wanted(path, folder, settings):
            files.append(path)
        elif not _NO_DATA.intersection(path.relative_to(folder).parts):
            result.passed_over[_ending(path)] += 1
    if not files:
        raise InputError(
            f"{folder} holds no file to scan; known are {', '.join(KINDS)}, text also .gz, .zst, and SQLite; "
            "--text looks at other texts too"
        )
    for done, path in enumerate(files):
        name = str(path.relative_to(folder))
        try:
            scan_file(path, name, settings, result, part(advance, done, len(files)))
        except (InputError, OSError) as error:
            result.not_read(name, str(error) if isinstance(error, InputError) else _cannot(name, error))
    return result


def scan_file(
    path: Path,
    name: str,
    settings: Settings,
    result: Result,
    advance: Callable[[int, int], None],
    *,
    alone: bool = False,
) -> None:
    """Scan one file into ``result``: a table, the tables of an SQLite file, or a text.

    Raises:
        InputError: the file cannot be read.
    """
    if is_sqlite(path):
        with _opened(str(path)) as database:
            for table in database.tables():
                place = f"{name}:{table}"
                try:
                    result.tables.append(_scan_table(database, table, settings, advance, place))
                except InputError as error:
                    result.not_read(place, str(error))
    elif is_table(path):
        source: Source = open_file(
            path, encoding=settings.encoding, are_data=partial(identifying, settings.detector)
        )
        file = None if alone else name
        found = scan(
            source, settings.detector, settings.sample, name=_table_name(name), file=file, advance=advance
        )
        result.tables.append(found)
    else:
        result.texts.append(_text(path, name, settings, alone))


def identifying(detector: Detector, names: Sequence[str]) -> set[str]:
    """Return those of some names that identify a person: no report shows them, whatever is looked for."""
    narrow = detector.threshold > THRESHOLD or not HOMES.keys() <= {item.id for item in detector.items}
    whole = _whole() if narrow else detector
    return Classifier(whole.items, whole.detect_many).are_data(names)


@cache
def _whole() -> Detector:
    """Return a detector of everything, made once for all files."""
    return Detector()


def _text(path: Path, name: str, settings: Settings, alone: bool) -> TextScan:
    if settings.encoding is not None:
        check_encoding(settings.encoding)
    try:
        if is_binary(_head(path)):
            kind_of(path, also="; also texts and SQLite files, whatever their name")
        with path.open("rb", HEAD_BYTES) as file:
            return scan_text(file, name, settings.detector, settings.encoding)
    except OSError as error:
        raise InputError(_cannot(path if alone else name, error)) from None


def is_table(path: Path) -> bool:
    """Say whether a file's name is that of a table."""
    return path.name.endswith(tuple(kind + packed for kind in KINDS for packed in _PACKED))


def part(advance: Advance, before: int, parts: int) -> Callable[[int, int], None]:
    """Return what advances one part's hundredths behind those of the parts before it."""

    def within(done: int, columns: int) -> None:
        advance(100 * before + 100 * done // columns, 100 * parts)

    return within


def _wanted(path: Path, folder: Path, settings: Settings) -> bool:
    """Say whether a file of a folder is scanned; what cannot be opened is, so that it is told."""
    if is_table(path):
        return True
    try:
        if is_sqlite(path):
            return True
        inner = path.relative_to(folder).parts
        return settings.text and not _NO_DATA.intersection(inner) and not is_binary(_head(path))
    except (InputError, OSError):
        return settings.text


def _ending(path: Path) -> str:
    return path.suffix.lower() if _ENDING.fullmatch(path.suffix) else "other"


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(8_000)


def _opened(target: str) -> closing[Database]:
    return closing(open_database(target if "://" in target else f"sqlite:///{target}"))


def _table_name(file: str) -> str:
    name = Path(file).name
    return name.split(".", 1)[0] or name


def _cannot(name: object, error: OSError) -> str:
    return f"{name}: cannot be read ({error.strerror})"
