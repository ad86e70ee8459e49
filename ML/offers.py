"""What a server's answer to a download promises, read from its headers and checked before a byte travels."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from ML.spec import RemoteFile

if TYPE_CHECKING:
    from requests import Response

OK, PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 200, 206, 416
WORTH_ANOTHER_TRY = {408, 425, 429, 500, 502, 503, 504}
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}


class Interrupted(Exception):
    """Trouble that may be over in a moment."""


class Refused(Exception):
    """Trouble that stays."""


class WrongContent(Refused):
    """Another file than the one that is published or pinned."""


@dataclass(frozen=True)
class Offer:
    """n_start: where the body begins in the file. n_total: bytes of the whole file, None if nobody says."""

    n_start: int
    n_total: int | None
    validator: str | None  # for If-Range: strong ETag or Last-Modified
    sha256: str | None


def read_offer(response: "Response", remote: RemoteFile, n_have: int) -> Offer:
    """n_have: bytes that were not asked for. Raises Interrupted, Refused."""
    check_status(response)
    if response.headers.get("Content-Type", "").startswith("text/html"):
        raise Refused("the server answers with a web page instead of the file")
    n_start = find_start(response, n_have)
    n_total = find_total(response, n_start)
    check_size(response, remote, n_total)
    return Offer(n_start, remote.n_bytes or n_total, find_validator(response), find_digest(response))


def check_status(response: "Response") -> None:
    said = f"the server answers {response.status_code} {response.reason or ''}".rstrip()
    if response.status_code in WORTH_ANOTHER_TRY:
        raise Interrupted(said)
    if response.status_code not in (OK, PARTIAL_CONTENT):
        raise Refused(said)


def find_start(response: "Response", n_have: int) -> int:
    """0 from a server that knows no ranges, or whose file has changed."""
    if response.status_code != PARTIAL_CONTENT:
        return 0
    if not response.headers.get("Content-Range", "").startswith(f"bytes {n_have}-"):
        raise Refused("the server sends another part than asked for")
    return n_have


def find_total(response: "Response", n_start: int) -> int | None:
    length = response.headers.get("Content-Length", "")
    is_plain = response.headers.get("Content-Encoding", "identity") == "identity"
    return n_start + int(length) if length.isdigit() and is_plain else None


def find_validator(response: "Response") -> str | None:
    etag = response.headers.get("ETag", "")
    return etag if etag.startswith('"') else response.headers.get("Last-Modified")


def find_digest(response: "Response") -> str | None:
    """Hugging Face names a large file's sha256 on the redirect to its mirrors."""
    for hop in (*response.history, response):
        named = re.fullmatch(r'(?:W/)?"?([0-9a-f]{64})"?', hop.headers.get("X-Linked-Etag", "").lower())
        if named:
            return named[1]
    return None


def check_size(response: "Response", remote: RemoteFile, n_total: int | None) -> None:
    if n_total == 0:
        raise Refused("the server has an empty file there")
    if n_total and remote.n_bytes and n_total != remote.n_bytes:
        raise WrongContent(f"the server has a file of {n_total} bytes, expected were {remote.n_bytes}")
    is_chunked = "chunked" in response.headers.get("Transfer-Encoding", "")
    if n_total is None and not (is_chunked or remote.n_bytes or remote.sha256):
        raise Refused("the server does not say how large it is, so a cut would go unnoticed")


def refuse_unsafe_redirect(response: "Response", **_: Any) -> None:
    """Hook of every answer: nothing comes unencrypted, except from this machine to itself."""
    if response.is_redirect:
        target = urljoin(response.url, response.headers["Location"])
        check_safe(target, may_be_local=response.url.startswith("http:"))


def check_safe(url: str, may_be_local: bool = True) -> None:
    """Raises Refused."""
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
    if parts.scheme != "https" and not (is_local and may_be_local):
        raise Refused(f"it would come from {url}, which is not https")
