"""Logs are redacted everywhere a value may stand, by `logging` and by structlog itself."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from safeguards.detection import Detector
from safeguards.detection.logging import MISFIT, WITHHELD, RedactingFilter, StructlogRedactor, redact_handlers
from safeguards.detection.redaction import SECRET, UNPRINTABLE, Redactor
from safeguards.errors import InputError

RRN, PHONE, MAIL = "900101-1234568", "010-2345-6789", "kim@naver.com"
VALUES = (RRN, PHONE, MAIL, "2345-6789", "01023456789", "9001011234568")
FULL = "%(message)s|%(who)s"


class Log:
    """A logger with one real handler that formats into a text."""

    def __init__(self, added: logging.Filter | None = None, form: str = "%(message)s") -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(logging.Formatter(form))
        self.handler.addFilter(added or RedactingFilter())
        self.logger = logging.getLogger(f"test.{id(self)}")
        self.logger.propagate = False
        self.logger.setLevel(logging.DEBUG)
        self.logger.addHandler(self.handler)

    @property
    def text(self) -> str:
        return self.stream.getvalue()


def test_the_message_is_redacted() -> None:
    log = Log()
    log.logger.info(f"회원 {RRN}, 연락처 {PHONE}")
    assert log.text == "회원 <KR_RRN>, 연락처 <PHONE_NUMBER>\n"


def test_arguments_are_redacted_in_every_form_of_formatting() -> None:
    log = Log()
    log.logger.info("call %s", PHONE)
    log.logger.info("call %(who)s", {"who": PHONE})
    log.logger.info("call %r and %d", [PHONE], 7)
    log.logger.info("phone %d", 9001011234568)
    assert not [value for value in VALUES if value in log.text]
    assert log.text.splitlines()[2] == "call ['<PHONE_NUMBER>'] and 7"


def test_a_value_that_only_text_and_arguments_make_together_is_redacted() -> None:
    log = Log()
    log.logger.info("call 010-%s-%s", "2345", "6789")
    assert log.text == "call <PHONE_NUMBER>\n"


def test_a_message_without_data_keeps_its_template_and_arguments() -> None:
    record = logging.makeLogRecord({"msg": "%d of %s done, 100%%", "args": (3, "rows")})
    assert RedactingFilter().filter(record)
    assert (record.msg, record.args) == ("%d of %s done, 100%%", (3, "rows"))


def test_a_redacted_message_with_a_percent_sign_is_still_formatted() -> None:
    log = Log()
    log.logger.info("%s is 100%% done", MAIL)
    log.logger.info("{} 50%% {}".format(MAIL, "%s"))
    assert log.text.splitlines() == ["<EMAIL_ADDRESS> is 100% done", "<EMAIL_ADDRESS> 50%% %s"]


def test_extra_fields_are_redacted_to_any_depth() -> None:
    log = Log(form=FULL)
    who = {
        "user": {"mails": [MAIL, ("x", RRN)], "tel": 1023456789, PHONE: True},
        "n": Decimal("9001011234568"),
    }
    log.logger.info("ok", extra={"who": who})
    assert not [value for value in VALUES if value in log.text]
    assert "<EMAIL_ADDRESS>" in log.text
    assert who["user"]["tel"] == 1023456789, "the caller's own object is left alone"  # type: ignore[index]


def test_the_name_of_a_field_supports_its_value() -> None:
    log = Log(form="%(message)s|%(phone)s|%(order_no)s")
    log.logger.info("ok", extra={"phone": "1023456789", "order_no": "20240101"})
    assert log.text.startswith("ok|<PHONE_NUMBER>|")


@pytest.mark.parametrize(
    "name", ["password", "userPassword", "X-Api-Key", "비밀번호", "refresh_token", "token2"]
)
def test_secrets_are_withheld_whatever_they_look_like(name: str) -> None:
    record = logging.makeLogRecord({"msg": "login", name: "hunter2", "token_count": "3"})
    RedactingFilter().filter(record)
    assert (getattr(record, name), record.token_count) == (SECRET, "3")  # type: ignore[attr-defined]


def test_what_a_secret_holds_is_withheld_too_and_numbers_are_none_for_being_floats() -> None:
    log = Log(form="%(message)s %(password)s %(card)s %(pin)s")
    fields = {"password": {"value": ["hunter2"]}, "card": 4111111111111111.0, "pin": 0.5}
    log.logger.info("login %(password)s of %(n)d", {"password": "hunter2", "n": 3}, extra=fields)
    assert log.text == f"login {SECRET} of 3 {{'value': ['{SECRET}']}} <CREDIT_CARD> 0.5\n"


def test_a_secret_that_its_format_cannot_take_is_withheld_with_the_arguments() -> None:
    log = Log()
    log.logger.info("pin %(password)d", {"password": 123456})
    assert log.text == f"pin %(password)d {MISFIT}\n"


def test_the_name_of_an_extra_field_is_redacted() -> None:
    record = logging.makeLogRecord({"msg": "x", PHONE: 1})
    assert RedactingFilter().filter(record)
    assert PHONE not in vars(record)


def test_an_object_that_prints_otherwise_the_second_time_shows_nothing() -> None:
    class Late:
        printed = 0

        def __str__(self) -> str:
            self.printed += 1
            return RRN if self.printed > 1 else "nothing yet"

    log = Log()
    log.logger.info("%s", Late())
    log.logger.info(Late())
    assert log.text == "nothing yet\n" * 2


def test_exceptions_causes_and_stacks_are_redacted() -> None:
    log = Log()
    try:
        try:
            raise ValueError(f"bad number {RRN}")
        except ValueError as error:
            raise KeyError(MAIL) from error
    except KeyError:
        log.logger.exception("failed", stack_info=True)
    assert "Traceback" in log.text
    assert "KeyError" in log.text
    assert "<KR_RRN>" in log.text
    assert not [value for value in VALUES if value in log.text]


def test_a_formatter_that_formats_exceptions_anew_finds_none() -> None:
    record = logging.makeLogRecord({"msg": "x"})
    try:
        raise ValueError(RRN)
    except ValueError as error:
        record.exc_info = (ValueError, error, error.__traceback__)
    RedactingFilter().filter(record)
    assert record.exc_info is None
    assert RRN not in str(record.exc_text)


def test_what_another_handler_has_already_formatted_is_redacted_too() -> None:
    record = logging.makeLogRecord({"msg": "call %s", "args": (PHONE,), "exc_text": f"E {RRN}"})
    logging.Formatter().format(record)
    RedactingFilter().filter(record)
    assert (record.message, record.exc_text) == ("call <PHONE_NUMBER>", "E <KR_RRN>")


def test_arguments_that_do_not_fit_are_withheld_and_no_traceback_shows_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = Log()
    log.logger.info("%d and %d", PHONE)
    assert log.text == f"%d and %d {MISFIT}\n"
    assert PHONE not in capsys.readouterr().err


class Hostile:
    def __str__(self) -> str:
        raise RuntimeError(RRN)

    __repr__ = __str__


class Member:
    def __str__(self) -> str:
        return "a member"

    def __repr__(self) -> str:
        return f"Member({RRN})"


def test_objects_are_looked_at_as_they_print_and_those_that_cannot_are_withheld() -> None:
    log = Log(form=FULL)
    log.logger.info("%s", "x", extra={"who": Member()})
    log.logger.info("%s", "x", extra={"who": Hostile()})
    log.logger.info("%s", Hostile(), extra={"who": 1})
    assert log.text.splitlines() == ["x|Member(<KR_RRN>)", f"x|{UNPRINTABLE}", f"%s {MISFIT}|1"]


def test_cycles_end() -> None:
    loop: dict[str, Any] = {"mail": MAIL}
    loop["self"] = loop
    record = logging.makeLogRecord({"msg": "x", "loop": loop})
    RedactingFilter().filter(record)
    assert MAIL not in repr(record.loop)  # type: ignore[attr-defined]


def test_a_record_that_cannot_be_redacted_is_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    added = RedactingFilter()

    def fails(text: str) -> Any:
        raise RuntimeError(text)

    monkeypatch.setattr(added._redactor._detector, "detect", fails)
    log = Log(added, FULL)
    try:
        raise ValueError(RRN)
    except ValueError:
        log.logger.exception("call %s", PHONE, extra={"who": MAIL})
    assert log.text == f"{WITHHELD}|{WITHHELD}\n"


def test_entities_threshold_and_masks() -> None:
    assert Redactor(["KR_RRN"]).text(f"{RRN} {PHONE}") == f"<KR_RRN> {PHONE}"
    assert Redactor(threshold=0.999).text(PHONE) == PHONE
    masked = Redactor(replacement="mask").text(f"번호 {RRN}")
    assert RRN not in masked
    assert "*" in masked
    own = Redactor(detector=Detector(entities=[], deny={"PROJECT": ["Bluebird"]}), replacement="mask")
    assert own.text("on Bluebird") == "on <PROJECT>"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"replacement": "hash"}, "replacement 'hash' is unknown"),
        ({"entities": ["X"]}, "unknown entity X"),
        ({"threshold": 2}, "threshold must lie in 0..1"),
        ({"detector": Detector(), "entities": ["KR_RRN"]}, "either a detector"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        RedactingFilter(**options)


def test_all_handlers_of_a_logger_get_the_filter() -> None:
    with pytest.raises(InputError, match="has no handler yet"):
        redact_handlers(logging.getLogger("test.without.handlers"))
    parent = logging.getLogger("test.parent")
    parent.propagate = False
    stream = io.StringIO()
    parent.addHandler(logging.StreamHandler(stream))
    redact_handlers(parent, entities=["KR_RRN"])
    logging.getLogger("test.parent.child").error("%s %s", RRN, PHONE)
    assert stream.getvalue() == f"<KR_RRN> {PHONE}\n"


EXTRA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(message=st.text(max_size=30), args=st.lists(EXTRA, max_size=3), extra=EXTRA)
def test_no_record_whatever_raises(message: str, args: list[Any], extra: Any) -> None:
    record = logging.makeLogRecord({"msg": message, "args": tuple(args), "extra": extra})
    assert RedactingFilter(["KR_RRN", "PHONE_NUMBER"]).filter(record)
    logging.Formatter("%(message)s").format(record)


@given(
    before=st.text(max_size=6), values=st.lists(st.sampled_from([RRN, PHONE, MAIL]), min_size=1, max_size=4)
)
def test_what_is_redacted_is_not_found_again(before: str, values: list[str]) -> None:
    redactor = Redactor(["KR_RRN", "PHONE_NUMBER", "EMAIL_ADDRESS"])
    text = redactor.text(before + " / ".join(["", *values]))
    assert not [value for value in values if value in text]
    assert redactor.text(text) == text


# structlog


@pytest.fixture
def events() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.StackInfoRenderer(),
            StructlogRedactor(),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    yield stream
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def last(events: io.StringIO) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(events.getvalue().splitlines()[-1])
    return found


def test_structlog_events_fields_and_context_are_redacted(events: io.StringIO) -> None:
    structlog.contextvars.bind_contextvars(mail=MAIL)
    log = structlog.get_logger().bind(phone=1023456789)
    log.info(f"joined {RRN}", member={"tels": [PHONE], "n": 3}, password="hunter2")
    assert last(events) == {
        "event": "joined <KR_RRN>",
        "member": {"tels": ["<PHONE_NUMBER>"], "n": 3},
        "password": SECRET,
        "phone": "<PHONE_NUMBER>",
        "mail": "<EMAIL_ADDRESS>",
        "level": "info",
    }


def test_structlog_exceptions_are_redacted(events: io.StringIO) -> None:
    log = structlog.get_logger()
    try:
        raise ValueError(f"no {RRN}")
    except ValueError as error:
        log.exception("failed")
        assert "<KR_RRN>" in last(events)["exception"]
        log.error("failed", exc_info=error)
        assert "<KR_RRN>" in last(events)["exception"]
    log.error("failed", exc_info=True, stack_info=True)
    assert "exception" not in last(events)
    assert RRN not in events.getvalue()


def test_structured_tracebacks_with_locals_are_redacted() -> None:
    try:
        number = RRN
        raise ValueError(f"no {number}")
    except ValueError as error:
        event = structlog.processors.dict_tracebacks(None, "error", {"event": "x", "exc_info": error})
    text = json.dumps(StructlogRedactor()(None, "error", event), default=str)
    assert "ValueError" in text
    assert RRN not in text


def test_structlog_never_raises(events: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Redactor, "value", lambda *arguments: 1 / 0)
    structlog.get_logger().info(f"joined {RRN}", mail=MAIL)
    assert last(events) == {"level": "info", "event": WITHHELD}


def test_structlog_over_logging_is_redacted_once_for_both(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                StructlogRedactor(),
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ]
        )
    )
    logger = logging.getLogger("test.structlog")
    logger.propagate = False
    logger.addHandler(handler)
    logger.error("call %s", PHONE)
    assert json.loads(stream.getvalue())["event"] == "call <PHONE_NUMBER>"
    assert capsys.readouterr().err == ""
