"""The built app, when it has been built."""

from flask import Blueprint, Response, current_app, send_from_directory

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
    return send_from_directory(folder, filename, max_age=IMMUTABLE_SECONDS)
