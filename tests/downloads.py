"""A server on this machine that publishes one file, well or badly, and counts what it is asked for."""

import dataclasses
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ML import registry
from ML.spec import ModelSpec, RemoteFile, Weights

BODY = bytes(range(256)) * 2048  # 512 kB
SHA256 = hashlib.sha256(BODY).hexdigest()
CUT_AT = 300_000  # bytes: several of the blocks that a download is written in


@dataclass
class Behaviour:
    """How the server answers; the numbers are used up by the requests that meet them."""

    body: bytes = BODY
    etag: str | None = '"first edition"'
    knows_ranges: bool = True
    says_length: bool = True
    n_cuts: int = 0  # answers cut at CUT_AT bytes of their own
    n_stalls: int = 0  # answers that fall silent there
    n_failures: int = 0  # answers with `failure` before it works
    failure: int = 500
    pause_seconds: float = 0.0  # after every block
    redirect: str | None = None  # where /moved leads to
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    path: str
    range: str | None
    if_range: str | None


class Publisher:
    """The server with its address; requests: every one it got."""

    def __init__(self, server: ThreadingHTTPServer):
        self.behaviour = Behaviour()
        self.requests: list[Request] = []
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.release = threading.Event()  # ends what stalls

    def remote(self, path: str = "/model.pth", **facts: Any) -> RemoteFile:
        """facts: the published sha256 and n_bytes; both right unless said otherwise."""
        return RemoteFile(self.url + path, **{"sha256": SHA256, "n_bytes": len(BODY), **facts})

    def spec(self, *files: RemoteFile, path: str = "net/model.pth", **facts: Any) -> ModelSpec:
        """A record of the registry whose weights are published here."""
        weights = Weights(path, files or (self.remote(),), "MIT", **facts)
        return dataclasses.replace(registry.get("musicnn", "mtat"), weights=weights)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    publisher: Publisher

    def do_HEAD(self) -> None:
        """What the client of the Hugging Face Hub requests before it downloads."""
        behaviour = self.publisher.behaviour
        if self.path.endswith("/nowhere"):
            self.answer(404, {"X-Error-Code": "EntryNotFound"})
        elif behaviour.n_failures > 0:
            behaviour.n_failures -= 1
            self.answer(behaviour.failure, {})
        else:
            facts = {"Content-Length": str(len(behaviour.body)), "ETag": behaviour.etag or '"none"'}
            self.answer(200, {**facts, **behaviour.headers})

    def do_GET(self) -> None:
        asked = Request(self.path, self.headers.get("Range"), self.headers.get("If-Range"))
        if self.path.startswith("/api/"):  # what the client of the Hub requests on its own, at times
            self.answer(404, {})
            return
        self.publisher.requests.append(asked)
        behaviour = self.publisher.behaviour
        if self.path == "/moved":
            self.answer(302, {"Location": behaviour.redirect or "/model.pth"})
        elif self.path == "/nowhere":
            self.answer(404, {})
        elif behaviour.n_failures > 0:
            behaviour.n_failures -= 1
            self.answer(behaviour.failure, {})
        else:
            self.send_file(asked, behaviour)

    def answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", "Connection": "close", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def send_file(self, asked: Request, behaviour: Behaviour) -> None:
        start = self.start_of(asked, behaviour)
        if start >= len(behaviour.body) > 0:
            self.answer(416, {"Content-Range": f"bytes */{len(behaviour.body)}"})
            return
        self.send_response(206 if start else 200)
        headers = {"Content-Type": "application/octet-stream", "Connection": "close", **behaviour.headers}
        if behaviour.etag:
            headers["ETag"] = behaviour.etag
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(behaviour.body) - 1}/{len(behaviour.body)}"
        if behaviour.says_length:
            headers["Content-Length"] = str(len(behaviour.body) - start)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.send_body(behaviour.body[start:], behaviour)

    def start_of(self, asked: Request, behaviour: Behaviour) -> int:
        editions = (None, behaviour.etag, behaviour.headers.get("Last-Modified"))
        is_other = asked.if_range not in editions
        if asked.range is None or is_other or not behaviour.knows_ranges:
            return 0
        return int(asked.range.removeprefix("bytes=").removesuffix("-"))

    def send_body(self, body: bytes, behaviour: Behaviour) -> None:
        is_cut, is_stalled = behaviour.n_cuts > 0, behaviour.n_stalls > 0
        behaviour.n_cuts -= is_cut
        behaviour.n_stalls -= is_stalled
        body = body[:CUT_AT] if is_cut or is_stalled else body
        for start in range(0, len(body), 65_536):
            self.wfile.write(body[start : start + 65_536])
            time.sleep(behaviour.pause_seconds)
        if is_stalled:
            self.publisher.release.wait(10)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def publishing() -> Iterator[Publisher]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("ThisHandler", (Handler,), {}))
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that hang up are the point
    publisher = Publisher(server)
    server.RequestHandlerClass.publisher = publisher  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield publisher
    finally:
        publisher.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
