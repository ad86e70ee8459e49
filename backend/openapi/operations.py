"""What each route takes and answers, by its endpoint: one row for every one there is."""

from dataclasses import dataclass
from typing import Any

from backend.columns import ARROW_MIMETYPE
from backend.openapi import answers, work
from backend.parameters import HITS, MAP, MODEL, OTHER_PARAMETERS, VECTORS
from backend.playlist_files import FORMATS
from backend.routes.media import MIME_TYPES
from db.evolution import GROUPS

JSON, FORM, HTML = "application/json", "multipart/form-data", "text/html"


@dataclass(frozen=True)
class Operation:
    """answer: the type of its JSON, or the media types of what is none.  takes: names of query parameters.

    body: the type of what is sent, in body_type.  statuses: of an answer that is no error.
    """

    answer: Any
    takes: tuple[str, ...] = ()
    body: Any = None
    body_type: str = JSON
    statuses: tuple[int, ...] = (200,)
    is_slow: bool = False  # 202 and answers.Computing while it is being computed


DRAWN = (*MAP, "space")
OPERATIONS: dict[str, Operation] = {
    "library.audios": Operation(list[str]),
    "library.tags": Operation(list[str]),
    "library.tracks": Operation(answers.Tracks),
    "maps.embeddings": Operation(answers.Map, MAP, is_slow=True),
    "maps.taggrams": Operation(answers.Map, MAP, is_slow=True),
    "maps.embeddings_columns": Operation((ARROW_MIMETYPE,), MAP, is_slow=True),
    "maps.taggrams_columns": Operation((ARROW_MIMETYPE,), MAP, is_slow=True),
    "neighbors.neighbors": Operation(answers.Neighbors, ("track", "segment", *HITS, *VECTORS)),
    "neighbors.path": Operation(answers.Hits, ("from", "to", "steps", *VECTORS)),
    "neighbors.blended": Operation(answers.Blend, ("plus", "minus", *HITS, *VECTORS)),
    "evolution.evolution": Operation(work.Evolution, ("by", *GROUPS, "with", *MODEL, "seed")),
    "duplicates.duplicates": Operation(work.Pairs),
    "duplicates.judge": Operation(work.Judged, body=work.Judgement),
    "segments.segments": Operation(answers.Segments, ("track", *MODEL)),
    "quality.overlap": Operation(answers.TrackNumbers, (*VECTORS, *OTHER_PARAMETERS), is_slow=True),
    "quality.disagreement": Operation(answers.Disagreement, ("space",), is_slow=True),
    "quality.map_quality": Operation(answers.MapQuality, DRAWN, is_slow=True),
    "quality.map_neighbors": Operation(answers.MapNeighbors, ("track", "k", *DRAWN), is_slow=True),
    "regions.regions": Operation(answers.Regions, DRAWN, is_slow=True),
    "regions.clusters": Operation(answers.Clusters, DRAWN, is_slow=True),
    "exports.exports": Operation(work.Exports),
    "exports.export": Operation(("*/*",)),
    "trainings.trainings": Operation(work.Trainings),
    "evaluations.evaluations": Operation(work.Evaluations),
    "evaluations.evaluation": Operation(dict[str, Any]),
    "evaluations.evaluation_file": Operation(("*/*",)),
    "evaluations.agreement": Operation(dict[str, Any], ("evaluation",)),
    "uploads.upload": Operation(work.Uploaded, body=work.Upload, body_type=FORM),
    "uploads.upload_status": Operation(work.UploadStatus),
    "playlists.playlists": Operation(work.Playlists),
    "playlists.create": Operation(work.Playlist, body=work.NewPlaylist, statuses=(201,)),
    "playlists.read": Operation(work.Playlist),
    "playlists.change": Operation(work.Playlist, body=work.PlaylistChange),
    "playlists.delete": Operation(answers.Success),
    "playlists.export": Operation(tuple(each.mime_type for each in FORMATS.values()), ("format",)),
    "extractions.extractions": Operation(answers.Extractions),
    "extractions.activations": Operation(answers.Activations, (*MODEL, "tag")),
    "jobs.jobs": Operation(work.Jobs),
    "jobs.create": Operation(work.Job, body=work.NewJob, statuses=(200, 201)),
    "jobs.events": Operation(("text/event-stream",)),
    "jobs.read": Operation(work.JobWithFailures),
    "jobs.cancel": Operation(work.Job),
    "jobs.resume": Operation(work.Job),
    "jobs.folder": Operation(work.Folder),
    "media.audio": Operation(tuple(sorted(set(MIME_TYPES.values()))), statuses=(200, 206)),
    "media.cover": Operation(("image/jpeg",), ("size",)),
    "media.waveform": Operation(answers.Waveform, ("points",)),
    "models.models": Operation(answers.Models),
    "app_files.index": Operation((HTML,)),
    "app_files.asset": Operation(("*/*",)),
    "docs.document": Operation(dict[str, Any]),
    "docs.page": Operation((HTML,)),
    "docs.style": Operation(("text/css",)),
}
