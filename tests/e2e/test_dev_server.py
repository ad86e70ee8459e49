"""The seed's own way: `npm start` in the app's folder, beside a running API."""

import os
import re
import signal
import subprocess
from pathlib import Path

from playwright.sync_api import Page, expect

from backend.server import create_app
from tests.e2e.conftest import N_TRACKS, Site, free_port, wait_for

UI = Path(__file__).resolve().parents[2] / "ui-embedding-visualization"


def test_npm_start_shows_the_map(page: Page, site: Site):
    port = free_port()
    command = ["npm", "start", "--", "--port", str(port)]
    environment = {**os.environ, "MELODEX_API": site.api}
    with subprocess.Popen(command, cwd=UI, env=environment, start_new_session=True) as server:
        try:
            wait_for(f"http://localhost:{port}/", server)
            page.goto(f"http://localhost:{port}/")
            expect(page.get_by_test_id("map")).to_have_attribute("data-points", str(N_TRACKS))
        finally:
            os.killpg(server.pid, signal.SIGTERM)


def test_every_route_of_the_server_is_reached_through_it():
    text = (UI / "vite.config.ts").read_text()
    passed_on = set(re.findall(r"'/([a-z-]+)'", text.split("API_PATHS = ")[1].split("]")[0]))
    rules = {rule.rule.split("/")[1].split(".")[0] for rule in create_app().url_map.iter_rules()}
    assert rules - {"", "assets"} == passed_on
