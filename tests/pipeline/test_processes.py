"""Several processes make what one makes: the same rows, the same counts, the same refusals."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeguards import Keyring, use
from safeguards.errors import (
    AlreadyProtected,
    GateRefused,
    InputError,
    KeyringError,
    SafeguardsError,
    SubjectErased,
)
from safeguards.keys.elsewhere import Address
from safeguards.keys.local import LocalProvider
from safeguards.keys.registry import addresses
from safeguards.pipeline import Pipeline
from safeguards.pipeline.failure import Failure
from safeguards.pipeline.shared import packed_of, unpacked
from safeguards.pipeline.step import Counts
from safeguards.pseudonyms import Drop, FormatPreserving, Generalise, Keep, Token

COLUMNS = {
    "id": Token(),
    "phone": FormatPreserving(item="kr_phone"),
    "age": Generalise(band=10),
    "city": Keep(),
    "note": Drop(),
}


def table(rows: int) -> pa.Table:
    numbers = range(rows)
    return pa.table(
        {
            "id": [None if n % 7 == 0 else f"member {n}" for n in numbers],
            "phone": [f"010-{n % 10_000:04d}-{n * 7 % 10_000:04d}" for n in numbers],
            "age": [n % 90 for n in numbers],
            "city": pa.array([("서울", "부산", None)[n % 3] for n in numbers]).dictionary_encode(),
            "note": ["메모"] * rows,
        }
    )


def test_two_processes_make_the_same_file_and_counts_as_one(ring: Keyring, tmp_path: Path) -> None:
    pq.write_table(table(70_000), tmp_path / "in.parquet")
    pipeline = Pipeline(COLUMNS, domain="ads-2026")
    told: list[int] = []
    one = pipeline.run_file(tmp_path / "in.parquet", tmp_path / "one.parquet")
    two = pipeline.run_file(
        tmp_path / "in.parquet",
        tmp_path / "two.parquet",
        processes=2,
        advance=lambda done, total: told.append(done),
    )
    assert pq.read_table(tmp_path / "two.parquet").equals(pq.read_table(tmp_path / "one.parquet"))
    assert replace(two, created_at=one.created_at) == one
    assert told[-1] == 70_000
    assert len(told) > 4
    assert multiprocessing.active_children() == []


def test_a_refusal_names_the_row_of_the_whole_file_and_leaves_nothing(ring: Keyring, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("age\n" + "5\n" * 70_000 + "many\n")
    with pytest.raises(InputError, match=r"column 'age', row 70001: holds a value that is no number"):
        Pipeline({"age": Generalise(band=10)}).run_file(
            tmp_path / "in.csv", tmp_path / "out.csv", manifest=tmp_path / "m.json", processes=2
        )
    assert not {"out.csv", "m.json"} & set(os.listdir(tmp_path))


def test_a_killed_process_is_one_clear_error_and_leaves_nothing(ring: Keyring, tmp_path: Path) -> None:
    pq.write_table(table(200_000), tmp_path / "in.parquet")

    def kill(done: int, total: int | None) -> None:
        for worker in multiprocessing.active_children()[:1]:
            os.kill(worker.pid or 0, signal.SIGKILL)

    with pytest.raises(SafeguardsError, match=r"ended too early: it was killed.*nothing was written"):
        Pipeline(COLUMNS, domain="d").run_file(
            tmp_path / "in.parquet", tmp_path / "out.parquet", processes=2, advance=kill
        )
    assert not (tmp_path / "out.parquet").exists()
    assert multiprocessing.active_children() == []


class Elsewhere:
    """A provider of this process alone."""

    uri = "elsewhere:hsm"

    def __init__(self, path: Path) -> None:
        self._local = LocalProvider(path, create=True)

    def wrap(self, key: bytes, context: Mapping[str, str]) -> bytes:
        return self._local.wrap(key, context)

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        return self._local.unwrap(wrapped, context)


def test_a_keyring_that_only_this_process_can_open_is_refused_clearly(tmp_path: Path) -> None:
    use(Keyring.create(f"sqlite:///{tmp_path / 'hsm.db'}", Elsewhere(tmp_path / "hsm.key")))
    (tmp_path / "in.csv").write_text("a\n1\n")
    try:
        with pytest.raises(KeyringError, match="another process cannot open the keyring 'default'"):
            Pipeline({"a": Token()}, domain="d").run_file(
                tmp_path / "in.csv", tmp_path / "out.csv", processes=2
            )
    finally:
        use(None)
    assert not (tmp_path / "out.csv").exists()


def test_what_other_processes_are_told_of_keyrings_holds_no_key(ring: Keyring, tmp_path: Path) -> None:
    packed = pickle.dumps(addresses())
    for key_id in ring.data_key_ids:
        assert ring.data_key(key_id).reveal() not in packed
    (address,) = (one for one in addresses() if one.name == "default")
    assert repr(address) == "Address('default')"
    again = address.open()
    keys = [each.pseudonym_key("d", "text", 0)[1].reveal() for each in (again, ring)]
    assert keys[0] == keys[1]


def test_another_keyring_in_the_same_store_is_not_taken_for_it(ring: Keyring) -> None:
    (address,) = (one for one in addresses() if one.name == "default")
    other: Address = replace(address, ring_id="another")
    with pytest.raises(KeyringError, match="holds another one by now"):
        other.open()


@pytest.mark.parametrize("processes", [0, -1, True, 1.5, "2"])
def test_a_number_of_processes_is_one(tmp_path: Path, processes: Any) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n")
    with pytest.raises(InputError, match="processes= is a whole number from 1"):
        Pipeline({"a": Keep()}).run_file(tmp_path / "in.csv", tmp_path / "out.csv", processes=processes)


def test_a_step_that_cannot_be_sent_is_refused(tmp_path: Path) -> None:
    class Local:
        def start(self, schema: pa.Schema, metadata: Mapping[str, str]) -> Any:
            return Pipeline({"a": Keep()}).steps[0].start(schema, metadata)

        def describe(self) -> Mapping[str, Any]:
            return {}

    (tmp_path / "in.csv").write_text("a\n1\n")
    with pytest.raises(InputError, match="a step of this one cannot be pickled"):
        Pipeline([Local()]).run_file(tmp_path / "in.csv", tmp_path / "out.csv", processes=2)


@pytest.mark.parametrize("kind", [InputError, AlreadyProtected, GateRefused, KeyringError, SubjectErased])
def test_an_error_comes_back_as_the_one_it_was(kind: type[SafeguardsError]) -> None:
    class Own(kind):  # type: ignore[misc, valid-type]
        def __init__(self, row: int) -> None:
            super().__init__(f"row {row}")

    back = pickle.loads(pickle.dumps(Failure.of(Own(3)))).error()
    assert (type(back), str(back)) == (kind, "row 3")


def test_an_error_of_others_comes_back_without_what_it_says() -> None:
    back = Failure.of(ValueError("kim@example.com")).error()
    assert (type(back), str(back)) == (SafeguardsError, "a step failed (ValueError); nothing was written")


def test_a_slice_travels_without_the_rest_of_its_column() -> None:
    rows = table(50_000).combine_chunks().to_batches()[0]
    part = rows.slice(10, 5)
    assert len(packed_of(part)) < 10_000
    assert unpacked(packed_of(part)).equals(part)
    assert unpacked(packed_of(rows.slice(0, 0))).num_rows == 0


WORKER = """
    import multiprocessing, sys
    from safeguards.pipeline import Pipeline
    from safeguards.pseudonyms import Token
    def advance(done, total):
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
    if __name__ == "__main__":
        Pipeline({"a": Token(), "b": Token()}, domain="d").run_file(
            sys.argv[1], sys.argv[2], advance=advance, processes=2)
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks for processes in /proc")
def test_processes_end_with_a_killed_owner_and_no_file_is_left(ring: Keyring, tmp_path: Path) -> None:
    with (tmp_path / "in.csv").open("w") as file:
        file.write("a,b\n")
        file.writelines(f"value {n},other {n}\n" for n in range(200_000))
    (tmp_path / "out").mkdir()
    (tmp_path / "job.py").write_text(textwrap.dedent(WORKER))
    keys = {"SAFEGUARDS_KEYRING": f"sqlite:///{tmp_path / 'keys.db'} local:{tmp_path / 'master.key'}"}
    command = [sys.executable, str(tmp_path / "job.py"), str(tmp_path / "in.csv")]
    command.append(str(tmp_path / "out" / "t.csv.gz"))
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ | keys, text=True) as process:
        assert process.stdout is not None
        workers = process.stdout.readline().split()
        process.send_signal(signal.SIGKILL)
    assert len(workers) == 2
    for _ in range(200):
        if not any(map(_lives, workers)):
            break
        time.sleep(0.1)
    assert not any(map(_lives, workers))
    assert os.listdir(tmp_path / "out") == []


