"""One published file over HTTP into a `PartialFile`: resumed, tried again, verified.

`requests` rather than urllib: it brings certificates along where a Python has none, understands proxies and
notices a body that ends early. librosa (pooch) needs it anyway.
"""

import hashlib
import logging
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, ProxyError

from ML.errors import DownloadError
from ML.offers import (
    RANGE_NOT_SATISFIABLE,
    Interrupted,
    Offer,
    Refused,
    WrongContent,
    check_safe,
    read_offer,
    refuse_unsafe_redirect,
)
from ML.partial import Notes, PartialFile
from ML.spec import RemoteFile
from ML.weights.checksums import compute_sha256, readable_size
from ML.whole_files import sync_file

log = logging.getLogger(__name__)

PAUSES_SECONDS = (1, 2, 4)  # between attempts that gain nothing
CONNECT_SECONDS = 10
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Transfer:
    """What to fetch into where. remote: sha256 and n_bytes as far as anyone knows them."""

    remote: RemoteFile
    partial: PartialFile
    on_progress: Callable[[Path, int, int | None], None]
    timeout_seconds: float  # of silence

    @property
    def name(self) -> str:
        return self.partial.target.name


@dataclass(frozen=True)
class Content:
    """What arrived. announced: the sha256 the server gave for it, if it gave one."""

    sha256: str
    n_bytes: int
    announced: str | None
    was_resumed: bool


def fetch(transfer: Transfer, hint: str = "") -> Content:
    """The whole file, verified, in its partial file; the caller puts it in place.

    hint: said too when another file than expected is there. Raises DownloadError; OSError for the disk.
    """
    remote, target = transfer.remote, transfer.partial.target
    try:
        check_safe(remote.url)
        return fetch_verified(transfer)
    except (Interrupted, Refused) as error:
        size = f" ({readable_size(remote.n_bytes)})" if remote.n_bytes else ""
        raise DownloadError(
            f"Cannot download {target.name}{size}: {error}; get it from {remote.url} and put it at {target}."
            + (f" {hint}" if hint and isinstance(error, WrongContent) else "")
        ) from error


def fetch_verified(transfer: Transfer) -> Content:
    content = fetch_persistently(transfer)
    if content.was_resumed and not is_expected(content, transfer.remote):
        transfer.partial.discard()  # its beginning was damaged or of another edition: from the start then
        content = fetch_persistently(transfer)
    if not is_expected(content, transfer.remote):
        transfer.partial.discard()
        raise WrongContent(
            f"what came has the sha256 {content.sha256}, expected was "
            f"{expected_digest(content, transfer.remote)}, so it was thrown away"
        )
    return content


def is_expected(content: Content, remote: RemoteFile) -> bool:
    return content.sha256.startswith(expected_digest(content, remote))


def expected_digest(content: Content, remote: RemoteFile) -> str:
    """Published or pinned; else announced; else the beginning that PyTorch's releases have in their names."""
    named = re.search(r"-([0-9a-f]{8,64})\.", remote.name)
    return remote.sha256 or content.announced or (named[1] if named else "")


def fetch_persistently(transfer: Transfer) -> Content:
    """Try until it is there, or until one more attempt than there are pauses gained nothing."""
    partial = transfer.partial
    n_best, pauses = partial.n_bytes, iter(PAUSES_SECONDS)
    while True:
        try:
            return attempt(transfer)
        except Interrupted as error:
            if partial.n_bytes > n_best:
                n_best, pauses = partial.n_bytes, iter(PAUSES_SECONDS)
            pause = next(pauses, None)
            if pause is None:
                raise
            log.warning("%s: %s; trying again in %g s", transfer.name, error, pause)
            time.sleep(pause)


