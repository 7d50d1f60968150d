"""Literals that are worked out: each against figures known from elsewhere."""

from __future__ import annotations

import shutil
import subprocess
import time

import pytest

from cortex_cli.concepts import computed, find
from cortex_cli.concepts.computed import permissions, spans, tables, versions

# (question, language, what must stand in the answer)
WORKED_OUT = (
    ("what does chmod 755 mean", "en", ["rwxr-xr-x", "owner may read, write and execute"]),
    ("what does chmod u+x,go-w script.sh do", "en", ["adds execute for the owner", "takes write"]),
    ("what does -rwxr-x--- mean", "en", ["750", "others have no access"]),
    ("que signifie chmod 2750", "fr", ["rwxr-s---", "Setgid", "n'ont aucun accès"]),
    ("¿qué significa drwxrwxrwt?", "es", ["1777", "Sticky bit", "un directorio"]),
    ("what does umask 027 do", "en", ["640", "750"]),
    ("what does 0 3 * * 1 mean", "en", ["at 03:00", "Monday"]),
    ("que signifie */15 9-17 * * 1-5", "fr", ["15 minutes", "09:00 à 17:59", "lundi au vendredi"]),
    ("¿cuándo se ejecuta 0 0 1 1 *?", "es", ["00:00", "día 1", "enero"]),
    ("what does 0 0 13 * 5 mean", "en", ["day 13", "or", "Friday"]),
    ("what does '30 2 * * * root /usr/bin/x' mean in cron.d", "en", ["02:30", "user root"]),
    ("what does @daily mean", "en", ["00:00", "every day"]),
    ("what does @reboot mean", "en", ["boot"]),
    ("what does OnCalendar=Mon *-*-* 03:00 mean", "en", ["03:00", "Monday"]),
    ("what does Mon..Fri *-*-* 09:00:00 mean", "en", ["09:00", "Monday to Friday"]),
    ("OnCalendar=weekly", "en", ["00:00", "Monday"]),
    ("what does RandomizedDelaySec=1h mean", "en", ["3600 seconds", "random"]),
    ("how long is 1h 30min", "en", ["5400"]),
    ("what is 10.0.0.0/22", "en", ["10.0.3.255", "255.255.252.0", "1024", "1022"]),
    ("how many hosts are in 192.168.1.0/24", "en", ["254"]),
    ("what is 2001:db8::/32", "en", ["2^96"]),
    ("what is 169.254.3.4", "en", ["link-local"]),
    ("what is 255.255.255.192", "en", ["/26"]),
    ("what does exit status 127 mean", "en", ["not found"]),
    ("que signifie le code de sortie 126 ?", "fr", ["exécutée"]),
    ("¿qué significa el código de salida 143?", "es", ["SIGTERM"]),
    ("exit code 137", "en", ["SIGKILL", "memory"]),
    ("what does status=203/EXEC mean", "en", ["ExecStart="]),
    ("what does exit status 42 mean", "en", ["program's own"]),
    ("what is signal 9", "en", ["SIGKILL", "cannot be caught"]),
    ("what does kill -HUP do", "en", ["SIGHUP"]),
    ("qu'est-ce que SIGTERM", "fr", ["15"]),
    ("what does http 404 mean", "en", ["Not Found"]),
    ("error 502 bad gateway", "en", ["behind"]),
    ("how many bytes is 4 KiB", "en", ["4,096"]),
    ("convert 5 GiB to MB", "en", ["5368.71 MB"]),
    ("combien d'octets font 2 Go ?", "fr", ["1,86 GiB"]),
    ("is a load average of 8 high on 4 cores", "en", ["200 %"]),
    ("what does load average: 0.5, 1.2, 3.4 mean", "en", ["falling"]),
    ("what is port 443", "en", ["https"]),
    ("which port does ssh use", "en", ["22"]),
    ("what date is 1700000000", "en", ["2023-11-14 22:13:20 UTC"]),
    ("what does 2:1.0~rc1-3+deb12u1 mean", "en", ["epoch 2", "Debian 12", "~rc"]),
    ("is 1.0~rc1 newer than 1.0", "en", ["older"]),
    ("what does /dev/sda1 / ext4 errors=remount-ro 0 1 mean", "en", ["ext4", "read-only"]),
    ("what does PATH=/usr/bin:. mean", "en", ["current directory"]),
)
NOT_WORKED_OUT = (
    "how do I chmod 755 a file",
    "set permissions 644 on all files",
    "kill process 1234",
    "what is 2+2",
    "which kernel 6.1 do I have",
    "what happened in 1789",
    "how many files are in 10.0.0.0/22 backup",
    "what is listening on port 22",
    "which process uses port 443",
    "find files larger than 5 GB",
    "what is my load average",
    "is version 1.2 of nginx installed",
    "run backup at 0 3 * * 1",
    "what does 99 99 * * * mean",
    "ping 10.0.0.1",
    "the meeting is at 10:30",
)


