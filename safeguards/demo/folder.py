"""Where the demonstration writes: a folder of its own, of which it overwrites only its earlier output."""

from __future__ import annotations

from pathlib import Path

from safeguards.errors import InputError

_MARKER = ".safeguards-demo"
_NOTE = "written by `safeguards demo`, which overwrites its own files here and no others\n"


class Folder:
    """The demonstration's files. Nothing is created before :meth:`prepare`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / "members.db"
        self.keys = path / "keys.db"
        self.master_key = path / "master.key"
        self.pseudonym_keys = path / "pseudonym-keys.db"
        self.pseudonym_master_key = path / "pseudonym-master.key"
        self.findings = path / "findings.json"
        self.export = path / "purchases.parquet"
        self.manifest = path / "purchases.manifest.json"
        self.policy = path / "policy.toml"
        self.assessment = path / "assessment.toml"
        self.record = path / "assessment.json"
        self.dossiers = {lang: path / f"assessment.{lang}.html" for lang in ("ko", "en")}

    @property
    def url(self) -> str:
        """The service's database as a SQLAlchemy URL."""
        return f"sqlite:///{self.database}"

    def prepare(self) -> None:
        """Make the folder, or clear this demonstration's earlier files out of it.

        Raises:
            InputError: the path is a file, a folder that holds something else, or cannot be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if any(self.path.iterdir()) and not (self.path / _MARKER).is_file():
                raise InputError(f"{self.path} holds files that are no earlier demo: name an empty folder")
            (self.path / _MARKER).write_text(_NOTE, "utf-8")
            self._clear()
        except FileExistsError:
            raise InputError(f"{self.path} is a file: name a folder") from None
        except OSError as error:
            raise InputError(f"cannot write to {self.path}: {error.strerror}") from None

    def _clear(self) -> None:
        own = [value for value in vars(self).values() if isinstance(value, Path) and value != self.path]
        databases = [
            file.with_name(file.name + tail) for file in own for tail in ("-wal", "-shm", "-journal")
        ]
        for file in (*own, *databases, *self.dossiers.values()):
            file.unlink(missing_ok=True)
