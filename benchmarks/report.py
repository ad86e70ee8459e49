"""Rows of a benchmark: printed as they are measured, kept in RESULTS.md with machine and command.

row = Row("UMAP 10 k × 200", Figure(58.1, "s", "umap.UMAP()"), Figure(14.2), at_most_times(1 / 3))
report("projections", "python -m benchmarks.projections", [row])
"""

import datetime
import os
import platform
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

RESULTS = Path(__file__).parent / "RESULTS.md"
TITLE = """# What was measured

Every section is written by its command; `make bench` runs them all. Times are not promises, ratios are: both
sides of a ratio were measured in one run. "Load" is what else the machine was doing when the run began.
"""
HEADER = ("work", "baseline", "ours", "ratio", "target", "verdict")
NONE = "—"


@dataclass(frozen=True)
class Figure:
    """A measured number. unit: "s", "ms", "MB", …  what: what was measured, where the row does not say it."""

    value: float
    unit: str = "s"
    what: str = ""

    def __str__(self) -> str:
        number = f"{self.value:,.0f}" if abs(self.value) >= 1000 else f"{self.value:.3g}"
        return " ".join(filter(None, (number, self.unit, f"({self.what})" if self.what else "")))


@dataclass(frozen=True)
class Target:
    """What a row must reach: words, and the test of it."""

    text: str
    is_met: Callable[["Row"], bool]


@dataclass(frozen=True)
class Row:
    """One line of the table. baseline None: the target is a number, not a ratio.  target None: no promise."""

    work: str
    baseline: Figure | None
    ours: Figure
    target: Target | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over the baseline: 0.25 is a quarter of it."""
        return self.ours.value / self.baseline.value if self.baseline else None

    @property
    def verdict(self) -> str:
        if self.target is None:
            return NONE
        return "pass" if self.target.is_met(self) else "falls short"

    def cells(self) -> tuple[str, ...]:
        ratio = NONE if self.ratio is None else f"{self.ratio:.3g} ×"
        target = self.target.text if self.target else NONE
        return self.work, str(self.baseline or NONE), str(self.ours), ratio, target, self.verdict


def at_most_times(factor: float) -> Target:
    """Ours is at most so many times the baseline; 1/4 is four times less."""
    return Target(f"≤ {factor:.3g} ×", lambda row: row.ratio is not None and row.ratio <= factor)


def at_least_times(factor: float) -> Target:
    return Target(f"≥ {factor:.3g} ×", lambda row: row.ratio is not None and row.ratio >= factor)


def at_most(limit: Figure) -> Target:
    """limit: in the unit of ours."""
    return Target(f"≤ {limit}", lambda row: row.ours.value <= limit.value)


def at_least(limit: Figure) -> Target:
    return Target(f"≥ {limit}", lambda row: row.ours.value >= limit.value)


def report(
    section: str, command: str, rows: Iterable[Row], notes: str = "", results: Path = RESULTS
) -> list[Row]:
    """Print each row as it comes and write the section anew; rows: a generator that measures, or a list.

    notes: Markdown below the table: what bounds a row that falls short, what was tried.
    """
    start = describe_start()
    print(f"{section}: {start}\n{line_of(HEADER)}", flush=True)
    done = []
    for row in rows:
        print(line_of(row.cells()), flush=True)
        done.append(row)
        write_section(results, section, section_text(section, command, start, done, notes))
    return done


def line_of(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def section_text(section: str, command: str, start: str, rows: list[Row], notes: str) -> str:
    table = [line_of(HEADER), line_of("---" for _ in HEADER), *(line_of(row.cells()) for row in rows)]
    parts = [f"## {section.capitalize()}", f"`{command}` · {start}", "\n".join(table), notes.strip()]
    return "\n\n".join(filter(None, parts))


def write_section(path: Path, section: str, text: str) -> None:
    """Replace what stands between the section's marks, or add them at the end."""
    before = path.read_text(encoding="utf-8") if path.exists() else TITLE
    marked = f"<!-- {section} -->\n{text}\n<!-- /{section} -->"
    pattern = re.compile(rf"<!-- {re.escape(section)} -->.*?<!-- /{re.escape(section)} -->", re.DOTALL)
    after, n_replaced = pattern.subn(lambda _: marked, before)
    path.write_text(after if n_replaced else f"{before.rstrip()}\n\n{marked}\n", encoding="utf-8")


def describe_start() -> str:
    """Date, machine and load; Python and torch, which decide most."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return ", ".join(
        (
            f"{datetime.date.today():%d %b %Y}",
            f"{os.cpu_count()} cores of {processor_name()}",
            f"{memory:.0f} GiB",
            f"Python {platform.python_version()}",
            f"torch {metadata.version('torch')}",
            f"load {os.getloadavg()[0]:.1f}",
        )
    )


def processor_name() -> str:
    """As the system calls it; Linux tells the model in a file only."""
    info = Path("/proc/cpuinfo")
    names = re.findall(r"^model name\s*: (.*)$", info.read_text(), re.MULTILINE) if info.exists() else []
    return names[0] if names else platform.processor() or platform.machine()
