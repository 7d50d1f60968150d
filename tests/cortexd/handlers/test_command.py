"""A row of the table: what is shown of its handler."""

from __future__ import annotations

from cortexd.access import Level
from cortexd.api.messages import NoParams, PingReply
from cortexd.handlers.command import Command


def test_the_summary_is_the_first_line_of_the_docstring() -> None:
    def documented() -> None:
        """Do one thing.

        And more about it.
        """

    row = Command("x", Level.READ, NoParams, PingReply, documented)
    assert row.summary == "Do one thing."
    assert row._replace(handler=lambda: None).summary == ""
