"""The built app, when it has been built."""

from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Response, current_app, send_from_directory
from werkzeug.security import safe_join

from backend.bodies import COMPRESSED_TYPES, Body, to_response
from backend.errors import NotInLibraryError

blueprint = Blueprint("app_files", __name__)
IMMUTABLE_SECONDS = 365 * 24 * 3600  # Vite writes a hash of the content into the name


@blueprint.get("/")
def index() -> Response:
    """The app's page."""
    if not (current_app.config["UI_BUILD_DIR"] / "index.html").is_file():
        raise NotInLibraryError("The app is not built: run `make run`, or `npm run build` in its folder.")
    return send_from_directory(current_app.config["UI_BUILD_DIR"], "index.html", max_age=0)


@blueprint.get("/assets/<path:filename>")
def asset(filename: str) -> Response:
    """The app's scripts, styles and pictures."""
    folder = current_app.config["UI_BUILD_DIR"] / "assets"
    path = Path(safe_join(folder, filename) or folder)
    mimetype = guess_type(filename)[0] or ""
    if mimetype not in COMPRESSED_TYPES or not path.is_file():
        return send_from_directory(folder, filename, max_age=IMMUTABLE_SECONDS)
    response = to_response(read_text(path, mimetype, path.stat().st_mtime_ns))
    response.headers["Cache-Control"] = f"public, max-age={IMMUTABLE_SECONDS}, immutable"
    return response


@lru_cache(maxsize=32)
def read_text(path: Path, mimetype: str, mtime_ns: int) -> Body:
    """mtime_ns: of the file, which another build writes anew. Compressed once, not for every visitor."""
    return Body(path.read_bytes(), mimetype)
