import json

from cortex_cli import entry
from cortex_cli.installed import State


def test_a_row_becomes_an_entry_and_json() -> None:
    versions = json.dumps({"make": {"version": "4.3", "state": "installed"}, "new": None})
    row = (7, "install", "make", "{}", None, "ada", "done", 1.0, 2.0, versions, None, "", None, 0)
    found = entry.from_row(row)
    assert found.before == {"make": State("4.3", "installed"), "new": None}
    assert found.after is None
    shown = found.as_json()
    assert list(shown) == entry.FIELDS.split(", ")
    assert json.loads(json.dumps(shown))["before"]["make"]["version"] == "4.3"
