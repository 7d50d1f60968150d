"""The journal's native protocol, read back by a socket that stands for journald."""

from __future__ import annotations

import logging
import socket
import struct
from pathlib import Path

import pytest

from cortexd import events
from cortexd.journal import MAX_VALUE_BYTES, Journal, encode
from cortexd.log import JournalHandler


def decode(data: bytes) -> dict[str, str]:
    fields = {}
    while data:
        name, _, rest = data.partition(b"\n")
        if b"=" in name:
            key, _, value = name.partition(b"=")
            data = rest
        else:
            key = name
            size = struct.unpack("<Q", rest[:8])[0]
            value, data = rest[8 : 8 + size], rest[9 + size :]
        fields[key.decode()] = value.decode()
    return fields


def test_every_value_is_read_back() -> None:
    fields = {"MESSAGE": "two\nlines = here", "PRIORITY": 3, "X": "ü", "EMPTY": ""}
    assert decode(encode(fields)) == {name: str(value) for name, value in fields.items()}


def test_a_long_value_is_cut_and_a_surrogate_escaped() -> None:
    long = decode(encode({"MESSAGE": "x" * (MAX_VALUE_BYTES * 10)}))["MESSAGE"]
    assert MAX_VALUE_BYTES < len(long) < MAX_VALUE_BYTES + 20
    assert decode(encode({"MESSAGE": "\ud800"}))["MESSAGE"] == "\\ud800"


def test_a_record_goes_with_its_fields(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journald:
        journald.bind(str(path))
        sender = Journal(str(path))
        logger = logging.Logger("cortexd.test")
        logger.addHandler(JournalHandler(sender))
        ready = events.Event.READY
        events.log(logger, logging.WARNING, ready, "after %d ms", 5, request_id="abc")
        found = decode(journald.recv(1 << 16))
        sender.close()
    assert found["MESSAGE"] == "after 5 ms"
    assert found["PRIORITY"] == "4"
    assert found["MESSAGE_ID"] == ready.value
    assert found["CORTEX_REQUEST_ID"] == "abc"
    assert found["CODE_FUNC"] == "test_a_record_goes_with_its_fields"
    assert found["SYSLOG_IDENTIFIER"] == "cortexd"


def test_without_a_journal_it_goes_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sender = Journal(str(tmp_path / "none"))
    logger = logging.Logger("cortexd.test")
    logger.addHandler(JournalHandler(sender))
    logger.error("lost\nand found")
    sender.close()
    assert capsys.readouterr().err == "<3>lost\n<3>and found\n"
