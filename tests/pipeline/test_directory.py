"""A directory of parts: resumed after a crash, all parts at once, and never a mixture."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from safeguards import Keyring, use
from safeguards.errors import AlreadyProtected, GateRefused, InputError, SafeguardsError
from safeguards.pipeline import Manifest, Pipeline
from safeguards.pipeline.directories.identity import identity
from safeguards.pipeline.directories.journal import Finished, Journal
from safeguards.pseudonyms import Domain, Generalise, Keep, Token, Transform
from safeguards.risk import RiskGate
from safeguards.tables import open_file, write_file
from tests import forked

COLUMNS: dict[str, Transform] = {"id": Token(), "age": Generalise(band=10)}
PIPELINE = Pipeline(COLUMNS, domain="ads-2026", purpose="통계")
KINDS = [".csv", ".parquet", ".jsonl", ".csv.gz", ".tsv", ".jsonl.zst"]


@pytest.fixture
def folder(tmp_path: Path, ring: Keyring) -> Path:
    """Three parts of two rows each, and the markers that clusters leave."""
    (tmp_path / "in").mkdir()
    fill(tmp_path / "in", ".csv")
    (tmp_path / "in" / "_SUCCESS").touch()
    (tmp_path / "in" / ".part-0.csv.crc").write_bytes(b"x")
    return tmp_path


def part(number: int) -> pa.Table:
    return pa.table({"id": [f"member {number}", None], "age": [30 + number, 40]})


def fill(folder: Path, kind: str) -> None:
    for number in range(3):
        write_file(folder / f"part-{number}{kind}", part(number).schema, part(number).to_batches())


def read(path: Path) -> list[dict[str, Any]]:
    source = open_file(path)
    return pa.Table.from_batches(list(source.batches()), source.schema).to_pylist()


def names(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if not name.startswith("."))


def run(folder: Path, pipeline: Pipeline = PIPELINE, **options: Any) -> dict[str, str]:
    told: dict[str, str] = {}
    pipeline.run_directory(folder / "in", folder / "out", told=told.__setitem__, **options)
    return told


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_becomes_one_of_the_same_name_and_the_manifest_adds_up(
    tmp_path: Path, ring: Keyring, kind: str
) -> None:
    (tmp_path / "in").mkdir()
    fill(tmp_path / "in", kind)
    done = PIPELINE.run_directory(tmp_path / "in", tmp_path / "out")
    parts = [f"part-{number}{kind}" for number in range(3)]
    assert names(tmp_path / "out") == ["_SUCCESS", "_manifest.json", *parts]
    for number, name in enumerate(parts):
        assert read(tmp_path / "out" / name) == PIPELINE.run(part(number)).to_pylist()
    assert Manifest.read(tmp_path / "out" / "_manifest.json") == done
    assert (done.source, done.rows_in, done.rows_out) == ("in", 6, 6)
    assert [(one.column, one.rows, one.nulls) for one in done.columns] == [("id", 6, 3), ("age", 6, 0)]
    assert [one["part"] for one in done.parts] == parts


def test_two_processes_make_the_same_parts_as_one(folder: Path) -> None:
    one = PIPELINE.run_directory(folder / "in", folder / "one")
    two = PIPELINE.run_directory(folder / "in", folder / "two", processes=2)
    assert replace(two, created_at=one.created_at) == one
    for number in range(3):
        name = f"part-{number}.csv"
        assert (folder / "one" / name).read_bytes() == (folder / "two" / name).read_bytes()


def test_a_second_run_does_nothing(folder: Path) -> None:
    run(folder)
    before = {path: path.stat().st_mtime_ns for path in (folder / "out").iterdir() if path.is_file()}
    assert set(run(folder).values()) == {"kept"}
    assert before == {path: path.stat().st_mtime_ns for path in before}


def test_only_a_part_whose_input_changed_is_made_anew(folder: Path) -> None:
    run(folder)
    (folder / "in" / "part-1.csv").write_text("id,age\nother,71\n")
    assert list(run(folder).values()) == ["kept", "made anew", "kept"]
    assert read(folder / "out" / "part-1.csv")[0]["age"] == "70-79"
    assert Manifest.read(folder / "out" / "_manifest.json").rows_in == 5


def test_a_part_that_was_altered_or_is_gone_is_made_anew(folder: Path) -> None:
    run(folder)
    (folder / "out" / "part-0.csv").write_text("id,age\n")
    (folder / "out" / "part-2.csv").unlink()
    assert list(run(folder).values()) == ["made anew", "kept", "made anew"]
    assert len(read(folder / "out" / "part-0.csv")) == 2


@pytest.mark.parametrize(
    "other",
    [
        Pipeline({**COLUMNS, "age": Generalise(band=5)}, domain="ads-2026", purpose="통계"),
        Pipeline(COLUMNS, domain="ads-2027", purpose="통계"),
        Pipeline(COLUMNS, domain=Domain("ads-2026", epoch=1), purpose="통계"),
        Pipeline(COLUMNS, domain="ads-2026", purpose="marketing"),
        Pipeline(COLUMNS, domain="ads-2026", purpose="통계", gates=[RiskGate(["age"], k=3)]),
    ],
    ids=["transform", "domain", "epoch", "purpose", "gate"],
)
def test_another_pipeline_makes_every_part_anew(folder: Path, other: Pipeline) -> None:
    run(folder)
    assert set(run(folder, other).values()) == {"made anew"}
    assert set(run(folder, other).values()) == {"kept"}


def test_other_keys_make_every_part_anew(folder: Path) -> None:
    run(folder)
    before = read(folder / "out" / "part-0.csv")
    use(Keyring.create(f"sqlite:///{folder / 'other.db'}", f"local:{folder / 'other.key'}"))
    assert set(run(folder).values()) == {"made anew"}
    assert read(folder / "out" / "part-0.csv")[0]["id"] != before[0]["id"]


def test_groups_that_the_manifest_does_not_tell_count_for_the_identity() -> None:
    one, two = (Generalise(groups={"a": "x", "b": group}, other="y") for group in ("x", "y"))
    assert identity(one) != identity(two)
    assert identity(one) == identity(Generalise(groups={"a": "x", "b": "x"}, other="y"))


def test_the_identity_is_the_same_in_another_process(tmp_path: Path) -> None:
    code = (
        "from safeguards.pipeline import Pipeline\n"
        "from safeguards.pipeline.directories.identity import identity\n"
        "from safeguards.pseudonyms import *\n"
        'print(identity(Pipeline({"a": Token(), "b": Generalise(groups={"x": "y"})}, domain="d").steps))'
    )
    environment = os.environ | {"PYTHONHASHSEED": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    here = Pipeline({"a": Token(), "b": Generalise(groups={"x": "y"})}, domain="d").steps
    assert done.stdout == f"{identity(here)}\n".encode()


def test_no_part_appears_before_the_gates_have_judged_the_whole(folder: Path) -> None:
    refusing = Pipeline(COLUMNS, domain="d", gates=[RiskGate(["age"], k=4)])
    with pytest.raises(GateRefused, match="6 of 6 rows are in 2 classes of fewer than k=4 over age"):
        run(folder, refusing)
    assert names(folder / "out") == []
    assert os.listdir(folder / "out" / ".safeguards" / "parts") == []
    passing = Pipeline(COLUMNS, domain="d", gates=[RiskGate(["age"], k=3)])
    done = passing.run_directory(folder / "in", folder / "out")
    assert done.gates[0]["evidence"] == {"k": 3, "classes": 2, "rows": 6}
    assert names(folder / "out")[0] == "_SUCCESS"


@pytest.mark.parametrize("kind", [".csv", ".jsonl", ".parquet"])
def test_a_gate_judges_alike_whatever_kind_of_file_the_parts_are(tmp_path: Path, kind: str) -> None:
    (tmp_path / "in").mkdir()
    for number, ages in enumerate(([30, 30, None], [30, None, None])):
        rows = pa.table({"age": pa.array(ages, pa.int64()), "seen": [date(2026, 1, 1)] * 3})
        pq.write_table(rows, tmp_path / "in" / f"{number}.parquet")
    if kind != ".parquet":
        for path in sorted((tmp_path / "in").iterdir()):
            table = pq.read_table(path)
            write_file(path.with_suffix(kind), table.schema, table.to_batches())
            path.unlink()
    pipeline = Pipeline({"age": Keep(), "seen": Keep()}, gates=[RiskGate(["age", "seen"], k=3)])
    done = pipeline.run_directory(tmp_path / "in", tmp_path / "out")
    assert done.gates[0]["evidence"] == {"k": 3, "classes": 2, "rows": 6}


def test_a_refusal_leaves_a_complete_directory_complete(folder: Path) -> None:
    run(folder)
    before = {name: (folder / "out" / name).read_bytes() for name in names(folder / "out")}
    with pytest.raises(GateRefused):
        run(folder, Pipeline(COLUMNS, domain="d", gates=[RiskGate(["age"], k=4)]))
    assert before == {name: (folder / "out" / name).read_bytes() for name in names(folder / "out")}


def test_a_part_that_does_not_fit_is_named_and_the_others_are_kept(folder: Path) -> None:
    (folder / "in" / "part-1.csv").write_text("id,age\na,1\nb,many\n")
    with pytest.raises(InputError, match=r"^part-1.csv: column 'age', row 2: holds a value"):
        run(folder)
    assert names(folder / "out") == []
    (folder / "in" / "part-1.csv").write_text("id,age\na,1\n")
    assert list(run(folder).values()) == ["kept", "made", "made"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("part-9.csv", "id\n1\n", "part-9.csv: has 1 columns where the first part has 2"),
        ("part-9.csv", "id,old\n1,2\n", "part-9.csv: has column 'old' where the first part has 'age'"),
        ("part-9.jsonl", '{"id": 1}\n', "holds files of several kinds"),
        ("notes.txt", "x", "notes.txt: the ending says no kind"),
        ("part-9.csv", "id,age\n1\n", "part-9.csv, line 2: 1 cells where the header has 2"),
    ],
)
def test_parts_that_do_not_go_together_are_refused(folder: Path, name: str, text: str, message: str) -> None:
    (folder / "in" / name).write_text(text)
    with pytest.raises(InputError, match=message):
        run(folder)
    assert not (folder / "out" / "_SUCCESS").exists()


def test_types_that_differ_are_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number, values in enumerate(([1], ["1"])):
        pq.write_table(pa.table({"a": values}), tmp_path / "in" / f"{number}.parquet")
    with pytest.raises(InputError, match="1.parquet: column 'a' is string where the first part has int64"):
        run(tmp_path, Pipeline({"a": Keep()}))


def test_directories_that_cannot_be_worked_on_are_refused(folder: Path) -> None:
    for source, target, message in [
        ("none", "out", "none: cannot be read"),
        ("empty", "out", "holds no files"),
        ("in", "in", "is the source, or lies in it"),
        ("in", "in/out", "is the source, or lies in it"),
        ("in", "none/out", "out: cannot be written"),
        ("nested", "out", "holds a directory"),
    ]:
        (folder / "empty").mkdir(exist_ok=True)
        (folder / "nested" / "inner").mkdir(parents=True, exist_ok=True)
        with pytest.raises(InputError, match=message):
            PIPELINE.run_directory(folder / source, folder / target)


def test_files_that_no_run_made_are_never_written_over(folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "part-1.csv").write_text("precious")
    with pytest.raises(InputError, match="holds part-1.csv, which is no part of this job"):
        run(folder)
    assert (folder / "out" / "part-1.csv").read_text() == "precious"


def test_a_part_whose_source_is_gone_does_not_stay_unnoticed(folder: Path) -> None:
    run(folder)
    (folder / "in" / "part-2.csv").unlink()
    with pytest.raises(InputError, match="the source of part-2.csv is gone; remove it from here too"):
        run(folder)
    (folder / "out" / "part-2.csv").unlink()
    assert list(run(folder).values()) == ["kept", "kept"]
    assert Manifest.read(folder / "out" / "_manifest.json").rows_in == 4


def test_a_part_that_was_made_before_is_not_made_into_pseudonyms_of_pseudonyms(tmp_path: Path) -> None:
    ring = Keyring.create(f"sqlite:///{tmp_path / 'keys.db'}", f"local:{tmp_path / 'master.key'}")
    use(ring)
    (tmp_path / "in").mkdir()
    fill(tmp_path / "in", ".parquet")
    run(tmp_path)
    with pytest.raises(AlreadyProtected):
        PIPELINE.run_directory(tmp_path / "out", tmp_path / "again")
    use(None)


def test_two_processes_do_not_write_to_one_directory(folder: Path) -> None:
    seen: list[str] = []

    def meanwhile(part: str, what: str) -> None:
        with pytest.raises(InputError, match="another process is writing there"):
            run(folder)
        seen.append(part)

    PIPELINE.run_directory(folder / "in", folder / "out", told=meanwhile)
    assert len(seen) == 3


def test_a_source_that_changes_while_it_is_read_is_not_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from safeguards.pipeline.directories import directory

    def write(*arguments: Any, **options: Any) -> None:
        write_file(*arguments, **options)
        os.utime(folder / "in" / "part-0.csv", ns=(1, 1))

    monkeypatch.setattr(directory, "write_file", write)
    with pytest.raises(SafeguardsError, match="part-0.csv: was changed while it was read"):
        run(folder)
    assert os.listdir(folder / "out" / ".safeguards" / "parts") == []


def test_a_part_that_a_crash_left_untold_never_takes_the_place_of_a_finished_one(folder: Path) -> None:
    run(folder)
    before = read(folder / "out" / "part-0.csv")
    (folder / "out" / ".safeguards" / "parts" / "part-0.csv").write_text("id,age\nleft,over\n")
    (folder / "out" / ".safeguards" / "parts" / "part-8.csv").write_text("id,age\nleft,over\n")
    (folder / "out" / "_SUCCESS").unlink()
    assert set(run(folder).values()) == {"kept"}
    assert read(folder / "out" / "part-0.csv") == before
    assert len(names(folder / "out")) == 5


LINE = Finished("a", "0" * 64, "1" * 64, {}, (0, 2), 2, {"x": 0}, [[("x", "nulls", 1)]], "2" * 64)


@given(st.integers(0, 400), st.binary(max_size=20))
def test_a_torn_or_spoilt_last_line_costs_that_part_only(
    tmp_path_factory: pytest.TempPathFactory, cut: int, garbage: bytes
) -> None:
    path = tmp_path_factory.mktemp("journal") / "journal.jsonl"
    with Journal(path) as journal:
        journal.add(LINE)
        whole = path.stat().st_size
        journal.add(replace(LINE, part="b"))
    data = path.read_bytes()
    path.write_bytes(data[: whole + min(cut, len(data) - whole - 1)] + garbage.replace(b"\n", b""))
    with Journal(path) as journal:
        assert journal.finished == {"a": LINE}
        journal.add(replace(LINE, part="c"))
    with Journal(path) as journal:
        assert journal.finished == {"a": LINE, "c": replace(LINE, part="c")}


@pytest.mark.parametrize("line", [b"[]", b"{}", b"\xff", b'{"format": "safeguards.journal/1"}', b"1" * 5000])
def test_a_line_that_is_none_is_passed_over(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "j").write_bytes(line + b"\n")
    with Journal(tmp_path / "j") as journal:
        assert journal.finished == {}


@pytest.mark.parametrize(
    "change",
    [
        {"rows_out": 1},
        {"rows_out": "2"},
        {"rows_out": -2},
        {"rows": [0, "2"]},
        {"counts": []},
        {"output": None},
    ],
    ids=str,
)
@pytest.mark.parametrize("older", [False, True], ids=["with-digest", "without"])
def test_a_line_that_was_changed_is_passed_over(tmp_path: Path, change: dict[str, Any], older: bool) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.add(LINE)
    document = json.loads((tmp_path / "j").read_text())
    if older:
        del document["sha256"]
    (tmp_path / "j").write_text(json.dumps(document) + "\n")
    with Journal(tmp_path / "j") as journal:
        assert journal.finished == {"a": LINE}
    (tmp_path / "j").write_text(json.dumps({**document, **change}) + "\n")
    with Journal(tmp_path / "j") as journal:
        assert not journal.finished or (
            older and change in ({"rows_out": 1}, {"counts": []}, {"output": None})
        )


def test_a_changed_journal_costs_a_part_that_is_not_yet_named(folder: Path) -> None:
    whole = (folder / "in" / "part-2.csv").read_bytes()
    (folder / "in" / "part-2.csv").write_text("id,age\na,many\n")
    with pytest.raises(InputError, match="part-2.csv"):
        run(folder)
    path = folder / "out" / ".safeguards" / "journal.jsonl"
    first, second = map(json.loads, path.read_text().splitlines())
    path.write_text("".join(json.dumps(one) + "\n" for one in [{**first, "rows_out": 9}, second]))
    (folder / "in" / "part-2.csv").write_bytes(whole)
    assert [*run(folder).values()] == ["made", "kept", "made"]


@pytest.mark.parametrize("name", ["_manifest.json", "notes.txt"])
def test_a_folder_of_something_else_is_not_touched(folder: Path, name: str) -> None:
    (folder / "out").mkdir()
    (folder / "out" / name).write_text("another's")
    with pytest.raises(InputError, match=f"holds {name}"):
        run(folder)
    assert os.listdir(folder / "out") == [name]
    assert (folder / "out" / name).read_text() == "another's"


@pytest.mark.parametrize("number", [0, 1])
def test_a_part_that_cannot_be_read_is_one_line(folder: Path, number: int) -> None:
    """A user's find: a link that leads nowhere was called an error of the engine."""
    (folder / "in" / f"part-{number}.csv").unlink()
    (folder / "in" / f"part-{number}.csv").symlink_to("nowhere.csv")
    with pytest.raises(InputError, match=f"part-{number}.csv") as error:
        run(folder)
    assert "\n" not in str(error.value)


