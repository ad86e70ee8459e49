"""Files and queries of any content: an answer or a reason, never anything else."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.label_table import read_genres
from ML.errors import MelodexError
from ML.evaluation.tag_tables import read_own_tags
from ML.isolation import isolated
from ML.mfcc_params import load_params
from ML.tags import read_cover
from ML.training.jamendo import read_table
from ML.weights.store import load_file
from tests.reliability.bad_files import fate
from tests.sounds import noise, picture, tag, write_sound

KINDS = ("wav", "flac", "ogg", "mp3", "m4a")
SHARED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
bounded = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=SHARED)
changes = st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=12)), min_size=1, max_size=8)
lines = st.lists(st.text(max_size=30), max_size=6).map("\n".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def songs(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("fuzz")
    paths = {kind: write_sound(folder / f"song.{kind}", noise(1, 0.3)) for kind in KINDS}
    return {kind: tag(path, picture(), title="T", artist="A").read_bytes() for kind, path in paths.items()}


def damaged(content: bytes, changed: list[tuple[float, bytes]], end: float) -> bytes:
    data = bytearray(content)
    for place, new in changed:
        at = int(place**3 * len(data))  # headers are in front
        data[at : at + len(new)] = new
    return bytes(data[: max(1, int(end * len(data)))])


@pytest.mark.parametrize("kind", KINDS)
@bounded
@given(changed=changes, end=st.sampled_from([1.0, 1.0, 0.7, 0.1]))
def test_any_damage_to_a_song_ends_with_an_answer_or_a_reason(kind, changed, end, songs, tmp_path):
    path = tmp_path / f"song.{kind}"
    path.write_bytes(damaged(songs[kind], changed, end))
    what = fate(path)
    assert what == "ok" or what.startswith(("not indexed: ", "not heard: ")) and len(what) < 300
    assert "the decoder crashed (status" not in what, "an error of Python that nobody has thought of"
    isolated(read_cover, path)


TABLES = {
    "selected_songs.csv": lambda path: read_genres(path.parent),
    "tags.csv": read_own_tags,
    "autotagging_genre-train.tsv": lambda path: read_table(path, "genre"),
    "params.json": load_params,
    "model.pth": load_file,
    "model.safetensors": load_file,
}


def read_anything(name: str, content: bytes, folder: Path) -> None:
    path = folder / name
    path.write_bytes(content)
    try:
        TABLES[name](path)
    except MelodexError as error:
        assert str(error)


@pytest.mark.parametrize("name", TABLES)
@bounded
@given(
    content=st.binary(max_size=300)
    | lines.map(str.encode)
    | values.map(lambda value: json.dumps(value).encode())
)
def test_any_table_and_checkpoint_is_read_or_refused(name, content, tmp_path):
    read_anything(name, content, tmp_path)


@pytest.mark.parametrize("name", [name for name in TABLES if name.endswith(("json", "csv", "tsv"))])
@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'filename,genre\n"' + b"x" * 200_000, b"\xff\xfe\x00,\x00"]
)
def test_what_is_deep_long_or_of_another_encoding_is_refused_too(name, content, tmp_path):
    read_anything(name, content, tmp_path)


ROUTES = (
    "/embeddings",
    "/taggrams",
    "/neighbors",
    "/segments",
    "/activations",
    "/map-quality",
    "/waveform/a.wav",
)
NAMES = ("red", "dataset", "metodo", "dimensions", "track", "k", "tag", "points", "seed", "plus")


@bounded
@given(
    route=st.sampled_from(ROUTES),
    query=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=8) | st.integers().map(str), max_size=4),
)
def test_any_query_is_answered_or_refused(route, query, client):
    answer = client.get(route, query_string=query)
    assert answer.status_code in (200, 202, 400, 404)
    assert answer.status_code < 400 or answer.json["error"]
