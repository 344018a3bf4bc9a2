"""Lazy re-encryption: a row that is updated anyway takes its other loaded values to the newest data key."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import InstanceState, Mapper, object_session
from sqlalchemy.orm.attributes import flag_modified

from safeguards.errors import InputError
from safeguards.sqlalchemy.types import Encrypted


@event.listens_for(Mapper, "mapper_configured")
def _listen(mapper: Mapper[Any], _class: type) -> None:
    names = [
        attribute.key
        for attribute in mapper.column_attrs
        if isinstance(kind := attribute.columns[0].type, Encrypted) and kind.reencrypt
    ]
    if not names:
        return
    if mapper.version_id_col is None:
        # An UPDATE would put a loaded value back over what another transaction has written since.
        raise InputError(
            f"{mapper.class_.__name__}: reencrypt=True needs a version counter, "
            '__mapper_args__ = {"version_id_col": ...}, or a concurrent write could be lost'
        )

    def before_update(_mapper: Mapper[Any], _connection: Connection, target: Any) -> None:
        session, state = object_session(target), _state(target)
        if session is None or not session.is_modified(target, include_collections=False):
            return
        for name in names:
            if (
                state.dict.get(name) is not None
                and name not in state.committed_state
                and _was_rotated(mapper, name)
            ):
                flag_modified(target, name)

    event.listen(mapper, "before_update", before_update)


def _state(target: Any) -> InstanceState[Any]:
    state: InstanceState[Any] = target._sa_instance_state
    return state


def _was_rotated(mapper: Mapper[Any], name: str) -> bool:
    kind: Any = mapper.column_attrs[name].columns[0].type
    return bool(kind.cipher.rotated)
