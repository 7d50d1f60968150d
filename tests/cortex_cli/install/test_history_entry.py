import json

from cortex_cli.debian.dpkg_status import State
from cortex_cli.install import history_entry


def test_a_row_becomes_an_entry_and_json() -> None:
    versions = json.dumps({"make": {"version": "4.3", "state": "installed"}, "new": None})
    row = (7, "install", "make", "{}", None, "ada", "done", 1.0, 2.0, versions, None, "", None, 0)
    found = history_entry.from_row(row)
    assert found.before == {"make": State("4.3", "installed"), "new": None}
    assert found.after is None
    shown = found.as_json()
    assert list(shown) == history_entry.FIELDS.split(", ")
    assert json.loads(json.dumps(shown))["before"]["make"]["version"] == "4.3"
