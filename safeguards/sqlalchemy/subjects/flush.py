"""The ORM's own writes: a flush binds each value to the person whose row it is in.

Before a row is written its plain value gives place to a bound one, and afterwards, or when the flush fails,
comes back. Keys are looked up when the first value of a flush is bound, for all of its persons at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, event
from sqlalchemy.orm import InstanceState, Mapper, Session, object_session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.types import TypeEngine

from safeguards.errors import InputError
from safeguards.keys.held import HeldKey, HeldKeys
from safeguards.sqlalchemy.lifecycle import PLAINTEXT
from safeguards.sqlalchemy.subjects import declaration
from safeguards.sqlalchemy.subjects.bound import Bound, ById, plain
from safeguards.sqlalchemy.types import Encrypted
from safeguards.values import SubjectId

_WORK = "safeguards.subjects"


class _Field(NamedTuple):
    """A mapped attribute whose values belong to persons, and the attribute that holds their ids."""

    name: str
    id_name: str
    id_type: TypeEngine[Any]
    kind: str
    keyring: str


class _Owner:
    """The person of one row that is being flushed; their id may come only with the INSERT."""

    __slots__ = ("dialect", "field", "key", "state", "work")

    def __init__(self, work: _Work, state: InstanceState[Any], field: _Field, dialect: str) -> None:
        self.work = work
        self.dialect = dialect
        self.state = state
        self.field = field
        self.key: HeldKey | None = None

    @property
    def subject(self) -> SubjectId | None:
        """Who it is, as far as it is known."""
        given = self.state.dict.get(self.field.id_name)
        person = declaration.as_stored(self.field.id_type, given, self.dialect)
        return None if person is None else SubjectId.of(self.field.kind, person)

    def held(self, keys: HeldKeys, kind: str) -> HeldKey:
        """Return their key, after looking up those of the whole flush."""
        if self.key is None:
            self.work.look_up(keys, self.field.keyring)
        assert self.key is not None
        return self.key

    def __repr__(self) -> str:
        return "_Owner(***)"


class _Work:
    """What one session's flush has put in place of plain values, and the keys it has made."""

    def __init__(self) -> None:
        self.swapped: list[tuple[InstanceState[Any], str, Bound]] = []
        self.owners: dict[tuple[Any, ...], _Owner] = {}
        self.unnamed: list[tuple[HeldKeys, _Owner]] = []

    def bind(self, state: InstanceState[Any], field: _Field, dialect: str) -> None:
        """Put a bound value in place of a plain one."""
        value = state.dict.get(field.name)
        if value is None or hasattr(value, "__clause_element__") or _is_sql(value):
            return  # the check of statements has its say on these
        place = state, field.id_name, field.kind, field.keyring
        owner = self.owners.get(place)
        if owner is None:
            owner = self.owners[place] = _Owner(self, state, field, dialect)
        _refuse_stranger(value, owner, field)
        bound = Bound(plain(value), owner)
        state.dict[field.name] = bound
        self.swapped.append((state, field.name, bound))

    def look_up(self, keys: HeldKeys, keyring: str) -> None:
        """Give every owner of a keyring that has no key yet theirs; an owner without an id a new one."""
        self.name_known()
        waiting = [
            each for each in self.owners.values() if each.key is None and each.field.keyring == keyring
        ]
        subjects = {each: each.subject for each in waiting}
        held = keys.to_write(subject for subject in subjects.values() if subject is not None)
        nameless = [each for each, subject in subjects.items() if subject is None]
        fresh = dict(zip(nameless, keys.provisional(len(nameless)), strict=True))
        for each, subject in subjects.items():
            each.key = fresh[each] if subject is None else held[subject]
        self.unnamed += [(keys, each) for each in nameless]

    def name_known(self) -> None:
        """Give new keys their owners, of whom the database has told the ids meanwhile."""
        known = [(keys, each) for keys, each in self.unnamed if each.subject is not None]
        self.unnamed = [pair for pair in self.unnamed if pair[1].subject is None]
        for keys in dict.fromkeys(keys for keys, _ in known):
            keys.name((each.key, each.subject) for other, each in known if other is keys)  # type: ignore[misc]

    def restore(self, state: InstanceState[Any] | None = None) -> None:
        """Put plain values back, of one object or of all."""
        kept = []
        for each in self.swapped:
            owner, name, bound = each
            if state is not None and owner is not state:
                kept.append(each)
            elif owner.dict.get(name) is bound:
                owner.dict[name] = bound.value
        self.swapped = kept


