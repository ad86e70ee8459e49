"""Help, start and the first requests are quick, because heavy libraries load on first use."""

import subprocess
import sys

import pytest

from backend.commands import COMMANDS
from tests.conftest import REPOSITORY

HEAVY = (
    "torch",
    "librosa",
    "umap",
    "transformers",
    "sklearn",
    "numba",
    "openTSNE",
    "scipy",
    "av",
    "PIL",
    "onnxruntime",
)

PROGRAMS = {
    "the app is made": "create_app()",
    "every command shows its help": """
app = create_app()
names = list(app.cli.commands)
assert {'init-db', 'index-audio', 'preprocess-all', 'preprocess-track', 'clean-db', 'serve'} <= set(names)
for name in names:
    result = app.test_cli_runner().invoke(args=[name, '--help'])
    assert result.exit_code == 0 and 'Usage' in result.output, (name, result.output)
""",
    "the database is made": """
assert create_app().test_cli_runner().invoke(args=['init-db']).exit_code == 0
""",
    "the library is listed": """
client = create_app().test_client()
for route in ('/tracks', '/audios', '/tags', '/models'):
    assert client.get(route).status_code == 200
assert client.get('/embeddings?red=no').status_code == 400
""",
}


@pytest.mark.parametrize("moment", PROGRAMS)
def test_nothing_heavy_is_loaded_when(moment, environment):
    code = f"""
import sys
from backend.server import create_app
{PROGRAMS[moment]}
print([name for name in {HEAVY!r} if name in sys.modules])
"""
    assert last_line(code, environment) == "[]"


def test_the_list_of_commands_takes_neither_the_database_nor_the_routes(environment):
    code = """
import sys
from backend.server import create_app
assert 'index-audio' in create_app().test_cli_runner().invoke(args=['--help']).output
print([name for name in ('sqlalchemy', 'alembic', 'huey', 'orjson', 'waitress', 'flask_compress',
    'backend.routes', 'backend.context', 'backend.commands.extraction') if name in sys.modules])
"""
    assert last_line(code, environment) == "[]"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_list_of_commands_says_what_their_help_says(command):
    loaded = command.load()
    assert command.name == loaded.name
    assert command.get_short_help_str(200) == loaded.get_short_help_str(200)


def test_flask_itself_lists_our_commands(flask):
    done = flask("--help")
    assert done.returncode == 0
    assert all(name in done.stdout for name in ("index-audio", "preprocess-all", "serve"))


def last_line(code: str, environment: dict[str, str]) -> str:
    """Of what a Python of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]
