"""How long the app keeps a person waiting who presses something, with 100 000 tracks in a real browser.

    python -m benchmarks.app_tasks [--tracks 100000] [--library FOLDER]

Serves a synthetic library, presses what a person presses and notes the longest task of the page's main thread
until the answer is there: while a task runs, nothing else on the page answers. What follows it (the next
picture) is the renderer's and counted by `benchmarks.app`.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.api import PORT, SPEC, serving
from benchmarks.app import APP_VIEW, PATIENCE_MS, SCREEN
from benchmarks.report import Figure, Row, at_most, report
from benchmarks.synthetic_library import make_library
from tests.e2e.browser import ARGUMENTS, find_chromium

QUIET_MS = 1500  # tasks are told of a little after they end
LIMIT = Figure(100, "ms")
NOTE_TASKS = """
window.tasks = []
new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((task) => task.duration)))
  .observe({ type: 'longtask' })
"""
NOTES = """
A task of less than 50 ms is not told of by the browser and stands as 0. Tasks are timed by the clock: what
else the machine does is in them. When the order of previous and next was sorted in one task, and the values
of a column were read in one, the rows were 364, 124, 163, 119, 287, 157 and 225 ms, from top to bottom (load
4.7). What is left is mostly filtering, and rows in sight that are drawn and laid out.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=100_000, help="how many (default: 100000)")
    parser.add_argument("--library", type=Path, help="folder that keeps the library for the next time")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(arguments.tracks, arguments.library or Path(folder))
        report("app, its longest tasks", "python -m benchmarks.app_tasks", rows, NOTES)


def measure(n_tracks: int, folder: Path) -> Iterator[Row]:
    if not (folder / "library.db").exists():
        make_library(folder / "library.db", n_tracks, SPEC, hidden=False).close()
    with serving(folder), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport=SCREEN)  # type: ignore[arg-type]
        page.add_init_script(NOTE_TASKS)
        open_library(page)
        for name, press in PRESSED.items():
            work = f"{name}, {n_tracks:,} tracks: the longest task"
            yield Row(work, None, Figure(longest_task(page, press), "ms"), at_most(LIMIT))
        browser.close()


def open_library(page: Page) -> None:
    """On the map, with all that is fetched."""
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"http://127.0.0.1:{PORT}/?{APP_VIEW}")
    page.locator('[data-testid="map"][data-settled="true"]').wait_for()
    page.locator('[data-testid="search-input"][placeholder*="tracks"]').wait_for()
    page.wait_for_load_state("networkidle")


def longest_task(page: Page, press: Callable[[Page], None]) -> float:
    """Milliseconds."""
    page.wait_for_timeout(QUIET_MS)
    page.evaluate("window.tasks.length = 0")
    press(page)
    page.wait_for_timeout(QUIET_MS)
    return float(page.evaluate("Math.max(0, ...window.tasks)"))


def step(page: Page, button: str) -> None:
    """Another track is in the player."""
    before = page.title()
    page.get_by_test_id(button).click()
    page.wait_for_function("(before) => document.title !== before", arg=before)


def open_table(page: Page) -> None:
    page.get_by_test_id("page-library").click()
    page.get_by_test_id("library-row").first.wait_for()


def sort_table(page: Page, column: str) -> None:
    page.get_by_test_id(f"sort-{column}").click()
    page.locator('[data-testid="library"][aria-busy="false"]').wait_for()


PRESSED: dict[str, Callable[[Page], None]] = {
    "the first “next” of the player": lambda page: step(page, "next-button"),
    "“next” again": lambda page: step(page, "next-button"),
    "“previous”": lambda page: step(page, "previous-button"),
    "the table is opened": open_table,
    "it is sorted by title": lambda page: sort_table(page, "title"),
    "it is sorted by length": lambda page: sort_table(page, "duration"),
    "“next” beside the table": lambda page: step(page, "next-button"),
}


if __name__ == "__main__":
    main()
