from __future__ import annotations

import pytest

from cortex_cli.status.alerts_view import draw_sparkline, format_age, format_alert, format_line
from tests.support.alert_stock import alert


def text(line: list[tuple[str, str | None]]) -> str:
    return "".join(part for part, _ in line)


def test_one_line_holds_no_line_breaks() -> None:
    shown = text(format_line(dict(alert(message="a\nb\tc").to_reply())))
    assert shown.endswith("a b c")
    assert "\n" not in shown


def test_everything_is_shown() -> None:
    known = alert(
        resolved_at=1e9 + 60, resolution="it runs again; it lasted 1 min", status="resolved",
        analysis={"text": "It broke.\nLook.", "model": "m", "evidence": []},
    )  # fmt: skip
    shown = "\n".join(text(line) for line in format_alert(dict(known.to_reply())))
    for part in ("u0.service", "Last lines of the journal", "  a line of it", "What to do",
                 "it lasted 1 min", "Analysis by the model m", "  Look."):  # fmt: skip
        assert part in shown


@pytest.mark.parametrize(
    ("seconds", "says"), [(0, "0 s"), (59, "59 s"), (61, "1 min"), (7300, "2 h"), (1e6, "11 d")]
)
def test_age(seconds: float, says: str) -> None:
    assert format_age(0, seconds) == says
    assert format_age(seconds, 0) == "0 s"  # the clock was set back


def test_sparkline() -> None:
    assert draw_sparkline([0, 50, 100, 150, -3]) == "▁▅██▁"
    assert draw_sparkline([]) == ""
