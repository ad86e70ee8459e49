"""A benchmark's table says what was measured, against what, and whether the promise was kept."""

import pytest

from benchmarks.report import Figure, Row, at_least, at_least_times, at_most, at_most_times, report

SLOW = Figure(8.0, "s", "the obvious loop")


@pytest.mark.parametrize(
    "target, ours, verdict",
    [
        (at_most_times(1 / 4), 2.0, "pass"),
        (at_most_times(1 / 4), 2.1, "falls short"),
        (at_least_times(1.5), 12.0, "pass"),
        (at_least_times(1.5), 11.9, "falls short"),
        (at_most(Figure(0.5)), 0.5, "pass"),
        (at_most(Figure(0.5)), 0.51, "falls short"),
        (at_least(Figure(0.95, "")), 0.95, "pass"),
        (at_least(Figure(0.95, "")), 0.94, "falls short"),
        (None, 2.0, "—"),
    ],
)
def test_a_row_is_judged_by_its_target(target, ours, verdict):
    assert Row("work", SLOW, Figure(ours), target).verdict == verdict


def test_a_ratio_without_a_baseline_is_not_reached():
    assert Row("work", None, Figure(1.0), at_most_times(1)).verdict == "falls short"


def test_rows_are_printed_as_they_come_and_kept_with_command_and_machine(tmp_path, capsys):
    def measure():
        yield Row("heard", SLOW, Figure(2.0), at_most_times(1 / 4))
        printed = capsys.readouterr().out
        assert "| heard | 8 s (the obvious loop) | 2 s | 0.25 × | ≤ 0.25 × | pass |" in printed
        yield Row("listed", None, Figure(1234.5, "MB"))

    report("extraction", "python -m x", measure(), "Bounded by *decoding*.", tmp_path / "RESULTS.md")
    text = (tmp_path / "RESULTS.md").read_text()
    assert text.startswith("# What was measured")
    assert "`python -m x` · " in text and " cores of " in text and "torch " in text
    assert "| listed | — | 1,234 MB | — | — | — |" in text
    assert "Bounded by *decoding*." in text


def test_a_section_is_written_anew_and_the_others_are_left_alone(tmp_path):
    path = tmp_path / "RESULTS.md"
    for section, value in (("one", 1.0), ("two", 2.0), ("one", 3.0)):
        report(section, f"run {section}", [Row("work", None, Figure(value))], results=path)
    text = path.read_text()
    assert text.index("## One") < text.index("## Two")
    assert "| work | — | 3 s |" in text and "| work | — | 2 s |" in text and "| 1 s |" not in text
    assert text.count("<!-- one -->") == text.count("<!-- /one -->") == 1
