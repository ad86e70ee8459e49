"""The log of the server and its worker: one place, levels, lines or JSON, the request's id, no secrets."""

import logging
import re
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler

import click

import config
from backend.request_ids import current_id

TALKATIVE = ("huey", "openTSNE")  # they tell every step
HIDDEN = "[hidden]"
SECRETS = re.compile(r"((?:token=|bearer\s+|cookie:?\s+\S+=))[^\s&;'\"]+", re.IGNORECASE)


class LineFormat(logging.Formatter):
    """A line for a person. Nothing that is logged begins a second one, but for a traceback's own."""

    def __init__(self, token: str):
        super().__init__("%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s")
        self.token = token

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = re.sub(r"[\r\n]+", " ", record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        return hide(super().format(record), self.token)


class JsonFormat(LineFormat):
    """An object a line: time, level, logger, request_id, message, and traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": hide(record.getMessage(), self.token),
        }
        if record.exc_info:
            fields["traceback"] = hide(self.formatException(record.exc_info), self.token)
        import orjson

        return orjson.dumps(fields).decode()


FORMATS = {"text": LineFormat, "json": JsonFormat}


def hide(text: str, token: str) -> str:
    """Without the token, wherever it stands, and without whatever is given for one."""
    text = text.replace(token, HIDDEN) if token else text
    return SECRETS.sub(rf"\1{HIDDEN}", text)


def add_request_id(record: logging.LogRecord) -> bool:
    record.request_id = current_id() or "-"
    return True


def set_up_logs(token: str) -> None:
    """To where the settings say. token: that of the library, which no line holds."""
    handler = WatchedFileHandler(config.LOG_FILE) if config.LOG_FILE else logging.StreamHandler()
    handler.setFormatter(FORMATS[config.LOG_FORMAT](token))
    handler.addFilter(add_request_id)
    logging.basicConfig(level=config.LOG_LEVEL.upper(), handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def set_up_logs_of_run() -> None:
    """Of `flask run`, which is Flask's own command."""
    context = click.get_current_context(silent=True)
    if context is not None and context.info_name == "run":
        set_up_logs(config.TOKEN)
