"""The gravest first, in at most twelve lines, and nothing that a terminal acts on."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_cli.finding import MAX_LINES
from cortex_cli.settings import Settings
from cortex_cli.trouble import report
from cortex_cli.trouble.asked import Asked
from cortex_cli.trouble.cause import CRITICAL, ERROR, INFO, WARNING, Cause
from cortex_cli.trouble.command_lines import command
from cortex_cli.trouble.lexicon import CERTIFICATE, DISK, HEAT, MEMORY, UPDATES
from cortex_cli.trouble.sayings import say
from tests.cortex_cli.trouble.test_alerts import store
from tests.support.alert_stock import alert
from tests.support.daemon import daemon

LOOK = command(("df", "-h", "/srv/a b"))


def test_the_gravest_is_told_whole_and_the_others_by_their_first_sentence() -> None:
    found = report.build_finding(
        [
            Cause("load", WARNING, "Much to do. Really much."),
            Cause("disk", CRITICAL, "No room. None at all.", ("a line",), (LOOK,), "statvfs /"),
            Cause("load", INFO, "One program is busy."),
            Cause("memory", ERROR, "No memory. None."),
        ],
        "en",
    )
    assert found.text.splitlines() == [
        "No room. None at all.",
        "What shows it: a line",
        "What to do:",
        "  df -h '/srv/a b'",
        "Also: No memory; Much to do.",
    ]
    assert found.subject == "disk"
    assert found.sources == ("statvfs /",)
    assert found.commands == (LOOK,)


def test_of_equals_the_first_stays_first() -> None:
    causes = [Cause("a", ERROR, "First."), Cause("b", ERROR, "Second.")]
    assert report.build_finding(causes, "en").text.startswith("First.\n")


def test_an_answer_has_twelve_lines_and_tells_of_the_others() -> None:
    long = Cause("a", ERROR, "\n".join(f"line {number}" for number in range(40)), ("x",), (LOOK,))
    others = [Cause("b", WARNING, f"Other {number}.") for number in range(30)]
    lines = report.build_finding([long, *others], "fr").text.splitlines()
    assert len(lines) == MAX_LINES
    assert lines[-1] == "Aussi : Other 0; Other 1; Other 2; Other 3."


def test_no_control_character_and_no_second_line_gets_through() -> None:
    hostile = "/srv/\x1b[2J\u202e\nrm -rf ~"
    shown = command(("du", hostile), root=True)
    said = say("en", "read-only", mount=hostile)
    text = report.build_finding([Cause("disk", ERROR, said, (hostile,), (shown,))], "en")
    assert "\x1b" not in text.text
    assert "\u202e" not in text.text
    assert not any(line.startswith("rm") for line in text.text.splitlines())
    assert text.commands[0].pipeline == (("du", hostile),)


def test_a_long_line_is_cut_but_never_a_command() -> None:
    path = "/srv/" + "x" * 2000
    lines = report.build_finding(
        [Cause("a", ERROR, "word " * 500, (), (command(("du", path)),))], "en"
    )
    first, _, typed = lines.text.splitlines()
    assert len(first) <= report.MAX_LINE_CHARS
    assert typed == f"  du {path}"


def settings(socket: Path) -> Settings:
    return Settings(environ={"PATH": "/nonexistent"}, socket=socket)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "daemon is not running"), ("fr", "démon"), ("es", "demonio")]
)
def test_without_a_daemon_it_says_that_only_this_moment_was_seen(
    tmp_path: Path, language: str, said: str
) -> None:
    asked = Asked(frozenset({CERTIFICATE}))
    found = report.make(asked, language, settings(tmp_path / "none"))
    assert found is not None
    nothing, no_daemon = found.text.splitlines()
    assert said in no_daemon
    assert nothing


def test_without_an_alert_it_says_so(tmp_path: Path) -> None:
    quiet = {"monitoring": {"enabled": False}, "alerts": {"db_path": str(tmp_path / "a.db")}}
    with daemon(tmp_path, quiet) as cortexd:
        found = report.make(Asked(alerts=True), "en", settings(cortexd.socket_path))
    assert found is not None
    assert found.text.startswith("No alert is open.\n")


def test_an_open_alert_comes_with_its_remedy(tmp_path: Path) -> None:
    hot = alert(
        kind="temperature",
        severity="critical",
        title="coretemp is at 101 °C",
        message="coretemp is at 101 °C; its limit is 100 °C",
        remedy="Clean the fan:\n    sensors   (package lm-sensors)\n    top -b -n 1 | head -20\n",
        evidence=[{"title": "Readings", "lines": ["101", "99"]}],
    )
    configured = store(tmp_path, hot, alert(1))
    with daemon(tmp_path, configured) as cortexd:
        asked = Asked(frozenset({HEAT}))
        found = report.make(asked, "en", settings(cortexd.socket_path), tmp_path)
    assert found is not None
    assert found.text.splitlines() == [
        "coretemp is at 101 °C; its limit is 100 °C",
        "What shows it: Readings: 101",
        "What to do:",
        "  sensors",
        "  top -b -n 1 | head -20",
    ]
    assert found.commands[0].package == "lm-sensors"


def test_a_unit_that_is_not_here_is_left_to_others(tmp_path: Path) -> None:
    asked = Asked(units=("mybuild",))
    assert report.make(asked, "en", settings(tmp_path / "none")) is None


def test_where_nobody_looked_nothing_is_claimed(tmp_path: Path) -> None:
    asked = Asked(frozenset({UPDATES}))
    assert report.make(asked, "en", settings(tmp_path / "none")) is None


@pytest.mark.parametrize("topics", [frozenset[str](), frozenset({DISK})])
def test_what_was_not_looked_at_is_said_when_nothing_is_wrong(
    tmp_path: Path, topics: frozenset[str]
) -> None:
    files = {
        "proc/mounts": "server:/export /mnt/my\\040share nfs4 rw 0 0\n",
        "proc/net/route": "Iface Destination\neth0 00000000 0 0\n",
        "etc/resolv.conf": "nameserver 192.0.2.1\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = report.make(Asked(topics), "en", settings(tmp_path / "none"), tmp_path)
    assert found is not None
    nothing, _, unseen = found.text.splitlines()
    assert nothing.startswith("Nothing is wrong")
    assert unseen == "Network file systems were not checked: /mnt/my share."
    assert found.confidence < report.SURE


def test_an_alert_is_told_in_the_words_of_now_with_its_own_remedy(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/meminfo").write_text("MemTotal: 8388608 kB\nMemAvailable: 1024 kB\n")
    short = alert(
        kind="memory",
        title="Memory is short",
        message="Memory usage is 93 %",
        remedy="Find it:\n    ps -eo pid,user,rss,comm --sort=-rss | head -15\n",
        evidence=[],
    )
    with daemon(tmp_path, store(tmp_path, short)) as cortexd:
        asked = Asked(frozenset({MEMORY}))
        found = report.make(asked, "fr", settings(cortexd.socket_path), tmp_path)
    assert found is not None
    assert found.text.splitlines() == [
        "La mémoire manque : 1 MiB disponibles sur 8.0 GiB.",
        "Que faire :",
        "  ps -eo pid,user,rss,comm --sort=-rss | head -15",
    ]


def test_a_full_disk_beside_an_alert_about_another_is_told_too() -> None:
    alerted = Cause(DISK, WARNING, "/srv is 91 % full. Little is left.", source="alert 1")
    same = Cause(DISK, CRITICAL, "/srv está al 98 %.", source="statvfs /srv")
    other = Cause(DISK, WARNING, "/var está al 92 %.", source="statvfs /var")
    merged = report._merge([alerted], [same, other])
    assert [(cause.text, cause.severity) for cause in merged] == [
        ("/srv está al 98 %.", CRITICAL),
        ("/var está al 92 %.", WARNING),
    ]


def test_a_failed_unit_is_told_once() -> None:
    alerted = Cause("unit", ERROR, "frobd.service has failed: exit status 3", source="alert 1")
    own = Cause("unit", ERROR, "frobd.service has failed (exit-code). Port 80 is in use.")
    assert report._drop_units([alerted], [own]) == []
    assert report._drop_units([alerted], []) == [alerted]
