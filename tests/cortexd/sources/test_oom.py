from __future__ import annotations

import os
from pathlib import Path

import pytest

from cortexd.sources.oom import OomKills, parse
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


class TestEater:
    pytestmark = eats

    def test_the_kernels_log_names_it(self) -> None:
        source = OomKills()
        assert source.read() == []
        name = f"cortex-test-{os.getpid()}.service"
        with group(name) as folder:
            assert eat(folder) == -9
            (kill,) = source.read()
        assert kill.unit == name
        assert kill.process is not None
        assert kill.process.startswith("python")
        assert kill.limited
        assert source.read() == [kill]

    def test_without_the_log_the_group_is_named(self, tmp_path: Path) -> None:
        source = OomKills(kmsg=tmp_path / "none")
        source.read()
        name = f"cortex-test-{os.getpid()}.service"
        with group(name) as folder:
            assert eat(folder) == -9
            (kill,) = source.read()
        assert (kill.unit, kill.process) == (name, None)

    def test_a_daemon_tells_it(self, tmp_path: Path) -> None:
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
    assert OomKills(proc=tmp_path).missing() == "the kernel does not count them"
