"""What the journal is told of the requests to the model server: that they begin, how they end.

Told of are those that use the model (POST), with an id or without: one without has come by
another way than cortexd, which sends its id as X-Request-Id. Looking at the server (GET:
health, models, metrics) is told of only where it names an id, or readiness would drown the
rest. Prompts and answers are never told, nor queries.
"""

from __future__ import annotations

import sys
from enum import Enum

from cortex_llm.exchanges import Exchange, Outcome
from cortex_llm.journal import Journal

ERROR, WARNING, NOTICE, INFO = 3, 4, 5, 6


class Event(Enum):
    """Kind → MESSAGE_ID, listed in docs/operations.md; they never change."""

    MODEL_REQUEST_BEGAN = "7a4e9b1c2d3f4e5a8b6c7d8e9f0a1b11"
    MODEL_REQUEST_DONE = "7a4e9b1c2d3f4e5a8b6c7d8e9f0a1b12"
    MODEL_REQUEST_FAILED = "7a4e9b1c2d3f4e5a8b6c7d8e9f0a1b13"


#: An engine that breaks off is a defect; a stop costs somebody an answer; a client that goes
#: away may well mean to.
PRIORITIES = {Outcome.BROKEN: ERROR, Outcome.STOPPED: WARNING, Outcome.CANCELLED: NOTICE}
WORDS = {
    Outcome.CANCELLED: "was cancelled: the client disconnected",
    Outcome.BROKEN: "was cut off by the engine",
    Outcome.STOPPED: "was cut off: the service is stopping",
}


class RequestLog:
    """Writes to the journal, and to standard error where there is none."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def log_start(self, exchange: Exchange) -> None:
        """A request has come."""
        if not _is_logged(exchange):
            return
        message = f"{_name_request(exchange)} began: {exchange.method} {exchange.path}"
        self._write(Event.MODEL_REQUEST_BEGAN, INFO, message, exchange)

    def log_end(self, exchange: Exchange, outcome: Outcome) -> None:
        """It is over."""
        if not _is_logged(exchange):
            return
        took = _to_ms(exchange.ended - exchange.began)
        figures: dict[str, object] = {
            "CORTEX_OUTCOME": outcome.value,
            "CORTEX_DURATION_MS": took,
            "CORTEX_REQUEST_BYTES": exchange.request_bytes,
            "CORTEX_REPLY_BYTES": exchange.reply_bytes,
        }
        if exchange.status:
            figures["CORTEX_HTTP_STATUS"] = exchange.status
        if exchange.first_byte is not None:
            figures["CORTEX_FIRST_BYTE_MS"] = _to_ms(exchange.first_byte - exchange.began)
        how = WORDS.get(outcome, f"was answered: HTTP {exchange.status}")
        message = f"{_name_request(exchange)} {how}, {exchange.reply_bytes} bytes in {took} ms"
        done = outcome is Outcome.ANSWERED and exchange.status < 400
        event = Event.MODEL_REQUEST_DONE if done else Event.MODEL_REQUEST_FAILED
        self._write(event, choose_priority(outcome, exchange.status), message, exchange, **figures)

    def _write(
        self, event: Event, priority: int, message: str, exchange: Exchange, **figures: object
    ) -> None:
        fields: dict[str, object] = {
            "MESSAGE": message,
            "PRIORITY": priority,
            "MESSAGE_ID": event.value,
            "CORTEX_EVENT": event.name.lower(),
            "CORTEX_HTTP_METHOD": exchange.method,
            "CORTEX_HTTP_PATH": exchange.path,
            **figures,
        }
        if exchange.request_id is not None:
            fields["CORTEX_REQUEST_ID"] = exchange.request_id
        if not self._journal.send(**fields):
            sys.stderr.write(f"cortex-llm: {message}\n")
            sys.stderr.flush()


def choose_priority(outcome: Outcome, status: int) -> int:
    """4xx is the client's to mend, 5xx the server's."""
    if outcome is not Outcome.ANSWERED:
        return PRIORITIES[outcome]
    if status >= 500:
        return WARNING
    return NOTICE if status >= 400 else INFO


def _is_logged(exchange: Exchange) -> bool:
    return exchange.method == "POST" or exchange.request_id is not None


def _name_request(exchange: Exchange) -> str:
    return f"request {exchange.request_id}" if exchange.request_id else "a request without an id"


def _to_ms(seconds: float) -> float:
    return round(seconds * 1000, 2)
