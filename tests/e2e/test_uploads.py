"""Files dropped on the window: sent, heard, and a point on the map; what is no music says so."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import process_environment
from tests.e2e.commands import analyze_library
from tests.e2e.conftest import Site, free_ports, serving
from tests.e2e.map_page import PATIENCE, get_json, open_map
from tests.sounds import noise, write_sound

DROP = """([name, text]) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([bytes], name))
    for (const kind of ['dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }))
}"""


@pytest.fixture(scope="module")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A library of its own with three songs: it grows."""
    folder = tmp_path_factory.mktemp("growing")
    for seed in range(3):
        write_sound(folder / "music" / f"{seed}.wav", noise(seed, 2))
    environment = process_environment(folder / "music", folder / "cache.db") | free_ports()
    analyze_library(environment)
    with serving(environment) as running:
        yield running


def drop(page: Page, name: str, content: bytes) -> None:
    page.evaluate(DROP, [name, base64.b64encode(content).decode()])


def test_a_dropped_song_becomes_a_point_that_plays(page: Page, small_site: Site, tmp_path: Path):
    open_map(page, f"{small_site.app}/?model=acoustic&method=pca")
    expect(page.get_by_test_id("map")).to_have_attribute("data-points", "3")
    drop(page, "夜に駆ける.wav", write_sound(tmp_path / "new.wav", noise(7, 2)).read_bytes())
    drop(page, "not music.mp3", b"a letter to a friend" * 100)
    rows = page.get_by_test_id("upload-row")
    expect(rows.nth(1)).to_have_attribute("data-stage", "failed", timeout=PATIENCE)
    expect(rows.nth(1)).to_contain_text("no audio file")
    expect(rows.nth(0)).to_have_attribute("data-stage", "ready", timeout=2 * PATIENCE)
    expect(page.get_by_test_id("map")).to_have_attribute("data-points", "4", timeout=PATIENCE)
    assert "夜に駆ける.wav" in get_json(small_site, "/audios")
    page.get_by_test_id("upload-show").click()
    expect(page.get_by_test_id("track-title")).to_have_text("夜に駆ける")
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2", timeout=PATIENCE)
    page.get_by_test_id("uploads-close").click()
    expect(page.get_by_test_id("uploads")).to_have_count(0)


def test_files_can_be_chosen_too_and_are_in_the_library_at_once(page: Page, small_site: Site, tmp_path: Path):
    page.goto(f"{small_site.app}/?page=library")
    before = len(get_json(small_site, "/audios"))
    expect(page.get_by_test_id("library-count")).to_contain_text(f"{before} tracks")
    files = [write_sound(tmp_path / f"chosen {seed}.flac", noise(20 + seed, 2)) for seed in range(3)]
    page.get_by_test_id("add-music-input").set_input_files(files)
    expect(page.get_by_test_id("library-count")).to_contain_text(f"{before + 3} tracks", timeout=PATIENCE)
    for row in page.get_by_test_id("upload-row").all():
        expect(row).to_have_attribute("data-stage", "ready", timeout=2 * PATIENCE)
