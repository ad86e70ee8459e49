"""DNS rebinding: a foreign name made to point at this machine must not make its page one of ours."""

import ipaddress
import socket
from functools import cache
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import MisdirectedRequest

from backend.guards.proxies import is_address

LOCAL_NAME = "localhost"


def refuse_foreign_hosts() -> None:
    """Names are believed only where they are known; an address cannot be rebound."""
    name = host_name(request.environ.get("HTTP_HOST", ""))
    if not (is_address(name) or name in known_names()):
        raise MisdirectedRequest(f"This machine is not known as {name!r}: ALLOWED_HOSTS lists its names.")


def host_name(host: str) -> str:
    """Of a Host header: without port and brackets, in lower case; "" for what is none."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:  # brackets around what is no address
        return ""


def is_loopback(name: str) -> bool:
    return name == LOCAL_NAME or (is_address(name) and ipaddress.ip_address(name).is_loopback)


def known_names() -> set[str]:
    return {LOCAL_NAME, *own_names(), *(name.lower() for name in current_app.config["ALLOWED_HOSTS"])}


@cache
def own_names() -> tuple[str, ...]:
    """Under which the machine's own network finds it."""
    name = socket.gethostname().lower()
    return name, f"{name.removesuffix('.local')}.local"
