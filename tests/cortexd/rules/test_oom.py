from __future__ import annotations

from cortexd.config import ThresholdsSection
from cortexd.rules.oom import judge
from cortexd.sources.oom import OomKill

THRESHOLDS = ThresholdsSection()


def test_kills_are_gathered_by_unit() -> None:
    kills = [
        OomKill(1, "java", 1, "a.service", True),
        OomKill(2, "java", 2, "a.service", True),
        OomKill(3, "python", 3, None, False),
        OomKill(4, "llama-server", 4, "cortex-llm.service", True),
    ]
    subjects = {finding.subject: finding for finding in judge(kills, THRESHOLDS, {}).findings}
    assert (subjects["a.service"].total, subjects["a.service"].severity) == (2, "error")
    assert (subjects["python"].severity, subjects["python"].kind) == ("critical", "oom_kill")
    assert subjects["cortex-llm.service"].kind == "llm_oom"
    assert subjects["a.service"].message == (
        "Kernel killed java (pid 2) of a.service: its cgroup reached its memory limit; "
        "2 kills in the last hour"
    )
