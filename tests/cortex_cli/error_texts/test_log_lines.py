"""The shapes of logs: who wrote a line, how serious it is, how often it was said."""

from __future__ import annotations

import pytest

from cortex_cli.error_texts import log_lines


@pytest.mark.parametrize(
    ("line", "program", "message"),
    [
        ("Mar 03 08:00:01 box sshd[811]: hello", "sshd", "hello"),
        ("févr. 02 18:00:10 ecole horaire[2201]: bonjour", "horaire", "bonjour"),
        ("2026-01-29T13:01:12.644+01:00 box postfix/smtp[9]: hi", "smtp", "hi"),
        ("[  412.118033] usb 1-1: gone", "kernel", "usb 1-1: gone"),
        ("mount: /mnt: special device missing", "mount", "mount: /mnt: special device missing"),
        ("plain words only", "", "plain words only"),
        ("Jan 29 13:00:40 gate kernel: md: stopped", "kernel", "md: stopped"),
    ],
)
def test_program_and_message(line: str, program: str, message: str) -> None:
    (found,) = log_lines.read(line).lines
    assert (found.program, found.message) == (program, message)


def test_repeated_lines_are_counted_and_kept_once() -> None:
    log = log_lines.read("\n".join(f"app[1]: request {n} failed" for n in range(50)))
    assert [(line.number, line.count) for line in log.lines] == [(1, 50)]


def test_failed_units_and_commands_of_a_terminal() -> None:
    log = log_lines.read(
        "$ systemctl start a\n"
        "systemd[1]: a.service: Main process exited, code=exited, status=1/FAILURE\n"
        "systemd[1]: Failed to start b@1.service - B.\n"
    )
    assert log.failed_units == ["a.service", "b@1.service"]
    assert [line.command for line in log.lines] == [True, False, False]


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("[warn] low", "warning"),
        ("ERROR: bad", "error"),
        ("E0625 09:12:03 x.go:1] bad", "error"),
        ("debug1: hm", "debug"),
        ("<info> fine", "info"),
        ("information desk", ""),
    ],
)
def test_levels(message: str, level: str) -> None:
    assert log_lines.read(message).lines[0].level == level
