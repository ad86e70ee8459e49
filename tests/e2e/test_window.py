"""Tests of a worker share a browser window: none may find what another has left in it."""

import pytest
from playwright.sync_api import BrowserContext

from tests.e2e.conftest import Site, new_page

LEAVE = """() => {
    localStorage.setItem('left', 'here')
    document.cookie = 'left=here'
    return new Promise((resolve) => (indexedDB.open('left').onsuccess = resolve))
}"""
FIND = "async () => [document.cookie, localStorage.length, (await indexedDB.databases()).length]"


@pytest.mark.parametrize("path", ["app", "api"])
def test_a_page_begins_without_the_storage_of_the_one_before(window: BrowserContext, site: Site, path: str):
    address = f"{getattr(site, path)}/models"
    with new_page(window) as page:
        page.goto(address)
        page.evaluate(LEAVE)
        assert page.evaluate(FIND) == ["left=here", 1, 1]
    with new_page(window) as page:
        page.goto(address)
        assert page.evaluate(FIND) == ["", 0, 0]