@event.listens_for(Mapper, "mapper_configured")
def _listen(mapper: Mapper[Any], _class: type) -> None:
    fields = list(_fields(mapper))
    if not fields:
        return

    def before_insert(_mapper: Mapper[Any], connection: Connection, target: Any) -> None:
        state, work = _state(target), _work_of(target)
        for field in fields:
            _apply_default(mapper, state, field.name)
            work.bind(state, field, connection.dialect.name)

    def before_update(_mapper: Mapper[Any], connection: Connection, target: Any) -> None:
        state, work = _state(target), _work_of(target)
        for field in fields:
            # A value goes with its row to a new owner; it is read under the old one's key.
            moves = _owner_changed(state, field.id_name) and field.name not in state.committed_state
            if moves and getattr(target, field.name) is not None:
                flag_modified(target, field.name)
            if field.name in state.committed_state:
                work.bind(state, field, connection.dialect.name)

    def after(_mapper: Mapper[Any], _connection: Connection, target: Any) -> None:
        _work_of(target).restore(_state(target))

    event.listen(mapper, "before_insert", before_insert)
    event.listen(mapper, "before_update", before_update)
    # First, so that the application's own listeners find plain values again.
    event.listen(mapper, "after_insert", after, insert=True)
    event.listen(mapper, "after_update", after, insert=True)
    event.listen(mapper, "refresh", _forget_bound, propagate=True)


def _fields(mapper: Mapper[Any]) -> Iterator[_Field]:
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        kind = column.type
        if not isinstance(kind, Encrypted) or kind.declared_subject is None or kind.state == PLAINTEXT:
            continue
        subject = kind.declared_subject
        owner = mapper.column_attrs.get(subject.attribute)
        own = [] if owner is None else [each for each in owner.columns if each.table is column.table]
        if not own or isinstance(own[0].type, Encrypted):
            raise InputError(
                f"field {kind.field}: subject={kind.subject!r}, and {mapper.class_.__name__} has no "
                f"attribute {subject.attribute} that is a plain column of the same table"
            )
        declaration.learn(column.table, subject.attribute, own[0])  # type: ignore[arg-type]
        yield _Field(attribute.key, subject.attribute, own[0].type, subject.kind, kind.keyring)


def _apply_default(mapper: Mapper[Any], state: InstanceState[Any], name: str) -> None:
    """Set a default that SQLAlchemy would fill in only when the owner can no longer be bound to it."""
    default = mapper.column_attrs[name].columns[0].default
    if name not in state.dict and default is not None and default.is_scalar:
        state.dict[name] = default.arg


def _owner_changed(state: InstanceState[Any], id_name: str) -> bool:
    return id_name in state.committed_state and state.committed_state[id_name] != state.dict.get(id_name)


def _forget_bound(target: Any, *_: Any) -> None:
    """Put the plain value where ``update(Model).values(...)`` left a bound one in objects of the session."""
    own = vars(target)
    for name, value in list(own.items()):
        # What a flush has bound stays until it is written: loading another attribute comes here too.
        if isinstance(value, Bound) and not isinstance(value.owner, _Owner):
            own[name] = value.value


def _refuse_stranger(value: Any, owner: _Owner, field: _Field) -> None:
    """Refuse a value that was bound to somebody else than the person of its row."""
    if not isinstance(value, Bound) or not isinstance(value.owner, ById) or owner.subject is None:
        return
    if SubjectId.of(field.kind, value.owner.person) != owner.subject:
        raise InputError(
            f"attribute {field.name} was given for_subject() of another {field.kind} than {field.id_name} "
            "of its row: assign the plain value"
        )


def _is_sql(value: Any) -> bool:
    return bool(getattr(value, "is_clause_element", False))


def _state(target: Any) -> InstanceState[Any]:
    state: InstanceState[Any] = target._sa_instance_state
    return state


def _work_of(target: Any) -> _Work:
    session = object_session(target)
    assert session is not None
    work: _Work = session.info.setdefault(_WORK, _Work())
    return work


@event.listens_for(Session, "after_flush")
def _finish(session: Session, _context: Any) -> None:
    work: _Work | None = session.info.get(_WORK)
    if work is None:
        return
    work.name_known()
    if work.unnamed:
        field = work.unnamed[0][1].field
        raise InputError(
            f"attribute {field.name} belongs to a {field.kind}, and its row says no {field.id_name}: nothing "
            "was written"
        )
    session.info.pop(_WORK)


@event.listens_for(Session, "after_soft_rollback")
def _give_up(session: Session, _transaction: Any) -> None:
    work: _Work | None = session.info.pop(_WORK, None)
    if work is not None:
        work.restore()
