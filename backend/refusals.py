"""What the server refuses before the app hears of it, in the app's own shape."""

import logging

import orjson
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

import config
from backend.errors import error_body
from backend.guards.headers import SECURITY_HEADERS
from backend.request_ids import HEADER, new_id

log = logging.getLogger(__name__)
BYTES_PER_MB = 2**20
FORM_BYTES = 16_384  # of an upload beside its file: names, boundaries


def max_body_bytes(max_megabytes: int) -> int:
    """Of a request with a file of that size."""
    return max_megabytes * BYTES_PER_MB + FORM_BYTES


def too_large_message(max_megabytes: int) -> str:
    return (
        f"The file is larger than {max_megabytes} MB: copy it into the music folder and run index-audio, "
        "or set MELODEX_MAX_UPLOAD_MB."
    )


class Refusal(ErrorTask):
    """Of requests that are no HTTP, or larger than anybody may send."""

    def execute(self) -> None:
        error = self.request.error
        text = (
            too_large_message(config.MAX_UPLOAD_MB) if error.code == 413 else f"{error.reason}: {error.body}."
        )
        request_id = new_id()
        log.info("%d before any route, as %s: %s", error.code, request_id, error.reason)
        body = orjson.dumps(error_body(error.code, text, None, request_id))
        self.status = f"{error.code} {error.reason}"
        self.response_headers += [
            ("Content-Type", "application/json"),
            *SECURITY_HEADERS.items(),
            (HEADER, request_id),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class RefusingChannel(HTTPChannel):
    error_task_class = Refusal

    @classmethod
    def used_by(cls, server) -> None:
        """On every socket the server listens on."""
        for listener in server.map.values() if hasattr(server, "map") else [server]:
            listener.channel_class = cls