def attempt(transfer: Transfer) -> Content:
    """One request for what is missing. Raises Interrupted, Refused; OSError for the disk."""
    remote, partial = transfer.remote, transfer.partial
    notes = partial.resume(remote)
    if notes and notes.n_bytes == partial.n_bytes:  # stopped between the last byte and its place
        return Content(compute_sha256(partial.path), partial.n_bytes, notes.sha256, was_resumed=True)
    headers = request_headers(remote, notes, partial.n_bytes)
    timeout = (min(CONNECT_SECONDS, transfer.timeout_seconds), transfer.timeout_seconds)
    hooks = {"response": refuse_unsafe_redirect}
    try:
        with requests.get(remote.url, headers=headers, stream=True, timeout=timeout, hooks=hooks) as response:
            return receive(response, transfer, notes)
    except requests.RequestException as error:
        raise explain(error, remote.url, has_begun=partial.n_bytes > 0) from error


def request_headers(remote: RemoteFile, notes: Notes | None, n_have: int) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity", "User-Agent": "Melodex"}
    if notes:
        headers["Range"] = f"bytes={n_have}-"
        # A digest settles it at the end, also where every mirror has an ETag of its own (Hugging Face).
        if notes.validator and not (remote.sha256 or notes.sha256):
            headers["If-Range"] = notes.validator
    return headers


def explain(error: requests.RequestException, url: str, has_begun: bool) -> Interrupted | Refused:
    """A library's exception in words. Without a network nobody wants to wait for four attempts."""
    host = urlsplit(url).hostname
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(error, requests.exceptions.SSLError):
        return Refused(f"the connection to {host} cannot be trusted ({reason or error})")
    if isinstance(reason, ConnectTimeoutError | ProxyError):
        words = f"{host} cannot be reached (no network, or a proxy or firewall in between)"
        return Interrupted(words) if has_begun else Refused(words)
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return Interrupted(f"{host} fell silent")
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return Interrupted(f"{host} cut the connection")
    return Refused(str(error))


def receive(response: requests.Response, transfer: Transfer, notes: Notes | None) -> Content:
    remote, partial = transfer.remote, transfer.partial
    if response.status_code == RANGE_NOT_SATISFIABLE:
        partial.discard()
        raise Interrupted("the server has a shorter file than what is there")
    offer = read_offer(response, remote, partial.n_bytes)
    if offer.n_start and notes and notes.sha256 != offer.sha256:
        partial.discard()
        raise Interrupted("the server has another edition by now")
    make_sure_of_room(partial, offer)
    if not offer.n_start:
        partial.start(Notes(remote.url, offer.validator, offer.sha256, offer.n_total))
    return save(response, transfer, offer)


def make_sure_of_room(partial: PartialFile, offer: Offer) -> None:
    folder = partial.path.parent
    free = shutil.disk_usage(folder).free
    if offer.n_total and offer.n_total - partial.n_bytes > free:
        raise DownloadError(
            f"No room for {partial.target.name} ({readable_size(offer.n_total)}): the disk of {folder} has "
            f"{readable_size(free)} free; make room and try again."
        )


def save(response: requests.Response, transfer: Transfer, offer: Offer) -> Content:
    """The body behind what is there already."""
    partial = transfer.partial
    digest, n_bytes = hash_start(partial, offer.n_start), offer.n_start
    transfer.on_progress(partial.target, n_bytes, offer.n_total)
    with partial.path.open("ab") as file:
        for chunk in response.iter_content(CHUNK_BYTES):
            file.write(chunk)
            digest.update(chunk)
            n_bytes += len(chunk)
            if offer.n_total and n_bytes > offer.n_total:
                break
            transfer.on_progress(partial.target, n_bytes, offer.n_total)
        sync_file(file)
    check_length(partial, n_bytes, offer)
    return Content(digest.hexdigest(), n_bytes, offer.sha256, was_resumed=offer.n_start > 0)


def hash_start(partial: PartialFile, n_start: int):
    """hashlib's sha256 that has read what is there."""
    if not n_start:
        return hashlib.sha256()
    with partial.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256")


def check_length(partial: PartialFile, n_bytes: int, offer: Offer) -> None:
    """Only a server that does not say how long its answer is gets here with another length."""
    if offer.n_total and n_bytes < offer.n_total:
        raise Interrupted(f"it ended after {n_bytes} of {offer.n_total} bytes")
    if offer.n_total and n_bytes > offer.n_total:
        partial.discard()
        raise WrongContent(f"it is longer than the {offer.n_total} bytes it should have")
