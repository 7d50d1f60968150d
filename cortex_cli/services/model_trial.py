"""What a model is good for, found out by ``cortex-llm models trial``: at most 20 s, once a model.

Runs as a process of its own, because ``cortex_cli`` never loads an engine.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cortex_cli.errors import AlreadyReported, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND = (sys.executable, "-P", "-m", "cortex_llm", "models")


@dataclass(frozen=True, slots=True)
class Tested:
    """A model that runs: its file, its own name, and what it is good for."""

    path: Path
    name: str
    profile: str
    reason: str
    good_for: str


def run(name: str, environ: Mapping[str, str], *, may_run: bool = True) -> Tested:
    """Test the model called ``name`` (a file, a name, or ``builtin``) unless the result is known.

    Without ``may_run`` the model is not run; its profile may then be ``untested``.

    Raises:
        AlreadyReported: there is no such model, or it does not run; the reason is on stderr.
    """
    done = subprocess.run(
        [*COMMAND, "trial", "--json", *([] if may_run else ["--known"]), "--", name],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(environ),
        check=False,
    )
    if done.returncode:
        raise AlreadyReported(done.returncode)
    try:
        found = json.loads(done.stdout)
        return Tested(
            Path(found["path"]), found["name"], found["profile"], found["reason"], found["good_for"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(f"cortex-llm printed no result of the trial: {done.stdout[:80]!r}") from error
