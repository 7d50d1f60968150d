from __future__ import annotations

from cortex_cli.status.live import CELLS, build_rows, draw_history


def test_an_hour_fits_the_row() -> None:
    shown = draw_history([[float(minute), 0.0 if minute < 30 else 100.0] for minute in range(60)])
    assert len(shown) == CELLS
    assert shown == "▁" * 15 + "█" * 15
    assert draw_history([]) == ""


def test_rows_hold_what_the_machine_tells() -> None:
    health = {
        "cpu_usage_percent": 5.0,
        "memory_usage_percent": 40.0,
        "swap_usage_percent": 0.0,
        "pressure": {"cpu": None, "memory": 1.0},
        "disks": [{"mount": "/data", "used_percent": 77.6}],
    }
    found = {name: (value, line) for name, value, line in build_rows(health, {"cpu": [[1, 100]]})}
    assert found["cpu"] == ("5 %", "█")
    assert found["waiting for cpu"] == ("-", "")
    assert found["/data"] == ("78 %", "")
