"""doctor."""

import json
from dataclasses import asdict

import click

from backend.commands.edge import command
from backend.health import Finding, examine
from ML.errors import MelodexError


@command("doctor")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def doctor(as_json: bool) -> None:
    """Check music folder, database, weights and maps; say what is wrong and what to do.

    Changes nothing. Exit status 1 when something is broken; what is merely undone yet is told.
    """
    found = list(examine())
    if as_json:
        click.echo(json.dumps([{"part": part, **asdict(finding)} for part, finding in found], indent=2))
    else:
        for part, finding in found:
            click.echo(line_of(part, finding), err=finding.is_bad)
    n_bad = sum(finding.is_bad for _, finding in found)
    if n_bad:
        raise MelodexError(f"{n_bad} things are broken.")
    if not as_json:
        click.echo("Nothing is broken.")


def line_of(part: str, finding: Finding) -> str:
    mark = "!" if finding.is_bad else "-" if finding.remedy else " "
    return f"{mark} {part}: {finding.what}" + (f" → {finding.remedy}" if finding.remedy else "")
