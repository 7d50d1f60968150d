"""What the journal gets of a request."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cortex_llm.exchanges import Exchange, Outcome
from cortex_llm.journal import Journal
from cortex_llm.requestlog import RequestLog


class Journald:
    """A socket in journald's place, and a way to it."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.setblocking(False)
        self.client = Journal(str(path))

    def entry(self) -> dict[str, str] | None:
        try:
            raw = self.socket.recv(65536)
        except BlockingIOError:
            return None
        return dict(line.split("=", 1) for line in raw.decode().splitlines())


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journald]:
    found = Journald(tmp_path / "journal")
    yield found
    found.client.close()
    found.socket.close()


def finished(request_id: str | None = "abc", method: str = "POST", status: int = 200) -> Exchange:
    exchange = Exchange(request_id, method, "/v1/completions")
    exchange.status, exchange.request_bytes, exchange.reply_bytes = status, 20, 300
    if status:
        exchange.first_byte = exchange.began + 0.25
    exchange.ended = exchange.began + 1.5
    return exchange


def test_the_begin(journal: Journald) -> None:
    RequestLog(journal.client).log_start(finished())
    assert journal.entry() == {
        "SYSLOG_IDENTIFIER": "cortex-llm",
        "MESSAGE": "request abc began: POST /v1/completions",
        "PRIORITY": "6",
        "MESSAGE_ID": "7a4e9b1c2d3f4e5a8b6c7d8e9f0a1b11",
        "CORTEX_EVENT": "model_request_began",
        "CORTEX_HTTP_METHOD": "POST",
        "CORTEX_HTTP_PATH": "/v1/completions",
        "CORTEX_REQUEST_ID": "abc",
    }


def test_the_end(journal: Journald) -> None:
    RequestLog(journal.client).log_end(finished(), Outcome.ANSWERED)
    entry = journal.entry()
    assert entry is not None
    assert entry["MESSAGE"] == "request abc was answered: HTTP 200, 300 bytes in 1500.0 ms"
    assert entry["MESSAGE_ID"] == "7a4e9b1c2d3f4e5a8b6c7d8e9f0a1b12"
    assert entry["CORTEX_HTTP_STATUS"] == "200"
    assert (entry["CORTEX_DURATION_MS"], entry["CORTEX_FIRST_BYTE_MS"]) == ("1500.0", "250.0")
    assert (entry["CORTEX_REQUEST_BYTES"], entry["CORTEX_REPLY_BYTES"]) == ("20", "300")
    assert entry["CORTEX_OUTCOME"] == "answered"


@pytest.mark.parametrize(
    ("outcome", "status", "priority", "words"),
    [
        (Outcome.ANSWERED, 200, "6", "HTTP 200"),
        (Outcome.ANSWERED, 401, "5", "HTTP 401"),
        (Outcome.ANSWERED, 500, "4", "HTTP 500"),
        (Outcome.CANCELLED, 200, "5", "the client disconnected"),
        (Outcome.STOPPED, 200, "4", "the service is stopping"),
        (Outcome.BROKEN, 0, "3", "by the engine"),
    ],
)
def test_every_end_has_its_priority(
    journal: Journald, outcome: Outcome, status: int, priority: str, words: str
) -> None:
    RequestLog(journal.client).log_end(finished(status=status), outcome)
    entry = journal.entry()
    assert entry is not None
    assert entry["PRIORITY"] == priority
    assert words in entry["MESSAGE"]
    good = outcome is Outcome.ANSWERED and status == 200
    assert entry["CORTEX_EVENT"] == ("model_request_done" if good else "model_request_failed")


def test_use_is_told_without_an_id_and_looking_only_with_one(journal: Journald) -> None:
    log = RequestLog(journal.client)
    log.log_start(finished(None, "GET"))
    log.log_end(finished(None, "GET"), Outcome.ANSWERED)
    assert journal.entry() is None
    log.log_start(finished(None))
    entry = journal.entry()
    assert entry is not None
    assert "CORTEX_REQUEST_ID" not in entry
    assert "without an id" in entry["MESSAGE"]
    log.log_start(finished("probe", "GET"))
    entry = journal.entry()
    assert entry is not None
    assert entry["CORTEX_REQUEST_ID"] == "probe"


def test_without_a_journal_it_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal(str(tmp_path / "none"))
    RequestLog(journal).log_start(finished())
    journal.close()
    assert capsys.readouterr().err == "cortex-llm: request abc began: POST /v1/completions\n"
