"""One file a resource; a new route goes into one of these or a new one listed here."""

from backend.routes import (
    app_files,
    duplicates,
    evaluations,
    evolution,
    extractions,
    jobs,
    library,
    maps,
    media,
    models,
    neighbors,
    playlists,
    quality,
    regions,
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
    quality.blueprint,
    regions.blueprint,
    evaluations.blueprint,
    uploads.blueprint,
    playlists.blueprint,
    extractions.blueprint,
    jobs.blueprint,
    media.blueprint,
    models.blueprint,
    app_files.blueprint,
)
