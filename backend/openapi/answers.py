"""What the API answers, as types. A key that may be missing is NotRequired; all others are there."""

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from backend.openapi.pipelines import Outdated, Pipeline


class Error(TypedDict):
    success: Literal[False]
    status: int
    error: str
    choices: list[str] | None
    request_id: str | None


class Success(TypedDict):
    success: Literal[True]


class Computing(TypedDict):
    """Not there yet: ask again in a moment. progress: 0 to 1."""

    status: Literal["computing"]
    progress: float | None
    name: NotRequired[str]


# --- the library ------------------------------------------------------------------------------------------
class Track(TypedDict):
    id: int
    filename: str
    title: str | None
    artist: str | None
    album: str | None
    year: int | None
    genre: str
    genres: list[str]
    track_number: int | None
    duration: float | None
    tempo: float | None
    spectral_centroid: float | None
    has_cover: bool
    status: Literal["ok", "error"]
    error: str | None
    predicted_genre: str | None
    confidence: float | None


class Tracks(TypedDict):
    tracks: list[Track]


class ListedTrack(TypedDict):
    track_id: int
    filename: str
    title: str | None
    artist: str | None
    album: str | None
    duration: float | None


class Waveform(TypedDict):
    """duration: seconds of sound that decodes."""

    min: list[float]
    max: list[float]
    duration: float


class Extraction(TypedDict):
    """failed: the reason, by a track's id."""

    model: str
    variant: str
    heard: list[int]
    failed: dict[str, str]


class Extractions(TypedDict):
    extractions: list[Extraction]


class Activations(TypedDict):
    tag: str
    track_ids: list[int]
    values: list[float]


class Segments(TypedDict):
    track: str
    starts: list[float]
    seconds: float
    typical: float | None
    tags: list[str]
    activations: list[list[float]]
    means: list[float]


# --- models -----------------------------------------------------------------------------------------------
class ModelName(TypedDict):
    model: str
    variant: str


class Model(ModelName):
    label: str
    variant_label: str
    release: str | None
    releases: list[str]
    sample_rate: int
    segment_seconds: float
    embedding_dim: int
    taggram_dim: int
    taggram_kind: str
    taggram_label: str
    tag_names: list[str]
    licence: str | None
    paper: str
    weights: dict[str, Any] | None
    requires: Any
    runnable: bool
    n_extracted: int
    n_failed: int
    pipelines: list[Pipeline]
    outdated: list[Outdated]


class ProjectionName(TypedDict):
    name: str
    label: str


class Models(TypedDict):
    models: list[Model]
    projections: list[ProjectionName]
    dimensions: list[int]
    default: ModelName
    n_tracks: int


# --- maps and neighbours ----------------------------------------------------------------------------------
class Point(TypedDict):
    audio: str
    coords: list[float]
    name: str
    tag: str


class Map(TypedDict):
    name: str
    data: list[Point]
    parameters: dict[str, Any]
    note: str | None
    stale: bool


class Shared(TypedDict):
    tags: list[str]
    genre: str | None
    artist: str | None
    album: str | None
    year: int | None


class Hit(TypedDict):
    audio: str
    name: str
    tag: str
    distance: float
    score: float | None
    segment: float | None
    occurrence: int | None
    hub: bool | None
    shared: Shared | None


class Hits(TypedDict):
    name: str
    data: list[Hit]


class Neighbors(Hits):
    track: str
    segment: float | None


class Blend(Hits):
    plus: list[str]
    minus: list[str]


class Region(TypedDict):
    name: str
    coords: list[float]
    n_tracks: int


class Regions(TypedDict):
    name: str
    data: list[Region]


class Clusters(TypedDict):
    name: str
    track_ids: list[int]
    values: list[int]
    labels: list[str]


class TrackNumbers(TypedDict):
    k: int
    track_ids: list[int]
    values: list[float | None]


class Disagreement(TrackNumbers):
    models: list[str]


class Means(TypedDict):
    kept: float | None
    trustworthiness: float | None
    continuity: float | None


class MapQuality(TypedDict):
    name: str
    k: int
    sampled: int | None
    means: Means
    track_ids: list[int]
    kept: list[float | None]
    trustworthiness: list[float | None]
    continuity: list[float | None]


class ShownNear(TypedDict):
    name: str
    near: bool


class MapNeighbors(TypedDict):
    name: str
    track: str
    data: list[ShownNear]