def _lives(process: str) -> bool:
    try:
        return " Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


UNGUARDED = """
    import sys
    from safeguards.errors import SafeguardsError
    from safeguards.pipeline import Pipeline
    from safeguards.pseudonyms import Keep
    try:
        Pipeline({"a": Keep()}).run_file(sys.argv[1], sys.argv[2], processes=2)
    except SafeguardsError as error:
        sys.exit(str(error))
"""


def test_a_script_without_the_guard_is_told_of_it_without_tracebacks(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a\n" + "1\n" * 50_000)
    (tmp_path / "job.py").write_text(textwrap.dedent(UNGUARDED))
    files = [str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]
    done = subprocess.run([sys.executable, str(tmp_path / "job.py"), *files], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert all("guard if __name__" in line for line in done.stderr.splitlines())
    assert not (tmp_path / "out.csv").exists()


def test_a_script_that_is_no_file_is_told_to_be_saved(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n")
    script = textwrap.dedent(UNGUARDED)
    files = [str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]
    command = [sys.executable, "-", *files]
    done = subprocess.run(command, input=script, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "processes= above 1 import the script anew, and <stdin> is no file: save it first"
    )


def in_a_pool(files: tuple[str, str]) -> str:
    try:
        Pipeline({"a": Keep()}).run_file(*files, processes=2)
    except SafeguardsError as error:
        return str(error)
    return ""


def test_a_daemonic_process_is_told_that_it_has_no_others(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        told = pool.apply(in_a_pool, ((str(tmp_path / "in.csv"), str(tmp_path / "out.csv")),))
    assert told == "processes= above 1 is not possible in a daemonic process, such as a pool's worker"


@dataclass(frozen=True)
class Odd:
    """A step, or a gate, of somebody else's that does something odd."""

    mode: str
    folder: Path | None = None

    def start(self, schema: pa.Schema, metadata: Mapping[str, str]) -> OddAtWork:
        return OddAtWork(self, schema)

    def describe(self) -> Mapping[str, Any]:
        return {"step": "odd"}


class OddAtWork:
    def __init__(self, odd: Odd, schema: pa.Schema) -> None:
        self.odd, self.schema = odd, schema

    def apply(self, batch: pa.RecordBatch, before: int = 0) -> tuple[pa.RecordBatch, Any]:
        value = batch[0][0].as_py()
        if self.odd.mode == "raise":
            raise ValueError(value)
        if self.odd.mode == "exit":
            raise SystemExit(value)
        if self.odd.mode == "unpicklable":
            return batch, Counter({("a", lambda: value): 1})
        if self.odd.mode == "slow" and before and self.odd.folder:
            time.sleep(20)
            (self.odd.folder / "finished").touch()
        return batch, Counts()

    def finish(self, rows: int, counts: Counts) -> list[Any]:
        if self.odd.mode == "finish":
            raise ValueError("kim@example.com")
        return []


class OddGate:
    def watch(self, schema: pa.Schema) -> OddGate:
        return self

    def see(self, batch: pa.RecordBatch) -> None:
        raise ValueError(batch[0][0].as_py())

    def judge(self) -> Mapping[str, Any]:
        return {}

    def describe(self) -> Mapping[str, Any]:
        return {"gate": "odd"}


PERSONS = pa.table({"a": ["kim@example.com"] * 40_000})


@pytest.mark.parametrize(
    "mode",
    ["raise", *(pytest.param(mode, marks=pytest.mark.slow) for mode in ("exit", "unpicklable", "finish"))],
)
def test_what_a_step_says_in_another_process_is_not_told(tmp_path: Path, mode: str) -> None:
    told = r"^a step failed \(\w+( in \w+\.py, line \d+)?\); nothing was written$"
    with pytest.raises(SafeguardsError, match=told) as caught:
        Pipeline([Odd(mode)]).run_file(PERSONS, tmp_path / "out.parquet", processes=2)
    assert "kim@" not in "".join(traceback.format_exception(caught.value))
    assert os.listdir(tmp_path) == []


def test_what_a_gate_of_others_says_is_not_told(tmp_path: Path) -> None:
    pipeline = Pipeline({"a": Keep()}, gates=[OddGate()])
    pq.write_table(PERSONS, tmp_path / "in.parquet")
    (tmp_path / "parts").mkdir()
    os.link(tmp_path / "in.parquet", tmp_path / "parts" / "0.parquet")
    told = r"^a gate failed \(ValueError in test_processes\.py, line \d+\); nothing was written$"
    with pytest.raises(SafeguardsError, match=told) as caught:
        pipeline.run_file(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert "kim@" not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(SafeguardsError, match=told):
        pipeline.run_directory(tmp_path / "parts", tmp_path / "made")
    assert not (tmp_path / "out.parquet").exists()
    assert not list((tmp_path / "made").glob("*.parquet"))


def test_processes_end_at_once_when_nobody_wants_their_results(tmp_path: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Pipeline([Odd("slow", tmp_path)]).run_file(
            PERSONS, tmp_path / "out.parquet", processes=2, advance=stop
        )
    assert multiprocessing.active_children() == []
    assert os.listdir(tmp_path) == []


INTERRUPTED = """
    import multiprocessing, os, signal, sys, threading, time
    from safeguards.pipeline import Pipeline
    from safeguards.pseudonyms import Keep
    def interrupt():
        while not multiprocessing.active_children():
            time.sleep(0.01)
        time.sleep(0.3)
        os.killpg(0, signal.SIGINT)
    if __name__ == "__main__":
        threading.Thread(target=interrupt).start()
        try:
            Pipeline({"a": Keep()}).run_file(sys.argv[1], sys.argv[2], processes=2)
        except KeyboardInterrupt:
            sys.exit("interrupted")
"""


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="interrupts a group of processes")
def test_an_interruption_while_processes_start_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a\n" + "1\n" * 50_000)
    (tmp_path / "job.py").write_text(textwrap.dedent(INTERRUPTED))
    command = [sys.executable, str(tmp_path / "job.py"), str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]
    done = subprocess.run(command, capture_output=True, text=True, start_new_session=True)
    assert (done.returncode, done.stderr) == (1, "interrupted\n")
    assert not (tmp_path / "out.csv").exists()


TYPED_IN = """
    import sys
    from safeguards.errors import SafeguardsError
    from safeguards.pipeline import Pipeline, Pseudonymise
    from safeguards.pseudonyms import Keep
    class Mine(Pseudonymise):
        pass
    try:
        Pipeline([Mine({"a": Keep()})]).run_file(sys.argv[1], sys.argv[2], processes=2)
    except SafeguardsError as error:
        sys.exit(str(error))
"""


def test_a_step_that_another_process_cannot_load_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n")
    command = [sys.executable, "-c", textwrap.dedent(TYPED_IN), str(tmp_path / "in.csv")]
    done = subprocess.run([*command, str(tmp_path / "out.csv")], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("another process cannot load a step of this pipeline (AttributeError): ")
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out.csv").exists()
