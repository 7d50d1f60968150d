"""The daemon's counters in Prometheus's text format, by its naming conventions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cortexd.metrics import machine_metrics

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cortexd.context import Context

Sample = tuple[str, float]  # labels as they are written, and the value


def render(ctx: Context) -> str:
    """Every metric with its help and type lines, ending in a newline."""
    counters = ctx.counters
    blocks = [
        _format("cortexd_uptime_seconds", "gauge", "Seconds since the daemon started.",
               [("", time.monotonic() - ctx.started)]),
        _format("cortexd_info", "gauge", "Version of the daemon.",
               [(f'{{version="{ctx.version}"}}', 1)]),
        _format("cortexd_connections", "gauge", "Connected clients.",
               [("", ctx.count_connections())]),
        _format("cortexd_connections_total", "counter", "Accepted clients.",
               [("", counters.connections)]),
        _format("cortexd_connections_refused_total", "counter",
               "Clients refused: connection limit reached.", [("", counters.refused_connections)]),
        _format("cortexd_connections_dropped_total", "counter",
               "Clients dropped for not reading replies.", [("", counters.dropped_connections)]),
        _format("cortexd_connections_displaced_total", "counter",
               "Clients closed to make room for another user's.",
               [("", counters.displaced_connections)]),
        _format("cortexd_requests_total", "counter", "Requests by command.",
               _label_counts("command", counters.requests)),
        _format("cortexd_errors_total", "counter", "Error replies by code.",
               _label_counts("code", counters.errors)),
        _format("cortexd_inference_queue_waiting", "gauge", "Requests waiting for the model.",
               [("", ctx.queue.waiting)]),
        _format("cortexd_inference_queue_running", "gauge", "Requests that the model is answering.",
               [("", ctx.queue.running)]),
        _format("cortexd_inferences_total", "counter", "Completed answers.",
               [("", counters.inferences)]),
        _format("cortexd_inference_seconds_total", "counter", "Time spent on completed answers.",
               [("", counters.inference_seconds)]),
        _format("cortexd_prompt_tokens_total", "counter", "Prompt tokens processed.",
               [("", counters.prompt_tokens)]),
        _format("cortexd_tokens_total", "counter", "Tokens generated.", [("", counters.tokens)]),
        _format("cortexd_llm_ready", "gauge", "1 while the model server is known to be ready.",
               [("", ctx.llm.info.state == "ready")]),
    ]  # fmt: skip
    blocks += [_format(*metric) for metric in machine_metrics.list_metrics(ctx.monitor)]
    return "".join(blocks)


def _label_counts(label: str, counts: dict[str, int]) -> list[Sample]:
    return [(f'{{{label}="{name}"}}', count) for name, count in sorted(counts.items())]


def _format(name: str, kind: str, text: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{labels} {float(value):.12g}" for labels, value in samples]
    return "\n".join(lines) + "\n"
