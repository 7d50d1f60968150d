"""``explain-stop``: why the model server's service ended, as its last STATUS and in the journal.

Runs as ExecStopPost=, where systemd says in $SERVICE_RESULT, $EXIT_CODE and $EXIT_STATUS how
the service ended.  The sentence is what ``systemctl status cortex-llm`` shows from then on.
"""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Mapping

from cortex_llm.crash_reasons import OTHER_BUILD, REASONS
from cortex_llm.journal import send
from cortex_llm.machine import read_memory_limit
from cortex_llm.output import say
from cortex_llm.ready import notify

STOPPED = "7a4e9b1c2d3f4e5a8b6c7d8e9f0a1b01"  # MESSAGE_IDs, listed in docs/operations.md
FAILED = "7a4e9b1c2d3f4e5a8b6c7d8e9f0a1b02"
INFO, ERROR = 6, 3
LESS_MEMORY = "use a smaller model or context, or raise the limit: install-llm.sh configure"
#: What a person can do, by the signal.
SIGNAL_HINTS = {
    signal.SIGKILL: "{limit}: " + LESS_MEMORY,
    signal.SIGSEGV: f": {OTHER_BUILD}",
    signal.SIGILL: f": {OTHER_BUILD}",
    signal.SIGABRT: "; its last output is in the journal",
}
RESULTS = {
    "oom-kill": "killed because memory ran out{limit}: " + LESS_MEMORY,
    "timeout": "loading the model took too long",
    "start-limit-hit": "it crashed too often; once fixed: systemctl reset-failed cortex-llm",
}


def command(_arguments: argparse.Namespace) -> int:
    """``explain-stop``: always 0, the service has ended already."""
    good, text = explain(os.environ, read_memory_limit())
    notify(f"STATUS={text}")
    sent = send(
        MESSAGE=text,
        PRIORITY=INFO if good else ERROR,
        MESSAGE_ID=STOPPED if good else FAILED,
        CORTEX_SERVICE_RESULT=os.environ.get("SERVICE_RESULT", ""),
        CORTEX_EXIT_STATUS=os.environ.get("EXIT_STATUS", ""),
    )
    if not sent:
        say(f"cortex-llm: {text}")
    return 0


def explain(environ: Mapping[str, str], limit: int | None) -> tuple[bool, str]:
    """Whether it ended well, and the sentence; `limit` is the memory cap in bytes."""
    result = environ.get("SERVICE_RESULT", "success")
    status = environ.get("EXIT_STATUS", "")
    cap = f" (MemoryMax is {limit >> 20} MiB)" if limit else ""
    if result == "success":
        return True, "unloaded; its memory was freed"
    if result in RESULTS:
        return False, RESULTS[result].format(limit=cap)
    if result in ("signal", "core-dump"):
        return False, _explain_signal(status, cap)
    if result == "exit-code" and status in ("0", "TERM"):
        return False, "stopped because it did not become ready: see journalctl -u cortex-llm"
    if result == "exit-code" and status == "2":
        return False, "wrong settings in /etc/cortex/llm.env: cortex-llm check names them"
    return False, f"failed ({result} {status}): see journalctl -u cortex-llm, cortex-llm check"


def _explain_signal(status: str, cap: str) -> str:
    number = getattr(signal, f"SIG{status}", None)
    if number not in REASONS:
        return f"ended by SIG{status}; its last output is in the journal"
    return REASONS[number] + SIGNAL_HINTS.get(number, "").format(limit=cap)
