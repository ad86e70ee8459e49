"""What the README says is true, and what is true is in the README."""

import re
import subprocess
from pathlib import Path

import pytest

import config
from tests.readme_tables import README, TABLES, with_tables

ROOT = Path(__file__).resolve().parents[1]
TEXT = README.read_text()


@pytest.mark.parametrize("name", TABLES)
def test_tables_say_what_the_code_says(name):
    written = TABLES[name]()
    assert written in TEXT, f"out of date: run `python -m tests.readme_tables` (table of {name})"


def test_nothing_else_is_listed():
    assert with_tables(TEXT) == TEXT


def test_every_setting_named_in_the_readme_exists():
    variables = {setting.variable for setting in config.SETTINGS} | {
        "MELODEX_API"
    }  # the app's own, for npm start
    assert set(re.findall(r"MELODEX_[A-Z_]+[A-Z]", TEXT)) <= variables


def test_every_make_target_named_in_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"`make ([a-z-]+)`", TEXT)):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_flask_command_in_the_text_exists():
    from backend.server import create_app

    known = set(create_app().cli.commands) | {"run"}
    assert set(re.findall(r"--app backend\.server ([a-z-]+)", TEXT)) <= known


def test_every_file_linked_exists():
    links = re.findall(r"\]\((?!https?:|#)([^)]+)\)", TEXT) + re.findall(
        r'src(?:set)?="(?!https?:)([^"]+)"', TEXT
    )
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_tree_names_no_machine_and_no_registry_host():
    """Written in pieces so that this file does not name them either."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    names = listed.stdout.split("\n") if listed.returncode == 0 else []
    forbidden = re.compile(
        "|".join(["/wo" + "rk/", "registry[.]npm" + "js", "files[.]python" + "hosted", "farm" + "-"])
    )
    for name in names:
        path = ROOT / name
        if path.is_file() and path.suffix in {
            ".py",
            ".md",
            ".json",
            ".toml",
            ".txt",
            ".ts",
            ".tsx",
            ".yml",
            "",
        }:
            assert not forbidden.search(path.read_text(errors="replace")), name
