"""Empty databases for tests. Making one takes PostgreSQL most of a second, emptying it a few milliseconds."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

_LEAVE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_DROP = """
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT evtname FROM pg_event_trigger LOOP
        EXECUTE 'DROP EVENT TRIGGER ' || quote_ident(one.evtname);
    END LOOP;
    FOR one IN SELECT pubname FROM pg_publication LOOP
        EXECUTE 'DROP PUBLICATION ' || quote_ident(one.pubname);
    END LOOP;
    FOR one IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP
        EXECUTE 'DROP EXTENSION ' || quote_ident(one.extname) || ' CASCADE';
    END LOOP;
    FOR one IN SELECT nspname FROM pg_namespace
               WHERE nspname <> 'information_schema' AND left(nspname, 3) <> 'pg_' LOOP
        EXECUTE 'DROP SCHEMA ' || quote_ident(one.nspname) || ' CASCADE';
    END LOOP;
    PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
    CREATE SCHEMA public;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
    IF CAST(current_setting('server_version_num') AS integer) >= 150000 THEN
        ALTER SCHEMA public OWNER TO pg_database_owner;
    ELSE
        GRANT CREATE ON SCHEMA public TO PUBLIC;
    END IF;
    EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' RESET ALL';
    -- Tests' databases need not outlive a power cut, and every commit would wait for the disk.
    EXECUTE 'ALTER DATABASE ' || quote_ident(current_database()) || ' SET synchronous_commit = off';
END $$
"""


@contextmanager
def new_database(server: str, options: str = "") -> Iterator[str]:
    """Make a database on a server, and drop it in the end."""
    name = f"safeguards_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} {options}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        force = " WITH (FORCE)" if engine.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP DATABASE {name}{force}"))
    engine.dispose()


def empty(url: str) -> None:
    """Remove everything from a database."""
    if url.startswith("sqlite"):
        for suffix in ("", "-journal", "-wal", "-shm", "-safeguards-lock"):
            Path(url.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)
        return
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(_LEAVE))
            for name in connection.execute(
                text("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()")
            ).scalars():
                connection.exec_driver_sql(f"ROLLBACK PREPARED '{name}'")
            connection.exec_driver_sql(_DROP)
        else:
            connection.execute(text("SET foreign_key_checks = 0"))
            for name in inspect(connection).get_table_names():
                connection.execute(text(f"DROP TABLE `{name}`"))
    engine.dispose()
