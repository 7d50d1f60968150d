"""How much longer a person waits for the model while it reads an alert's evidence.

An explanation of an alert is for nobody in particular: it gives way to a person, also while its
prompt is being read.  The whole prompt would take seconds.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks.programs import Bench
from benchmarks.report import Outcome, Result, Skipped
from cortexd.api.client import Client
from tests.support.daemon import eventually
from tests.support.model_server import ModelServer, model_server
from tests.support.real_models import SMOLLM2

LIMIT_MS = 300.0
RUNS, QUICK_RUNS = 7, 3
READING_TIMEOUT_S = 90.0
TITLE = "a person's wait for an alert's explanation to give way"
# The root file system is fuller than this: an alert that is there at once, and explained.
SETTINGS = """\
monitoring: {interval_sec: 1, enable_apt: false, enable_deps: false}
thresholds: {disk_warn: 0.0001, disk_crit: 100}
alerts: {ai_timeout_sec: 60}
llm: {url: "%s", profile: chat}
"""
MODEL_SETTINGS = {"CORTEX_LLM_CTX_SIZE": "2048", "CORTEX_LLM_PARALLEL": "1"}


def run(bench: Bench) -> Iterator[Outcome]:
    """Ask alone, then whenever the model has begun to read for an alert."""
    if not SMOLLM2.exists():
        yield Skipped("analysis", TITLE, f"no {SMOLLM2}; scripts/fetch-test-models brings it")
        return
    with (
        model_server(bench.folder, model=SMOLLM2, unix=True, env=MODEL_SETTINGS) as server,
        bench.cortexd(f"unix:{server.socket_path}", SETTINGS) as daemon,
        Client(daemon.socket) as client,
    ):
        alone = min(_ask(client) for _ in range(3))
        waits = []
        for _ in range(QUICK_RUNS if bench.quick else RUNS):
            eventually(lambda: _is_reading(server), "an alert is read", READING_TIMEOUT_S)
            waits.append(_ask(client) - alone)
    yield Result("analysis", TITLE, max(0.0, statistics.median(waits)), LIMIT_MS, "ms")


def _ask(client: Client) -> float:
    """A person's request; what it took, in milliseconds."""
    reply = client.call("inference", prompt="Hi", max_tokens=1, temperature=0)
    return float(reply["queue_ms"] + reply["inference_time_ms"])


def _is_reading(server: ModelServer) -> bool:
    return any(slot["is_processing"] for slot in server.request("/slots")[1])
