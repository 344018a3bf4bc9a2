"""Events: what is recorded cannot be changed afterwards, and is on disk when `record` returns."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from safeguards.audit import Event, JsonLinesSink
from safeguards.errors import InputError, SafeguardsError

EVENT = Event("pseudonyms.reverse", "dpo-1", "민원", "case 7", {"rows": 3})


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_an_event_is_one_line_of_json_whatever_its_reason_says() -> None:
    told = Event("a", "b", "c", 'two\nlines\u2028"}', {}).to_json()
    assert "\n" not in told
    assert json.loads(told)["reason"] == 'two\nlines\u2028"}'


@pytest.mark.parametrize("details", [{"key": b"k"}, {"share": float("nan")}, {"self": object()}, {(1, 2): 3}])
def test_details_that_json_cannot_spell_are_refused_when_the_event_is_made(
    details: dict[str, object],
) -> None:
    with pytest.raises(InputError, match="what JSON can spell") as caught:
        Event("a", "b", "c", "d", details)
    assert caught.value.__cause__ is None


def test_details_that_the_caller_changes_later_stay_what_they_were() -> None:
    details = {"columns": ["a"]}
    event = Event("a", "b", "c", "d", details)
    details["columns"].append("b")
    assert event.details == {"columns": ["a"]}


def test_each_event_is_a_line_and_the_file_its_owners_alone(tmp_path: Path) -> None:
    sink = JsonLinesSink(tmp_path / "log.jsonl")
    sink.record(EVENT)
    sink.record(EVENT)
    assert [line["details"] for line in lines(tmp_path / "log.jsonl")] == [{"rows": 3}] * 2
    assert stat.S_IMODE(os.stat(tmp_path / "log.jsonl").st_mode) & 0o077 == 0


def test_a_torn_last_line_does_not_swallow_the_next_event(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"action": "torn')
    JsonLinesSink(path).record(EVENT)
    assert json.loads(path.read_text("utf-8").splitlines()[1])["actor"] == "dpo-1"


@pytest.mark.parametrize("held", [b"id,name\n1,kim\n", b"\x01\x02", b"{}\n", b'{"action"'])
def test_a_file_of_something_else_is_no_log(tmp_path: Path, held: bytes) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(held)
    if held.startswith(b'{"action"'):
        JsonLinesSink(path)  # a log whose first line was torn
        return
    with pytest.raises(InputError, match="data.csv: holds something else than events; name another file"):
        JsonLinesSink(path)
    assert path.read_bytes() == held


def test_a_log_that_was_rotated_away_begins_anew(tmp_path: Path) -> None:
    sink = JsonLinesSink(tmp_path / "log.jsonl")
    sink.record(EVENT)
    (tmp_path / "log.jsonl").rename(tmp_path / "log.1")
    sink.record(EVENT)
    assert len(lines(tmp_path / "log.jsonl")) == len(lines(tmp_path / "log.1")) == 1


def test_what_keeps_nothing_is_no_log(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (os.devnull, tmp_path / "pipe", tmp_path, tmp_path / "none" / "log.jsonl"):
        with pytest.raises(InputError):
            JsonLinesSink(path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_an_error_of_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = JsonLinesSink(tmp_path / "log.jsonl")
    monkeypatch.setattr("safeguards.audit.json_lines.stat.S_ISREG", lambda _: True)
    object.__setattr__(sink, "path", "/dev/full")
    with pytest.raises(SafeguardsError, match="cannot be recorded"):
        sink.record(EVENT)


@pytest.mark.skipif(sys.platform == "win32", reason="another process's half line is waited for by flock")
def test_a_line_that_another_process_has_written_half_is_waited_for(tmp_path: Path) -> None:
    import fcntl

    sink = JsonLinesSink(tmp_path / "log.jsonl")
    recording = threading.Thread(target=sink.record, args=(Event("b", "b", "c", "d"),))
    with (tmp_path / "log.jsonl").open("ab", buffering=0) as other:
        fcntl.flock(other.fileno(), fcntl.LOCK_EX)
        other.write(b'{"action":')
        recording.start()
        recording.join(0.5)
        other.write(b'"a"}\n')
    recording.join()
    assert [line["action"] for line in lines(tmp_path / "log.jsonl")] == ["a", "b"]


def test_lines_of_several_processes_do_not_mix(tmp_path: Path) -> None:
    code = (
        "import sys; from safeguards.audit import Event, JsonLinesSink\n"
        "for n in range(40): JsonLinesSink(sys.argv[1]).record(Event('a', 'b', 'c', 'd' * 400, {'n': n}))"
    )
    line = [sys.executable, "-c", code, str(tmp_path / "log.jsonl")]
    running = [subprocess.Popen(line) for _ in range(3)]
    assert [process.wait() for process in running] == [0] * 3
    assert len(lines(tmp_path / "log.jsonl")) == 120
