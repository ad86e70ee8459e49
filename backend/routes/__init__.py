"""One file a resource; a new route goes into one of these or a new one listed here."""

from backend.routes import (
    app_files,
    duplicates,
    evolution,
    extractions,
    library,
    maps,
    media,
    models,
    neighbors,
    playlists,
    segments,
    uploads,
)

BLUEPRINTS = (
    library.blueprint,
    maps.blueprint,
    neighbors.blueprint,
    evolution.blueprint,
    duplicates.blueprint,
    segments.blueprint,
    uploads.blueprint,
    playlists.blueprint,
    extractions.blueprint,
    media.blueprint,
    models.blueprint,
    app_files.blueprint,
)
