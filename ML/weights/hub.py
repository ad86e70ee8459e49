"""A file on the Hugging Face Hub, by its own client.

It continues after a cut, and it knows mirrors (HF_ENDPOINT), tokens (HF_TOKEN) and offline mode
(HF_HUB_OFFLINE).
"""

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ML.spec import HubFile
from ML.weights.checksums import compute_sha256
from ML.weights.https import CONNECT_SECONDS, Report
from ML.weights.staging import NO_NETWORK, FetchError, WrongContentError


def fetch_from_hub(remote: HubFile, folder: Path, report: Report) -> Path:
    """The file in folder. Raises FetchError; OSError for the disk."""
    import httpx2
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import (
        FileMetadataError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
    )

    url = hf_hub_url(remote.repository, remote.name, revision=remote.revision)
    known = (FileMetadataError, HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled)
    try:
        # One request without a retry: the download itself would try a dead network for minutes.
        metadata = get_hf_file_metadata(url, timeout=CONNECT_SECONDS)
        path = hf_hub_download(
            remote.repository, remote.name, revision=remote.revision, local_dir=folder,
            tqdm_class=make_bar_class(report),
        )  # fmt: skip
    except (*known, httpx2.HTTPError) as error:
        raise FetchError(explain(error, url)) from error
    check_announced(Path(path), metadata.etag)
    return Path(path)


def check_announced(path: Path, etag: str | None) -> None:
    """The Hub's ETag of a large file is its sha256. Raises WrongContentError."""
    if etag and re.fullmatch("[0-9a-f]{64}", etag) and (sha256 := compute_sha256(path)) != etag:
        raise WrongContentError(f"what came has the sha256 {sha256}, the Hub announced {etag}")


def make_bar_class(report: Report) -> Any:
    """A tqdm that reports instead of printing."""
    from tqdm import tqdm

    class ReportingBar(tqdm):
        def __init__(self, *_: Any, total: int | None = None, initial: int = 0, **__: Any):
            super().__init__(total=total, initial=initial, file=io.StringIO(), mininterval=0.1)

        def display(self, *_: Any, **__: Any) -> bool:
            report(int(self.n), int(self.total) if self.total else None)
            return True

    return ReportingBar


def explain(error: Exception, url: str) -> str:
    """An exception of the client in one line."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answers {response.status_code} {response.reason_phrase}".rstrip()
    if type(error).__name__ == "OfflineModeIsEnabled":
        return "offline mode is set (HF_HUB_OFFLINE)"
    if isinstance(error, ValueError | FileNotFoundError) or "onnect" in type(error).__name__:
        return f"{urlsplit(url).hostname} {NO_NETWORK}"
    return (str(error) or type(error).__name__).splitlines()[0]
