"""A published file over HTTPS, by pooch: whole, or not at all. A download that was cut starts again."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from ML.spec import RemoteFile
from ML.weights.staging import NO_NETWORK, FetchError, WrongContentError

if TYPE_CHECKING:
    from requests import RequestException, Response

CONNECT_SECONDS = 10
CHUNK_BYTES = 64 * 1024
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
Report = Callable[[int, int | None], None]  # (bytes there, bytes in all if known)


def fetch_over_https(remote: RemoteFile, folder: Path, report: Report, timeout_seconds: float) -> Path:
    """The file in folder, with the published digest where there is one.

    timeout_seconds: of silence.  Raises FetchError; OSError for the disk.
    """
    import pooch
    import requests

    check_safe(remote.url)
    pooch.get_logger().setLevel("ERROR")
    downloader = pooch.HTTPDownloader(
        progressbar=ReportingBar(report),
        chunk_size=CHUNK_BYTES,
        timeout=(min(CONNECT_SECONDS, timeout_seconds), timeout_seconds),
        headers={"Accept-Encoding": "identity", "User-Agent": "Melodex"},
        hooks={"response": lambda response, **_: check_response(response, remote)},
    )
    known_hash = f"sha256:{remote.sha256}" if remote.sha256 else None
    try:
        return Path(pooch.retrieve(remote.url, known_hash, remote.name, folder, downloader=downloader))
    except requests.RequestException as error:
        raise FetchError(explain(error, remote.url)) from error
    except ValueError as error:  # pooch: another digest than the one that was expected
        raise WrongContentError(str(error).split(". ")[0]) from error


@dataclass
class ReportingBar:
    """What pooch takes for a progress bar."""

    report: Report
    total: int = 0
    n: int = 0

    def update(self, n_bytes: int) -> None:
        self.n = min(self.n + n_bytes, self.total or self.n + n_bytes)
        self.report(self.n, self.total or None)

    def reset(self) -> None:
        self.n = 0

    def close(self) -> None:
        pass


def check_response(response: "Response", remote: RemoteFile) -> None:
    """Hook of every response: nothing comes unencrypted, except from this machine to itself.

    Raises FetchError before the content is transferred.
    """
    if response.is_redirect:
        target = urljoin(response.url, response.headers["Location"])
        check_safe(target, may_be_local=response.url.startswith("http:"))
    elif response.ok:
        check_content(response, remote)


def check_content(response: "Response", remote: RemoteFile) -> None:
    if response.headers.get("Content-Type", "").startswith("text/html"):
        raise FetchError("the server answers with a web page instead of the file")
    length = response.headers.get("Content-Length", "")
    if length == "0":
        raise FetchError("the server has an empty file there")
    if remote.n_bytes and length.isdigit() and int(length) != remote.n_bytes:
        raise WrongContentError(f"the server has a file of {length} bytes, expected were {remote.n_bytes}")
    is_chunked = "chunked" in response.headers.get("Transfer-Encoding", "")
    if not (length or is_chunked or remote.n_bytes or remote.sha256):
        raise FetchError("the server does not say how large it is, so a cut would go unnoticed")


def check_safe(url: str, may_be_local: bool = True) -> None:
    """Raises FetchError."""
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
    if parts.scheme != "https" and not (is_local and may_be_local):
        raise FetchError(f"it would come from {url}, which is not https")


def explain(error: "RequestException", url: str) -> str:
    """An exception of requests in words."""
    import requests
    from urllib3.exceptions import NewConnectionError, ProxyError

    host = urlsplit(url).hostname
    reason: Any = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code} {error.response.reason or ''}".rstrip()
    if isinstance(error, requests.exceptions.SSLError):
        return f"the connection to {host} cannot be trusted ({reason or error})"
    if isinstance(reason, NewConnectionError | ProxyError) or isinstance(error, requests.ConnectTimeout):
        return f"{host} {NO_NETWORK}"
    if isinstance(error, requests.Timeout) or re.search("timed out", str(error)):
        return f"{host} sent nothing more"
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return f"{host} cut the connection"
    return str(error)