@pytest.mark.parametrize(("question", "language", "wanted"), WORKED_OUT)
def test_a_literal_is_worked_out(question: str, language: str, wanted: list[str]) -> None:
    found = find(question, language)
    assert found is not None
    assert found.kind == "explanation"
    for part in wanted:
        assert part in found.text
    assert len(found.text.splitlines()) <= 6


@pytest.mark.parametrize("question", NOT_WORKED_OUT)
def test_what_asks_for_something_else_is_left(question: str) -> None:
    assert find(question, "en") is None


def test_letters_and_numbers_of_a_mode_agree() -> None:
    for mode in range(0o10000):
        assert permissions.mode_of(permissions.letters_of(mode)) == mode


@pytest.mark.skipif(not shutil.which("dpkg"), reason="dpkg compares versions")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.0", "1.0~rc1"), ("1.0-1", "1.0-1+b1"), ("2:0.9", "1:3.0"), ("1.10", "1.9"),
        ("1.0", "1.0-0"), ("1.0+dfsg", "1.0"), ("7.6p2-4", "7.6-0"), ("1.0~~", "1.0~~a"),
        ("1.2.3-4ubuntu0.1", "1.2.3-4"), ("0", "0~"), ("1a", "1+"),
    ],
)  # fmt: skip
def test_versions_are_ordered_as_dpkg_does(one: str, other: str) -> None:
    order = versions.compare(versions.parse(one), versions.parse(other))
    for relation, holds in (("gt", order > 0), ("lt", order < 0), ("eq", order == 0)):
        done = subprocess.run(["dpkg", "--compare-versions", one, relation, other], check=False)
        assert (done.returncode == 0) is holds, relation


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze reads spans")
@pytest.mark.parametrize("span", ["1h 30min", "90", "2d", "1w 3h", "15min 30s", "1500ms"])
def test_spans_are_as_long_as_systemd_says(span: str) -> None:
    done = subprocess.run(
        ["systemd-analyze", "timespan", span], capture_output=True, text=True, check=True
    )
    microseconds = next(line for line in done.stdout.splitlines() if "s:" in line).split(":")[1]
    assert spans.seconds_of(span) * 1e6 == int(microseconds)


def test_every_trigger_has_its_module_and_every_table_three_languages() -> None:
    for name in computed.TRIGGERS:
        assert computed.import_module(f"{computed.__name__}.{name}").explain
    for name in ("signals", "statuses", "mounts"):
        for key, texts in tables.load(name).items():
            assert {"en", "fr", "es"} <= texts.keys(), key
    for table in tables.load("exits").values():
        for key, texts in table.items():
            assert {"en", "fr", "es"} <= texts.keys(), key


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_every_number_has_an_answer_in_every_language(language: str) -> None:
    for status in range(256):
        assert find(f"exit status {status}", language) is not None
    for length in range(33):
        assert find(f"what is 10.0.0.0/{length}", language) is not None


@pytest.mark.parametrize(
    "piece",
    ["1 ", "* ", "0 3 * * ", "rwx", "1.", "1:", "10.0.", "~", "u+x,", "1h", "exit code ", "/a ",
     "Mon,", "*-", "load ", "port ", "-", "9", "is ", "Sec=1"],
)  # fmt: skip
def test_hostile_text_is_read_quickly(piece: str) -> None:
    longest = piece * (computed.MAX_QUESTION // len(piece))
    began = time.perf_counter()
    for name in computed.TRIGGERS:
        computed.import_module(f"{computed.__name__}.{name}").explain(longest, "en")
    find(piece * 100_000, "en")
    assert time.perf_counter() - began < 2.0
