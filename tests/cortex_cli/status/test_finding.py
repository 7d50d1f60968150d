from dataclasses import asdict

from cortex_cli.status.finding import Finding


def test_its_fields_are_those_of_the_json() -> None:
    """``cortex doctor --json`` prints them: programs rely on these names."""
    assert asdict(Finding("disk space", "ok", "1 MiB free")) == {
        "name": "disk space",
        "state": "ok",
        "detail": "1 MiB free",
        "remedy": None,
    }
