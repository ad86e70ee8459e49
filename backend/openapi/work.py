"""Types of what a person does: jobs, uploads, playlists, judgements, evaluations. See answers.py."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from backend.jobs.params import OFFERED
from backend.openapi.answers import ListedTrack
from backend.playlist_params import MAX_NAME
from db.duplicates import VERDICTS
from db.playlists import MAX_TRACKS

Id = Annotated[int, Field(ge=0, lt=2**63)]
Verdict = Annotated[str, Field(json_schema_extra={"enum": [*VERDICTS]})]
Kind = Annotated[str, Field(json_schema_extra={"enum": [*OFFERED]})]


class NewJob(TypedDict):
    kind: Kind
    parameters: NotRequired[dict[str, Any]]


class Job(TypedDict):
    id: int
    kind: str
    parameters: dict[str, Any]
    state: Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
    cancelling: bool
    error: str | None
    created_at: str
    started_at: str | None
    ended_at: str | None
    stage: str
    item: str
    done: int
    total: int
    unit: str
    rate: float | None
    seconds_left: float | None
    n_failed: int
    note: str | None


class Failure(TypedDict):
    what: str
    reason: str


class JobWithFailures(Job):
    failures: list[Failure]


class Jobs(TypedDict):
    jobs: list[Job]
    worker: bool


class Export(TypedDict):
    job_id: int
    filename: str
    n_bytes: int


class Exports(TypedDict):
    exports: list[Export]


class Training(TypedDict):
    """problem: why it cannot begin now.  missing: the model whose weights are in the way."""

    name: str
    label: str
    n_tracks: int
    n_genres: int
    n_artists: int
    problem: str | None
    missing: str | None


class Accuracy(TypedDict):
    mean: float | None
    interval_95: list[float] | None
    n: int


class TrainedRun(TypedDict):
    """use: commands that put it in the place of the head in use."""

    name: str
    ended_at: str
    source: str | None
    whisper: str | None
    n_tracks: int | None
    n_genres: int | None
    best_epoch: int
    head: Accuracy | None
    raw: Accuracy | None
    chance: float | None
    use: list[str]
    used: bool


class Trainings(TypedDict):
    """epochs, balanced: what a job does where nobody says otherwise.  whisper: what it listens through."""

    whisper: str
    epochs: int
    balanced: bool
    trainings: list[Training]
    runs: list[TrainedRun]


class Folder(TypedDict):
    n_files: int
    n_new: int
    n_changed: int
    n_gone: int


class Upload(TypedDict):
    """file: the sound itself."""

    file: bytes


class Uploaded(TypedDict):
    success: Literal[True]
    filename: str
    id: int


class UploadStatus(TypedDict):
    """models: "waiting", "heard", or why it could not, by model."""

    id: int
    filename: str
    status: Literal["waiting", "ready", "incomplete"]
    models: dict[str, str]


class PlaylistChange(TypedDict):
    name: NotRequired[Annotated[str, Field(min_length=1, max_length=MAX_NAME)]]
    track_ids: NotRequired[Annotated[list[Id], Field(max_length=MAX_TRACKS)]]


class NewPlaylist(TypedDict):
    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    track_ids: NotRequired[Annotated[list[Id], Field(max_length=MAX_TRACKS)]]


class PlaylistSummary(TypedDict):
    id: int
    name: str
    n_tracks: int
    duration: float
    created_at: str
    updated_at: str


class PlaylistTrack(ListedTrack):
    has_cover: bool
    gone: bool
    duplicate_of: str | None


class Playlist(PlaylistSummary):
    tracks: list[PlaylistTrack]


class Playlists(TypedDict):
    playlists: list[PlaylistSummary]


class PairTrack(ListedTrack):
    year: int | None
    file_size: int | None


class Pair(TypedDict):
    id: int
    kind: Literal["same", "version"]
    verdict: Verdict | None
    closeness: float | None
    bit_error_rate: float | None
    offset_seconds: float | None
    tracks: list[PairTrack]


class Pairs(TypedDict):
    pairs: list[Pair]


class Judgement(TypedDict):
    verdict: Verdict | None


class Judged(Judgement):
    id: int


class Group(TypedDict):
    """drift and steps: with their intervals; test: whether shuffled years explain as much."""

    name: str
    n_tracks: int
    notes: list[str]
    spread: float | None
    net: float | None
    drift: Any
    test: Any
    years: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    moves: list[dict[str, Any]]


class Evolution(TypedDict):
    model: str
    by: str
    seed: int
    typical_distance: float | None
    groups: list[Group]


class Evaluations(TypedDict):
    evaluations: list[dict[str, Any]]
