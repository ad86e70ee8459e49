"""What an audit found fails the check; what could not be audited says so, and is not called clean."""

from tests.audits import app_faults, python_faults, report

FOUND = {
    "dependencies": [
        {"name": "a", "version": "1", "vulns": [{"id": "CVE-1"}]},
        {"name": "b", "skip_reason": "?"},
    ]
}
CLEAN = {"dependencies": [{"name": "a", "version": "1", "vulns": []}]}
UNKNOWN = {"dependencies": [{"name": "a", "skip_reason": "Dependency not found"}]}


def test_findings_are_told_and_counted(capsys):
    assert python_faults(FOUND) == ["a 1: CVE-1"]
    assert app_faults({"vulnerabilities": {"left-pad": {"severity": "high"}}}) == ["left-pad: high"]
    assert report({"pip-audit": lambda: python_faults(FOUND)}) == 1
    assert "a 1: CVE-1" in capsys.readouterr().out


def test_clean_is_clean(capsys):
    assert (
        report(
            {"pip-audit": lambda: python_faults(CLEAN), "npm": lambda: app_faults({"vulnerabilities": {}})}
        )
        == 0
    )
    assert "cannot be reached" not in capsys.readouterr().out


def test_a_service_out_of_reach_is_a_line_and_no_failure(capsys):
    for told in (None, UNKNOWN, {"message": "405", "statusCode": 405}):
        assert report({"pip-audit": lambda told=told: python_faults(told)}) == 0
        assert report({"npm audit": lambda told=told: app_faults(told)}) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6 and all("nothing was audited" in line for line in lines)
