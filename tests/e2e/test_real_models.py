"""Published weights on real music, from the commands to the maps in the browser."""

import json
import os
import shutil
import sqlite3
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ML.audio import is_audio_file
from tests.e2e.commands import analyze_library
from tests.e2e.conftest import Site, free_ports, serving
from tests.e2e.map_page import open_map, positions
from tests.e2e.test_selection import MARGIN, around, draw, selected
from tests.ML.golden import SHARED, needs_shared

MODELS = ("musicnn/mtat", "musicnn/jamendo", "whisper/base", "acoustic/librosa")
N_TRACKS = 6  # as few as every projection and the cluster of voices can be tested with: Whisper is slow
VOICES = {f"{name}-0000.hq.ogg" for name in ("198-209", "3436-172162", "5703-47212")}
WIDTHS = {"whisper/base": (512, 512), "musicnn/mtat": (200, 50)}

# Four models analyze the songs first, while another worker runs its tests.
pytestmark = [needs_shared, pytest.mark.xdist_group("real models")]


@pytest.fixture(scope="module")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The smallest files of a music folder as people have them, analyzed by four models."""
    folder = tmp_path_factory.mktemp("real")
    environment = {
        **os.environ,
        "MELODEX_AUDIO_DIR": str(copy_smallest(SHARED / "audio" / "library", folder / "audio")),
        "MELODEX_DATABASE_PATH": str(folder / "cache.db"),
        "MELODEX_WEIGHTS_DIR": str(SHARED / "weights"),
        **free_ports(),
    }
    analyze_library(environment, models=",".join(MODELS))
    with serving(environment) as site:
        yield site


def copy_smallest(source: Path, target: Path) -> Path:
    files = sorted(filter(is_audio_file, source.rglob("*")), key=lambda path: path.stat().st_size)
    target.mkdir()
    for path in files[:N_TRACKS]:
        shutil.copy(path, target / path.name)
    return target


@pytest.mark.parametrize("key", MODELS)
@pytest.mark.parametrize("space", ["embedding", "taggram"])
def test_every_map_opens_in_the_app(page: Page, real_site: Site, key, space):
    model, variant = key.split("/")
    page.goto(f"{real_site.app}/?model={model}&variant={variant}&space={space}")
    shown = page.get_by_test_id("map")
    expect(shown).to_have_attribute("data-points", str(N_TRACKS))
    expect(shown).to_have_attribute("data-settled", "true")


def test_a_lasso_around_the_voices_selects_exactly_these(page: Page, real_site: Site):
    """Three files are people reading aloud: a cluster that is known without asking any model."""
    open_map(page, f"{real_site.app}/?model=musicnn&variant=mtat&method=pca")
    points = [point for point in positions(page) if point["name"] in VOICES]
    assert {point["name"] for point in points} == VOICES
    xs, ys = ([point[axis] for point in points] for axis in "xy")
    page.keyboard.down("Shift")
    draw(page, around([min(xs) - MARGIN, min(ys) - MARGIN, max(xs) + MARGIN, max(ys) + MARGIN]))
    page.keyboard.up("Shift")
    assert selected(page) == VOICES


@pytest.mark.parametrize("key", WIDTHS)
def test_vectors_have_the_width_the_registry_says(real_site: Site, key):
    """The original stored Whisper's whole activations: 768 000 numbers a track."""
    with sqlite3.connect(real_site.environment["MELODEX_DATABASE_PATH"]) as connection:
        shapes = set(
            connection.execute(
                "SELECT embedding_shape, taggram_shape FROM embeddings WHERE model || '/' || dataset = ?",
                (key,),
            )
        )
    embedding, taggram = WIDTHS[key]
    assert shapes == {(f"(1, {embedding})", f"(1, {taggram})")}


def test_the_api_counts_what_was_heard(real_site: Site):
    with urllib.request.urlopen(f"{real_site.api}/models") as answer:
        models = {f"{m['model']}/{m['variant']}": m for m in json.load(answer)["models"]}
    assert {key: models[key]["n_extracted"] for key in MODELS} == dict.fromkeys(MODELS, N_TRACKS)
    assert models["mert/95m"]["licence"].startswith("CC BY-NC")
