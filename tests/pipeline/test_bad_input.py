"""Whatever is wrong with the input, the keys or the disk: one clear error, and no output."""

from __future__ import annotations

import errno
import os
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeguards import Keyring, use
from safeguards.errors import InputError, KeyringError, SafeguardsError
from safeguards.pipeline import Pipeline
from safeguards.pseudonyms import Drop, FormatPreserving, Generalise, Keep, Token
from tests import forked

TOKEN = Pipeline({"id": Token()}, domain="d")
Act = Callable[[Path], object]


def to(pipeline: Pipeline, source: str = "in.csv", target: str = "out.csv") -> Act:
    return lambda folder: pipeline.run_file(folder / source, folder / target, manifest=folder / "m.json")


@pytest.fixture
def folder(tmp_path: Path, ring: Keyring) -> Path:
    (tmp_path / "in.csv").write_text("id\n12345\n")
    return tmp_path


def refused(folder: Path, act: Act, message: str, kind: type[SafeguardsError] = InputError) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.raises(kind, match=message) as caught:
        act(folder)
    assert "\n" not in str(caught.value)
    assert "12345" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_an_unknown_column(folder: Path) -> None:
    pipeline = Pipeline({"id": Keep(), "phone": Drop()})
    refused(folder, to(pipeline), "no column 'phone'; the columns are: id")
    refused(folder, to(Pipeline({"ID": Drop()})), "the columns are: id; did you mean 'id'?")


def test_a_column_of_a_wrong_type(folder: Path) -> None:
    pq.write_table(pa.table({"id": [True]}), folder / "in.parquet")
    refused(
        folder, to(Pipeline({"id": Generalise(band=5)}), "in.parquet"), "column 'id' is bool, which holds"
    )
    pq.write_table(pa.table({"id": [12345]}), folder / "in.parquet")
    pipeline = Pipeline({"id": FormatPreserving()}, domain="d")
    refused(folder, to(pipeline, "in.parquet"), "column 'id' is int64: cast it to text first")


def test_a_value_that_does_not_fit(folder: Path) -> None:
    (folder / "in.csv").write_text("id\n1\n12345x\n")
    refused(
        folder, to(Pipeline({"id": Generalise(band=5)})), "column 'id', row 2: holds a value that is no num"
    )


def test_a_weak_domain(folder: Path) -> None:
    pipeline = Pipeline({"id": FormatPreserving()}, domain="d")
    refused(folder, to(pipeline), "column 'id', row 1: has a value of which 5 characters are encrypted")


def test_a_missing_keyring_and_a_missing_key_file(folder: Path) -> None:
    use(None)
    refused(folder, to(TOKEN), "no keyring 'default': call safeguards.use", KeyringError)
    refused(
        folder, to(TOKEN), "safeguards.use.ring, .pseudonyms.. or set SAFEGUARDS_KEYRING_PS", KeyringError
    )
    (folder / "master.key").rename(folder / "elsewhere.key")

    def opened(folder: Path) -> None:
        use(Keyring.open(f"sqlite:///{folder / 'keys.db'}"))

    refused(folder, opened, "master.key", KeyringError)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"id,b\n12345\n", "in.csv, line 2: 1 cells where the header has 2"),
        (b"id\n\xff\xfe\xff12345\n", "neither UTF-8 nor CP949"),
        (("id\n" + "가나다12345\n" * 100_000).encode() + b"\xff\n", "in.csv: holds text that is not"),
        (b'id\n"12345\n', "a quotation mark is left open"),
        (b"", "the first line is empty"),
        (b"id,id\n1,2\n", "more than one column named 'id'"),
        (b"12345@example.com\n", "the first line holds values"),
    ],
    ids=["ragged", "not UTF-8", "not UTF-8 late", "open quotation mark", "empty", "twins", "no header"],
)
def test_a_csv_that_is_none(folder: Path, data: bytes, message: str) -> None:
    (folder / "in.csv").write_bytes(data)
    pipeline = Pipeline({"id": Token()}, domain="d", unlisted="drop")

    def act(folder: Path) -> None:
        to(pipeline)(folder)

    with pytest.raises(InputError, match=message) as caught:
        act(folder)
    assert "12345" not in str(caught.value)
    assert not {"out.csv", "m.json"} & set(os.listdir(folder))


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("none/out.csv", "cannot be written"),
        ("folder.csv", "is no file but a folder"),
        ("in.csv", "source and target are one file"),
        ("./folder.csv/../in.csv", "source and target are one file"),
        ("link.csv", "source and target are one file"),
        ("out.xlsx", "ending says no kind of file"),
        ("m.json", "target and manifest are one file"),
    ],
)
def test_a_target_that_cannot_be(folder: Path, target: str, message: str) -> None:
    (folder / "folder.csv").mkdir()
    (folder / "link.csv").symlink_to(folder / "in.csv")
    refused(folder, to(TOKEN, target=target), message)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_folder_that_may_not_be_written_to(folder: Path) -> None:
    (folder / "out").mkdir(mode=0o500)
    refused(folder, to(TOKEN, target="out/t.csv"), "cannot be written")


def _readonly(folder: Path) -> None:
    """Let a read-only file system stand in for root, whom no mode stops."""
    to(TOKEN, target="../../../../../../proc/t.csv")(folder)


def test_a_file_system_that_takes_no_files(folder: Path) -> None:
    refused(folder, _readonly, "proc/t.csv: cannot be written")


FILL = """
    import resource, signal, sys
    from pathlib import Path
    from safeguards.cli import main
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    sys.argv = ["safeguards", "pseudonymise", "in.csv", sys.argv[1], "--pipeline", "p.toml", *sys.argv[2:]]
    if __name__ == "__main__":
        main()
"""


@pytest.mark.parametrize(
    "kind",
    [".csv", *(pytest.param(kind, marks=pytest.mark.slow) for kind in (".csv.gz", ".parquet", ".jsonl"))],
)
def test_a_disk_that_is_full_midway(folder: Path, kind: str) -> None:
    (folder / "big.csv").write_text("id\n" + "".join(f"1234567{n}\n" for n in range(30_000)))
    os.replace(folder / "big.csv", folder / "in.csv")
    (folder / "p.toml").write_text('domain = "d"\n[columns]\nid = "token"\n')
    (folder / "job.py").write_text(textwrap.dedent(FILL))
    keys = {"SAFEGUARDS_KEYRING": f"sqlite:///{folder / 'keys.db'} local:{folder / 'master.key'}"}
    before = sorted(os.listdir(folder))
    options: dict[str, Any] = {"cwd": folder, "env": os.environ | keys}
    done = forked.run(folder / "job.py", f"out{kind}", "--manifest", "m.json", **options)
    assert done.returncode == 3
    assert done.stderr == f"safeguards: out{kind}: cannot be written ({os.strerror(errno.EFBIG)})\n"
    assert sorted(os.listdir(folder)) == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("may not mount a small file system")
    try:
        yield place
    finally:  # at once also where a process still looks at it
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.parametrize("kind", [".csv", ".csv.gz", ".parquet", ".jsonl"])
def test_a_small_disk_that_is_full(folder: Path, small_disk: Path, kind: str) -> None:
    (folder / "in.csv").write_text("id\n" + "".join(f"1234567{n}\n" for n in range(60_000)))
    with pytest.raises(SafeguardsError, match=r"cannot be written \(No space left on device\)") as caught:
        TOKEN.run_file(folder / "in.csv", small_disk / f"out{kind}", manifest=folder / "m.json")
    assert caught.value.exit_code == 3
    assert os.listdir(small_disk) == []
    assert not (folder / "m.json").exists()
