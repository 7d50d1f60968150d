from __future__ import annotations

from cortex_cli.finding import CHANGES, MAX_LINES, Finding, ShownCommand

RESTART = ShownCommand((("systemctl", "restart", "cron"),), "systemctl restart cron", CHANGES, True)


def test_commands_that_the_text_lacks_stand_below_it() -> None:
    finding = Finding("action", 0.9, "Restarts cron.", (RESTART,))
    assert finding.render() == "Restarts cron.\n  sudo systemctl restart cron"


def test_commands_that_the_text_has_are_not_said_twice() -> None:
    text = "Restarts cron.\n  sudo systemctl restart cron"
    assert Finding("action", 0.9, text, (RESTART,)).render() == text


def test_an_answer_never_grows_beyond_its_lines() -> None:
    text = "\n".join(str(number) for number in range(MAX_LINES))
    assert Finding("failure", 0.9, text, (RESTART,)).render() == text


def test_json_names_class_and_rights() -> None:
    assert RESTART.as_json() == {
        "command": "systemctl restart cron",
        "effect": "changes",
        "needs_root": True,
        "package": "",
        "note": "",
    }
