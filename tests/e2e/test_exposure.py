"""A library with a token, in a real browser: one address lets a person in, every page keeps to its policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import POLICY, Site, free_ports, serving
from tests.e2e.map_page import current_time, lonely_point, open_map, wait_for_frames

TOKEN = "a-token-that-nobody-guesses"
PAGES = ("map", "library", "playlists", "evaluation", "evolution", "duplicates", "jobs")


@pytest.fixture(scope="module")
def guarded_site(library: dict[str, str]) -> Iterator[Site]:
    """The library of the other tests, for those who know a token."""
    with serving(library | free_ports() | {"MELODEX_TOKEN": TOKEN}) as running:
        yield running


def test_without_the_token_the_app_says_what_is_missing(page: Page, guarded_site: Site):
    page.goto(guarded_site.app)
    expect(page.get_by_text("asks for a token")).to_be_visible()


def test_the_field_takes_the_token_and_opens_the_view_of_the_link(chromium: Browser, guarded_site: Site):
    page = chromium.new_page()
    page.goto(f"{guarded_site.app}/?page=library&find=a&token=of-yesterday")
    page.get_by_test_id("access-token").fill("of-yesterday")
    page.get_by_test_id("access-submit").click()
    expect(page.get_by_role("alert")).to_contain_text("not the token")
    page.get_by_test_id("access-token").fill(f"{guarded_site.app}/?token={TOKEN}")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("library-filter")).to_have_value("a")
    assert TOKEN not in page.url
    page.close()


def test_with_it_everything_works_within_the_policy(page: Page, guarded_site: Site):
    open_map(page, f"{guarded_site.app}/?token={TOKEN}")
    assert TOKEN not in page.url
    assert TOKEN not in page.evaluate("document.cookie")
    point = lonely_point(page)
    page.mouse.click(point["x"], point["y"])
    page.wait_for_function("() => document.querySelector('audio').currentTime > 0.2")
    assert current_time(page) > 0
    page.get_by_test_id("play-button").click()
    for name in PAGES:
        page.get_by_test_id(f"page-{name}").click()
        expect(page.get_by_test_id(f"page-{name}")).to_have_attribute("aria-current", "page")
        wait_for_frames(page)
    page.reload()
    expect(page.get_by_test_id("page-jobs")).to_have_attribute("aria-current", "page")


def test_what_the_policy_forbids_does_not_happen_and_is_noticed(chromium: Browser, guarded_site: Site):
    """The pages of the other tests listen for this."""
    page = chromium.new_page()
    page.goto(f"{guarded_site.app}/?token={TOKEN}")
    expect(page.get_by_test_id("page-map")).to_be_visible()  # the entrance has led on to the app
    with page.expect_console_message(lambda message: POLICY in message.text):
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked = 1\">')"
        )
    assert page.evaluate("window.hacked") is None
    page.close()
