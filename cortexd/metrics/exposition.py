"""The daemon's counters as Prometheus text, by that format's naming conventions."""

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
        _block("cortexd_uptime_seconds", "gauge", "Seconds since the daemon started.",
               [("", time.monotonic() - ctx.started)]),
        _block("cortexd_info", "gauge", "Version of the daemon.",
               [(f'{{version="{ctx.version}"}}', 1)]),
        _block("cortexd_connections", "gauge", "Clients connected now.",
               [("", ctx.count_connections())]),
        _block("cortexd_connections_total", "counter", "Clients accepted.",
               [("", counters.connections)]),
        _block("cortexd_connections_refused_total", "counter",
               "Clients refused since the table was full.", [("", counters.refused_connections)]),
        _block("cortexd_connections_dropped_total", "counter",
               "Clients dropped since they did not read.", [("", counters.dropped_connections)]),
        _block("cortexd_requests_total", "counter", "Requests by command.",
               _by_label("command", counters.requests)),
        _block("cortexd_errors_total", "counter", "Error replies by code.",
               _by_label("code", counters.errors)),
        _block("cortexd_inference_queue_waiting", "gauge", "Requests waiting for the model.",
               [("", ctx.queue.waiting)]),
        _block("cortexd_inference_queue_running", "gauge", "Requests the model works on.",
               [("", ctx.queue.running)]),
        _block("cortexd_inferences_total", "counter", "Answers completed.",
               [("", counters.inferences)]),
        _block("cortexd_inference_seconds_total", "counter", "Time spent on completed answers.",
               [("", counters.inference_seconds)]),
        _block("cortexd_prompt_tokens_total", "counter", "Tokens of prompts processed.",
               [("", counters.prompt_tokens)]),
        _block("cortexd_tokens_total", "counter", "Tokens generated.", [("", counters.tokens)]),
        _block("cortexd_llm_ready", "gauge", "1 while the model server is known to be ready.",
               [("", ctx.llm.info.state == "ready")]),
    ]  # fmt: skip
    blocks += [_block(*metric) for metric in machine_metrics.metrics(ctx.monitor)]
    return "".join(blocks)


def _by_label(label: str, counts: dict[str, int]) -> list[Sample]:
    return [(f'{{{label}="{name}"}}', count) for name, count in sorted(counts.items())]


def _block(name: str, kind: str, text: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{labels} {float(value):.12g}" for labels, value in samples]
    return "\n".join(lines) + "\n"
