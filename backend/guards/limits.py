"""How often one address may change something."""

import math
import time

from flask import Flask, request
from flask_limiter import Limiter, RequestLimit
from werkzeug.exceptions import TooManyRequests

from backend.guards.pages import READING
from backend.guards.proxies import find_visitor

UPLOADING = "uploads.upload"


def set_up_limits(app: Flask) -> None:
    """Counted in this process, which is the only one that serves."""
    Limiter(
        lambda: find_visitor() or request.remote_addr or "",
        app=app,
        storage_uri="memory://",
        default_limits=[lambda: app.config["UPLOAD_LIMIT" if is_upload() else "WRITE_LIMIT"]],
        default_limits_exempt_when=lambda: request.method in READING,
        on_breach=refuse,
    )


def is_upload() -> bool:
    return request.endpoint == UPLOADING


def refuse(limit: RequestLimit) -> None:
    raise TooManyRequests(
        f"More than {limit.limit} from one address: wait a moment. "
        f"{'UPLOAD_LIMIT' if is_upload() else 'WRITE_LIMIT'} says how many may come.",
        retry_after=max(1, math.ceil(limit.reset_at - time.time())),
    )
