"""The page of evaluations: figures a researcher sorts and reads, and its faces without any."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MODELS, Site

N_MODELS = len(MODELS.split(","))


def open_page(page: Page, site: Site) -> None:
    page.goto(f"{site.app}/?page=evaluation")
    expect(page.get_by_test_id("evaluation-page")).to_be_visible()


def names(page: Page) -> list[str]:
    return page.get_by_test_id("scores-models").locator("tbody th").all_inner_texts()


def test_figures_are_those_of_the_run_and_sort_by_what_is_better(page: Page, site: Site, evaluated):
    open_page(page, site)
    rows = [row for row in evaluated["rows"] if row["method"] is None]
    assert names(page) == [row["name"] for row in rows] and len(rows) == N_MODELS
    figure = rows[0]["metrics"]["knn_accuracy"]
    cell = page.get_by_test_id("scores-models").locator("tbody td").first
    assert float(cell.inner_text()) == pytest.approx(figure["mean"], abs=0.0006)
    assert ", chance 0." in (cell.locator("svg").get_attribute("aria-label") or "")
    for key, descending in (("map", True), ("davies_bouldin", False)):
        page.get_by_test_id(f"sort-{key}").click()
        expected = sorted(rows, key=lambda row: row["metrics"][key]["mean"], reverse=descending)
        assert names(page) == [row["name"] for row in expected], key


def test_a_track_that_models_disagree_about_is_shown_on_the_map(page: Page, site: Site, evaluated):
    open_page(page, site)
    worst = evaluated["agreement"]["tracks"][0]["filename"]
    page.get_by_role("button", name=worst).click()
    expect(page).to_have_url(re.compile("track="))
    assert "page=" not in page.url


def test_without_a_run_and_with_a_wrong_link_the_page_says_what_to_do(page: Page, site: Site):
    page.goto(f"{site.app}/?page=evaluation&evaluation=nosuch")
    expect(page.get_by_test_id("evaluation-error")).to_contain_text("no evaluation")
    page.route("**/evaluations", lambda route: route.fulfill(json={"evaluations": []}))
    page.goto(f"{site.app}/?page=evaluation")
    expect(page.get_by_test_id("evaluation-none")).to_contain_text("evaluate")