def test_a_journal_without_room_is_one_line_and_what_was_finished_stays(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="limits of files are those of POSIX")
    with Journal(tmp_path / "j") as journal:
        journal.add(LINE)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "j").stat().st_size + 100, before[1]))
        with (
            pytest.raises(SafeguardsError, match="j: cannot be read and written"),
            Journal(tmp_path / "j") as two,
        ):
            two.add(replace(LINE, part="b"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with Journal(tmp_path / "j") as journal:
        assert journal.finished == {"a": LINE}


@pytest.mark.skipif(sys.platform != "linux", reason="others have no such names")
def test_a_name_that_is_not_text_is_refused(folder: Path) -> None:
    os.rename(folder / "in" / "part-0.csv", os.fsencode(folder / "in") + b"/\xb0\xa1.csv")
    with pytest.raises(InputError, match=r"holds a file whose name is not UTF-8 \('\\udcb0\\udca1.csv'\)"):
        run(folder)
    assert not (folder / "out").exists()


def test_directories_where_files_belong_are_refused(folder: Path) -> None:
    run(folder)
    staged = folder / "out" / ".safeguards" / "parts" / "other"
    staged.mkdir()
    with pytest.raises(InputError, match="other: is no part, and cannot be removed"):
        run(folder)
    staged.rmdir()
    (folder / "out" / "part-0.csv").unlink()
    (folder / "out" / "part-0.csv").mkdir()
    with pytest.raises(InputError, match=r"holds a directory \(part-0.csv\); remove it"):
        run(folder)
    assert (folder / "out" / "_SUCCESS").exists()


def test_the_journal_holds_counts_and_digests_and_no_value(folder: Path) -> None:
    run(folder)
    text = (folder / "out" / ".safeguards" / "journal.jsonl").read_text()
    assert "member" not in text
    document = json.loads(text.splitlines()[0])
    assert document["rows"] == [0, 2]
    assert document["counts"] == [[["id", "nulls", 1], ["age", "nulls", 0]]]


JOB = """
    import sys
    from safeguards.pipeline import Pipeline
    from safeguards.pseudonyms import Token, Generalise
    from safeguards.risk import RiskGate
    def told(part, what):
        print(what, flush=True)
    def advance(done, total):
        print(done, flush=True)
    if __name__ == "__main__":
        columns = {"id": Token(), "age": Generalise(band=10)}
        pipeline = Pipeline(columns, domain="d", gates=[RiskGate(["age"])])
        pipeline.run_directory("in", sys.argv[1], told=told, advance=advance, processes=int(sys.argv[2]))
"""


SLOW = pytest.mark.slow


@pytest.mark.parametrize("processes", [1, pytest.param(2, marks=SLOW)])
@pytest.mark.parametrize(
    "kind",
    [
        ".csv",
        pytest.param(".parquet", marks=SLOW),
        pytest.param(".jsonl.zst", marks=SLOW),
    ],
)
def test_a_killed_run_is_resumed_where_it_was_and_ends_as_if_it_had_never_been_killed(
    tmp_path: Path, ring: Keyring, processes: int, kind: str
) -> None:
    (tmp_path / "in").mkdir()
    rows = pa.table({"id": [f"member {n}" for n in range(10_000)], "age": [n % 90 for n in range(10_000)]})
    for number in range(6):
        write_file(tmp_path / "in" / f"p{number}{kind}", rows.schema, rows.to_batches())
    (tmp_path / "job.py").write_text(textwrap.dedent(JOB))
    keys = {"SAFEGUARDS_KEYRING": f"sqlite:///{tmp_path / 'keys.db'} local:{tmp_path / 'master.key'}"}
    options: dict[str, Any] = {"cwd": tmp_path, "env": os.environ | keys}
    job = tmp_path / "job.py"
    parts = [f"p{number}{kind}" for number in range(6)]
    done = forked.run(job, "clean", str(processes), check=True, **options)
    assert done.stdout.split()[:6] == ["made"] * 6
    expected = {name: read(tmp_path / "clean" / name) for name in parts}
    kept = []
    for _ in range(2):
        with forked.Popen(job, "out", str(processes), **options) as process:
            states = [process.stdout.readline().strip() for _ in range(6)]
            process.stdout.readline()  # a part more is finished
            time.sleep(random.uniform(0, 0.2))
            process.kill()
        kept.append(states.count("kept"))
        there = names(tmp_path / "out")
        assert "_SUCCESS" not in there or there == ["_SUCCESS", "_manifest.json", *parts]
        for name in {*there} - {"_SUCCESS", "_manifest.json"}:
            assert read(tmp_path / "out" / name) == expected[name]
    assert kept[0] == 0
    assert kept[1] >= 1
    forked.run(job, "out", str(processes), check=True, **options)
    assert names(tmp_path / "out") == ["_SUCCESS", "_manifest.json", *parts]
    for name in parts:
        assert read(tmp_path / "out" / name) == expected[name]
    one, two = (Manifest.read(tmp_path / target / "_manifest.json") for target in ("out", "clean"))
    assert replace(one, created_at="", parts=[]) == replace(two, created_at="", parts=[])


DYING = """
    import os, signal, sys
    from safeguards.pipeline import Pipeline
    from safeguards.pseudonyms import Generalise, Token
    left, replace = int(sys.argv[1]), os.replace
    def dying(*paths):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        replace(*paths)
    os.replace = dying
    columns = {"id": Token(), "age": Generalise(band=10)}
    Pipeline(columns, domain="ads-2026", purpose="통계").run_directory("in", "out")
"""


def test_a_run_that_dies_before_any_renaming_is_completed_by_the_next(folder: Path) -> None:
    expected = {f"part-{number}.csv" for number in range(3)}
    keys = {"SAFEGUARDS_KEYRING": f"sqlite:///{folder / 'keys.db'} local:{folder / 'master.key'}"}
    seen = []
    for renamings in range(20):
        died = forked.run(textwrap.dedent(DYING), str(renamings), cwd=folder, env=os.environ | keys)
        if died.returncode == 0:
            break
        assert died.returncode == -signal.SIGKILL, died.stderr
        there = {*names(folder / "out")}
        assert "_SUCCESS" not in there
        seen.append(len(there & expected))
        states = [*run(folder).values()]
        assert states.count("kept") == min(renamings, 3)
        assert names(folder / "out") == ["_SUCCESS", "_manifest.json", *sorted(expected)]
        assert all(read(folder / "out" / name)[1]["id"] is None for name in expected)
        shutil.rmtree(folder / "out")
    assert seen == [0, 0, 0, 0, 1, 2, 3, 3]
