from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from cortexd.metrics.machine_metrics import format_labels


def test_labels_survive_the_official_parser() -> None:
    odd = 'a "quoted" \\ back\nslash'
    text = f"# HELP m t\n# TYPE m gauge\nm{format_labels(mount=odd, x='y')} 1\n"
    (family,) = text_string_to_metric_families(text)
    assert family.samples[0].labels == {"mount": odd, "x": "y"}
