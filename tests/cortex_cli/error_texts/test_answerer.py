"""Logs with noise around their cause, and messages quoted in questions."""

from __future__ import annotations

import pytest

from cortex_cli.error_texts.answerer import explain, find_in_log

NOISE = """\
Mar 03 08:00:01 box CRON[811]: pam_unix(cron:session): session opened for user root(uid=0)
Mar 03 08:00:01 box systemd[1]: fstrim.service: Deactivated successfully.
Mar 03 08:00:02 box dbus-daemon[588]: [system] Successfully activated service 'org.freedesktop.x'
"""


def log(*lines: str) -> str:
    dated = "".join(f"Mar 03 08:00:0{number} box {line}\n" for number, line in enumerate(lines, 3))
    return NOISE + dated + NOISE


def test_the_cause_comes_before_its_symptoms_and_names_port_and_unit() -> None:
    text = log(
        "shopd[77]: warning: config key 'colour' is deprecated",
        "shopd[77]: bind() to 0.0.0.0:8085 failed: Address already in use",
        "systemd[1]: shopd.service: Main process exited, code=exited, status=1/FAILURE",
        "systemd[1]: shopd.service: Failed with result 'exit-code'.",
    )
    found = find_in_log(text, "why does shopd not start?", "en")
    assert found is not None
    assert found.subject == "eaddrinuse"
    assert found.text.startswith("Port 8085 is already in use")
    assert [one.text for one in found.commands][-1] == "systemctl restart shopd.service"


def test_the_question_chooses_between_two_failures() -> None:
    text = log(
        "alpha[1]: cannot open /srv/a.conf: No such file or directory",
        "beta[2]: connect to 192.0.2.7:9000: Connection refused",
    )
    one = find_in_log(text, "what is wrong with alpha", "en")
    other = find_in_log(text, "what is wrong with beta", "en")
    assert one is not None and one.subject == "enoent"
    assert other is not None and other.subject == "econnrefused"
    assert "9000" in other.text and "192.0.2.7" in other.text


def test_an_unknown_error_is_quoted_honestly() -> None:
    text = log(
        "frobd[5]: starting",
        "frobd[5]: fatal: the flux capacitor is misaligned by 3 ticks",
        "systemd[1]: frobd.service: Main process exited, code=exited, status=9/n/a",
    )
    found = find_in_log(text, "why does frobd stop?", "fr")
    assert found is not None
    assert found.confidence < 0.5
    assert "flux capacitor" in found.text
    assert "n'a pas d'entrée" in found.text


def test_a_log_without_errors_says_nothing() -> None:
    assert find_in_log(NOISE, "what is wrong here?", "en") is None
    assert find_in_log("", "what is wrong here?", "en") is None


@pytest.mark.parametrize(
    ("question", "language", "subject"),
    [
        ("what does 'connection refused' mean", "en", "econnrefused"),
        ("what does ENOSPC mean?", "en", "enospc"),
        ("que signifie « Permission non accordée » ?", "fr", "eacces"),
        ("¿qué significa «No queda espacio en el dispositivo»?", "es", "enospc"),
        ("que veut dire l'erreur EMFILE", "fr", "emfile"),
        ("I get Address already in use, why?", "en", "eaddrinuse"),
    ],
)
def test_a_quoted_message_is_explained(question: str, language: str, subject: str) -> None:
    found = explain(question, language)
    assert found is not None
    assert found.subject == subject


@pytest.mark.parametrize(
    "question",
    [
        "find all lines with 'permission denied' in syslog",
        "how do I list the files in a folder?",
        "count how often 'connection refused' is in the log",
        "what is an inode?",
        "tell me a joke",
        "",
        "why " * 30_000,
    ],
)
def test_what_is_no_question_about_an_error_is_left_alone(question: str) -> None:
    assert explain(question, "en") is None


def test_control_characters_of_a_log_are_written_out() -> None:
    text = "evild[1]: \x1b[2J cannot open /x\u202ey: No such file or directory\n"
    found = find_in_log(text, "what is wrong?", "en")
    assert found is not None
    assert "\x1b" not in found.text and "\u202e" not in found.text
    words = [word for one in found.commands for part in one.pipeline for word in part]
    assert not any("\x1b" in word for word in words)


def test_values_of_a_log_cannot_become_options_or_shell_syntax() -> None:
    text = "cp: cannot stat '/srv/$(reboot);x': No such file or directory\n"
    found = find_in_log(text, "why", "en")
    assert found is not None
    assert all("reboot" not in one.text for one in found.commands)
