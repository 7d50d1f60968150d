"""Renders one template in a process of its own, so no template can harm the daemon.

Started by ``prompts.py`` with ``{"template":…, "values":[{…}, …]}`` on standard input;
answers ``{"texts":[…]}`` or ``{"error":…, "line":…}``.  Jinja2's sandbox keeps a template
away from Python, the kernel's limits keep it from the machine: no amount of looping or
multiplying takes more than ``CPU_S`` and ``MEMORY_BYTES``.  Imports nothing of cortexd.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from typing import Any

CPU_S = 2
MEMORY_BYTES = 96 * 1024 * 1024  # an interpreter with Jinja2 needs a third of that
NICENESS = 10  # whoever renders waits for whoever asks, also for a processor
MAX_RENDERED_CHARS = 4 * 1024 * 1024


def main() -> int:
    """Render the template on standard input."""
    limit_this_process()
    request = json.load(sys.stdin)
    try:
        reply = render(request["template"], request["values"])
    except MemoryError:
        reply = {"error": "it uses too much memory", "line": None}
    json.dump(reply, sys.stdout)
    return 0


def limit_this_process() -> None:
    """Set limits past which the kernel refuses, or ends the process."""
    with contextlib.suppress(OSError):  # the service's sandbox may forbid it
        os.nice(NICENESS)
    for kind, limit in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_DATA, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def render(template: str, values: list[dict[str, str]]) -> dict[str, Any]:
    """``template`` rendered with each of ``values``, or what is wrong with it."""
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    try:
        compiled = environment.from_string(template)
        texts = [compiled.render(**members) for members in values]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a template may raise whatever Python may
        return {"error": str(error) or type(error).__name__, "line": getattr(error, "lineno", None)}
    if (size := sum(map(len, texts))) > MAX_RENDERED_CHARS:
        error_text = f"it produced {size} characters; the limit is {MAX_RENDERED_CHARS}"
        return {"error": error_text, "line": None}
    return {"texts": [text.encode(errors="replace").decode() for text in texts]}


if __name__ == "__main__":
    sys.exit(main())
