"""What SQLAlchemy itself would print of protected tables: parameters in errors, rows in its debug log."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import StatementError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TupleType

from safeguards.errors import OperatorRefused
from safeguards.keys import registry
from safeguards.sqlalchemy.tag import TagValue
from safeguards.values import Masked

_MASK = Masked()
_HIDDEN = "(hidden: a row may hold decrypted values)"
_protected_tables: set[str] = set()


def protect_table(name: str) -> None:
    """Hide the parameters of failing statements that name this table."""
    quoted = {name, name.replace('"', '""'), name.replace("`", "``")}
    _protected_tables.update(quoted, (form.replace("%", "%%") for form in quoted))


@event.listens_for(Engine, "handle_error")
def _hide_parameters(context: ExceptionContext) -> None:
    # A sibling column's error would print our values.
    error = context.sqlalchemy_exception
    if isinstance(error, StatementError) and _touches(error.statement or ""):
        error.hide_parameters = True
        error.params = None


def _touches(statement: str) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", statement) for name in _protected_tables)


def hide_values(compiler: SQLCompiler, sql: str) -> str:
    """Mask the values of protected columns in ``statement.compile().params``; returns ``sql``.

    SQLAlchemy asks without ``_check`` for what a person will read, and with it for what it will execute.
    """
    refuse_shared_names(compiler)
    if "construct_params" not in vars(compiler) and any(map(_is_protected, compiler.bind_names)):
        converts = any(map(_is_pseudonymised, compiler.bind_names))
        compiler.construct_params = partial(_construct, compiler, converts)  # type: ignore[method-assign]
    return sql


def refuse_shared_names(compiler: SQLCompiler) -> None:
    """Refuse a name that two parameters share where one is protected.

    SQLAlchemy gives both what it makes for one of them: the tag of another field, which finds nothing, or a
    value that is not encrypted.

    Raises:
        OperatorRefused: their types differ.
    """
    if len(compiler.bind_names) == len(set(compiler.bind_names.values())):
        return
    by_name: dict[str, Any] = {}
    for bind, name in compiler.bind_names.items():
        other = by_name.setdefault(name, bind)
        differ = other.type._static_cache_key != bind.type._static_cache_key
        if differ and (_is_protected(other) or _is_protected(bind)):
            raise OperatorRefused(
                f"the parameter {name!r} stands for values of two types, {_type_name(other)} and "
                f"{_type_name(bind)}, of which one would be taken for both: give each a bindparam of its own"
            )


def _type_name(bind: Any) -> str:
    kind = getattr(bind.type, "encrypted", bind.type)
    field = getattr(kind, "field", None)
    return f"field {field}" if field is not None else type(kind).__name__


def _construct(compiler: SQLCompiler, converts: bool, *args: Any, _check: bool = True, **kw: Any) -> Any:
    kw["_check"] = _check
    values = type(compiler).construct_params(compiler, *args, **kw)
    if _check:
        return _with_pseudonyms(compiler, values) if converts else values
    names = set(_protected_names(compiler))
    return {name: _MASK if name in names and value is not None else value for name, value in values.items()}


def _with_pseudonyms(compiler: SQLCompiler, values: Any) -> Any:
    """Replace plain values before SQLAlchemy keeps them: as the keys of new rows, to match what it reads."""
    from safeguards.sqlalchemy.pseudonymised import Pseudonymised

    for bind, name in compiler.bind_names.items():
        kind, given = bind.type, values.get(name)
        if given is None or not isinstance(kind, Pseudonymised):
            continue
        if bind.expanding:
            values[name] = [None if value is None else kind.pseudonym(value) for value in given]
        else:
            values[name] = kind.pseudonym(given)
    return values


def _protected_names(compiler: SQLCompiler) -> Iterator[str]:
    expanded = compiler._post_compile_expanded_state
    for bind, name in compiler.bind_names.items():
        if _is_protected(bind):
            yield compiler.escaped_bind_names.get(name, name)
            if expanded is not None:  # the values of an IN list have names of their own
                yield from expanded.parameter_expansion.get(name, ())


def _is_pseudonymised(bind: Any) -> bool:
    from safeguards.sqlalchemy.pseudonymised import Pseudonymised

    return isinstance(bind.type, Pseudonymised)


def _is_protected(bind: Any) -> bool:
    from safeguards.sqlalchemy.password import PasswordHash
    from safeguards.sqlalchemy.pseudonymised import Pseudonymised
    from safeguards.sqlalchemy.types import Encrypted

    kinds = bind.type.types if isinstance(bind.type, TupleType) else (bind.type,)
    return any(isinstance(kind, (TagValue, Encrypted, PasswordHash, Pseudonymised)) for kind in kinds)


class _HideRows(logging.Filter):
    """``echo="debug"`` prints every row as Python sees it, which is decrypted."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno == logging.DEBUG and "Row %r" in str(record.msg):
            record.args = (_HIDDEN,)
        return True


_hide_rows = _HideRows()


@event.listens_for(Engine, "engine_connect")
def _open_keyrings(_connection: Connection) -> None:
    registry.open_wanted()  # a provider far away is not asked while values are bound


@event.listens_for(Engine, "engine_connect")
def _watch_log(connection: Connection) -> None:
    if connection._echo:
        wrapped: Any = connection.engine.logger
        logger: logging.Logger = getattr(wrapped, "logger", wrapped)
        logger.addFilter(_hide_rows)  # adding it twice changes nothing
