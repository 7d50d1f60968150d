"""Entries as journald gets them."""

from __future__ import annotations

import socket
from pathlib import Path

from cortex_llm.journal import send


def test_an_entry_has_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(path))
        assert send(str(path), MESSAGE="two\nlines", PRIORITY=3)
        assert journal.recv(4096).decode().splitlines() == [
            "SYSLOG_IDENTIFIER=cortex-llm",
            "MESSAGE=two lines",
            "PRIORITY=3",
        ]


def test_no_journal_is_no_error(tmp_path: Path) -> None:
    assert not send(str(tmp_path / "none"), MESSAGE="x")
