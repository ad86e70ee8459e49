"""A copy in the library: looked for from the app, heard, decided; and what was decided stays."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import process_environment
from tests.e2e.commands import analyze_library
from tests.e2e.conftest import Site, free_ports, serving
from tests.e2e.map_page import PATIENCE, current_time, get_json
from tests.sounds import melody, write_sound

COPY, ORIGINAL = "copy.mp3", "album/original.flac"


@pytest.fixture(scope="module")
def doubled_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Five songs, one of them twice, heard by one model."""
    folder = tmp_path_factory.mktemp("doubled")
    first = melody(1)
    songs = {ORIGINAL: first, COPY: first} | {f"{seed}.ogg": melody(seed) for seed in range(2, 6)}
    for name, samples in songs.items():
        write_sound(folder / "music" / name, samples)
    environment = process_environment(folder / "music", folder / "cache.db") | free_ports()
    analyze_library(environment)
    with serving(environment) as running:
        yield running


def test_a_copy_is_found_heard_and_decided_for_good(page: Page, doubled_site: Site):
    page.goto(f"{doubled_site.app}/?page=duplicates&method=pca")
    expect(page.get_by_test_id("duplicates-none")).to_be_visible()
    page.get_by_test_id("start-duplicates").click()
    pair = page.get_by_test_id("pair").filter(has_text=COPY).filter(has_text=ORIGINAL)
    expect(pair).to_have_count(1, timeout=3 * PATIENCE)
    expect(pair).to_contain_text("The sound agrees in")
    expect(page.get_by_test_id("notice")).to_contain_text("Look for duplicates")

    pair.get_by_test_id("pair-play").first.click()
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0", timeout=PATIENCE)
    assert current_time(page) > 0

    pair.get_by_test_id("pair-duplicate").click()
    expect(pair).to_have_attribute("data-verdict", "duplicate")
    expect(page.get_by_test_id("duplicates").get_by_role("status")).to_contain_text(
        "The only pair is decided"
    )
    page.reload()
    expect(pair.get_by_test_id("pair-duplicate")).to_have_attribute("aria-pressed", "true")
    near = get_json(doubled_site, f"/neighbors?red=acoustic&dataset=librosa&track={ORIGINAL}&k=9")["data"]
    assert len(near) == 4 and COPY not in [hit["name"] for hit in near]

    page.get_by_test_id("start-duplicates").click()
    done = page.get_by_test_id("notice").filter(has_text="done")
    expect(done).to_be_visible(timeout=3 * PATIENCE)
    expect(pair).to_have_attribute("data-verdict", "duplicate")
    pair.get_by_test_id("pair-duplicate").click()
    expect(pair).to_have_attribute("data-verdict", "none")
