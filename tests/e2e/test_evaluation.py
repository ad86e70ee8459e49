"""The page of evaluations: figures a researcher sorts and reads, and its faces without any."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import MODELS, Site
from tests.e2e.map_page import PATIENCE

N_MODELS = len(MODELS.split(","))
ROUNDED = 0.0006  # half of the third decimal, the last that is shown, and a little


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
    assert float(cell.inner_text()) == pytest.approx(figure["mean"], abs=ROUNDED)
    assert ", chance 0." in (cell.locator("svg").get_attribute("aria-label") or "")
    for key, descending in (("map", True), ("davies_bouldin", False)):
        page.get_by_test_id(f"sort-{key}").click()
        expected = sorted(rows, key=lambda row: row["metrics"][key]["mean"], reverse=descending)
        assert names(page) == [row["name"] for row in expected], key


def test_differences_are_those_of_the_run_from_either_side(page: Page, site: Site, evaluated):
    open_page(page, site)
    found = next(each for each in evaluated["differences"] if each["metric"] == "knn_accuracy")
    cell = page.get_by_test_id("differences").locator(f"tr:has(th:text-is('{found['right']}')) td").first
    page.get_by_test_id("difference-reference").select_option(found["left"])
    assert float(cell.inner_text()) == pytest.approx(-found["mean"], abs=ROUNDED)
    low, high = found["interval_95"]
    assert cell.get_attribute("data-told") == str(low > 0 or high < 0).lower()


def test_tables_and_pictures_are_taken_along_from_the_page(page: Page, site: Site, evaluated):
    open_page(page, site)
    links = [link.get_attribute("href") or "" for link in page.locator(".evaluation__files a").all()]
    there = page.request.get(f"{site.app}/evaluations/{evaluated['id']}/none").json()["choices"]
    names = {link.rsplit("/", 1)[-1] for link in links}
    assert {"evaluation.csv", "models.png", "maps.svg", "agreement.png"} < names <= set(there)
    for name, begins in (("evaluation.csv", b"name,model,"), ("models.png", b"\x89PNG")):
        with page.expect_download() as download:
            page.get_by_test_id(f"download-{name}").click()
        assert download.value.path().read_bytes().startswith(begins), name


def test_the_dendrogram_names_every_model_and_is_read_aloud(page: Page, site: Site, evaluated):
    open_page(page, site)
    tree = page.get_by_test_id("dendrogram")
    assert sorted(tree.locator("ul li").all_inner_texts()) == sorted(evaluated["agreement"]["models"])
    expect(tree.locator("path")).to_have_count(N_MODELS - 1)
    expect(tree.locator("ol li").last).to_contain_text(f"{evaluated['agreement']['linkage'][-1][2]:.2f}")


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


def test_an_evaluation_is_begun_on_the_page_and_its_figures_are_shown(page: Page, site: Site, evaluated):
    open_page(page, site)
    runs = page.get_by_test_id("evaluation-run").locator("option")
    n_before = runs.count()
    page.get_by_test_id("evaluate-labels").select_option("artist")
    page.get_by_test_id("start-evaluate").click()
    expect(runs).to_have_count(n_before + 1, timeout=PATIENCE)
    expect(page.locator(".evaluation__head")).to_contain_text("(artist)")
