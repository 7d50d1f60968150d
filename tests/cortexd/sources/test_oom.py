from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from cortexd.sources.oom import WINDOW_S, OomKill, OomKills, parse
from tests.support.daemon import daemon, eventually
from tests.support.memory_eater import eat, group, why_not

eats = [
    pytest.mark.root,
    pytest.mark.skipif(why_not() is not None, reason=str(why_not())),
]
RECORD = (
    "6,1234,5678,-;oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,"
    "oom_memcg=/system.slice/a.service,task_memcg=/system.slice/a.service,task=my, odd=name,"
    "pid=42,uid=0\n SUBSYSTEM=memory\n"
)


def test_parse() -> None:
    kill = parse(RECORD, 1.0)
    assert kill is not None
    assert (kill.process, kill.pid, kill.unit) == ("my, odd=name", 42, "a.service")
    assert kill.limited
    assert parse("6,1,2,-;something else", 1.0) is None
    assert parse("", 1.0) is None


def read_new(source: OomKills) -> list[OomKill] | None:
    """The kills of the last hour, or None if there is nothing new."""
    return asyncio.run(source.read()) if source.is_due(time.monotonic()) else None


class TestEater:
    pytestmark = eats

    def test_the_kernels_log_names_it(self) -> None:
        source = OomKills()
        assert source.explain_absence() is None
        assert read_new(source) is None
        name = f"cortex-test-{os.getpid()}.service"
        with group(name) as folder:
            assert eat(folder) == -9
            (kill,) = read_new(source) or []
        assert kill.unit == name
        assert kill.process is not None
        assert kill.process.startswith("python")
        assert kill.limited
        assert read_new(source) is None  # told once
        assert asyncio.run(source.read()) == [kill]  # and kept

    def test_without_the_log_the_group_is_named(self, tmp_path: Path) -> None:
        """Neither the log nor a journal: PATH has no journalctl."""
        source = OomKills(kmsg=tmp_path / "none")
        source.explain_absence()
        name = f"cortex-test-{os.getpid()}.service"
        with group(name) as folder, pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", str(tmp_path))
            assert eat(folder) == -9
            (kill,) = read_new(source) or []
        assert (kill.unit, kill.process, kill.limited) == (name, None, None)

    def test_a_kill_without_any_trace_is_reported_all_the_same(self, tmp_path: Path) -> None:
        source = OomKills(kmsg=tmp_path / "none", cgroups=tmp_path)
        source.explain_absence()
        with group("cortex-test.slice") as folder, pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", str(tmp_path))
            assert eat(folder) == -9
            (kill,) = read_new(source) or []
        assert (kill.unit, kill.process) == (None, None)

    def test_a_daemon_reports_it(self, tmp_path: Path) -> None:
        quick = {"monitoring": {"interval_sec": 1, "enable_apt": False, "enable_deps": False}}
        name = f"cortex-test-{os.getpid()}.service"
        with (
            daemon(tmp_path, quick) as cortexd,
            group(name) as folder,
            cortexd.session() as session,
        ):
            session.send({"command": "alerts.watch"})
            assert session.line()["event"] == "alerts.watching"
            assert eat(folder) == -9
            while (alert := session.line()["data"])["type"] != "oom_kill":
                pass
            assert alert["severity"] == "error"
            assert alert["metadata"]["unit"] == name
            assert "MemoryMax" in alert["remedy"]
            assert eat(folder) == -9
            eventually(
                lambda: cortexd.call("alerts", id=alert["id"])["alerts"][0]["occurrences"] == 2,
                "both kills in one alert",
            )


def test_where_the_kernel_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "vmstat").write_text("nr_free_pages 1\n")
    assert (
        OomKills(proc=tmp_path).explain_absence() == "the kernel does not count out-of-memory kills"
    )


def test_kills_are_forgotten_after_an_hour(tmp_path: Path) -> None:
    (tmp_path / "vmstat").write_text("oom_kill 3\n")
    source = OomKills(proc=tmp_path, kmsg=tmp_path / "none", cgroups=tmp_path)
    assert source.explain_absence() is None
    now = time.monotonic()
    assert not source.is_due(now)  # what was before the start is not known, nor over
    assert source.is_due(now + WINDOW_S)


def test_groups_of_both_versions(tmp_path: Path) -> None:
    """v2's memory.events counts the groups below, too: a slice would be told of its units."""
    (tmp_path / "vmstat").write_text("oom_kill 0\n")
    unit = tmp_path / "system.slice/a.service"
    unit.mkdir(parents=True)
    for folder in (unit.parent, unit):
        (folder / "memory.events").write_text("low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n")
    (unit.parent / "memory.events.local").write_text("oom_kill 0\n")
    (unit / "memory.events.local").write_text("oom_kill 1\n")
    (tmp_path / "b.service").mkdir()
    (tmp_path / "b.service/memory.oom_control").write_text("under_oom 0\noom_kill 2\n")
    source = OomKills(proc=tmp_path, kmsg=tmp_path / "none", cgroups=tmp_path)
    source.explain_absence()
    assert source._by_group == {"system.slice/a.service": 1, "b.service": 2}
