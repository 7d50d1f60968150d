"""The table of benchmarks, in the order in which they run; each is a module of this package.

A module has ``run(bench)``, which yields ``Result`` or ``Skipped`` of ``benchmarks.report``;
the first line of its docstring says what it measures.
"""

BENCHMARKS = (
    "ping",
    "pipelined",
    "crowd",
    "isolation",
    "hostile",
    "startup",
    "memory",
    "monitor",
    "stream",
    "relay",
    "analysis",
    "command",
    "typed",
    "ask",
    "nano",
    "lifecycle",
    "quality",
    "index",
)
