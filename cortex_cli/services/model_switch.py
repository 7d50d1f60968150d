"""``cortex llm use``: another model takes the place of the one that is served.

It is tested first.  Who runs the model server decides how it is switched: ``cortex up``, or the
system's service, which needs root.  Both go back to the old model if the new one fails.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

from cortex_cli import output
from cortex_cli.errors import AlreadyReported, Failure
from cortex_cli.services import model_trial, system, user
from cortex_cli.settings import runtime_dir

if TYPE_CHECKING:
    from cortex_cli.services.model_trial import Tested
    from cortex_cli.settings import Settings

BASE, BUILT_IN = "base", "builtin"


def switch(settings: Settings, name: str, *, force: bool = False) -> Tested:
    """Serve the model called ``name`` from now on.

    Raises:
        Failure: it is a base model and not ``force``, or no model server runs here.
        AlreadyReported: the model does not run; the old one is served.
    """
    own = user.llm_service(runtime_dir(settings.environ)).process() is not None
    if not own and not system.has_model_unit():
        raise Failure(
            "no model server is running",
            hint=f"run: cortex up; then: cortex llm use {shlex.quote(name)}",
        )
    if not own and os.geteuid() != 0:
        raise Failure(
            "the system's model service is switched by root",
            hint=f"run: sudo cortex llm use {shlex.quote(name)}",
        )
    # The engine never runs as root: the service tests the model in its own sandbox.
    tested = model_trial.run(name, settings.environ, may_run=own)
    if tested.profile == BASE and not force:
        raise Failure(
            f"{tested.name} is a base model: it continues text instead of answering "
            f"({tested.reason}); nothing was changed",
            hint="--force switches all the same; cortex llm list shows other models",
        )
    if own:
        user.up(settings, tested.path, tested=True)
    else:
        _switch_service(BUILT_IN if name.lower() == BUILT_IN else str(tested.path))
        tested = model_trial.run(name, settings.environ, may_run=False)
    return tested


def _switch_service(model: str) -> None:
    output.talk("switching the system's model service …")
    argv = [sys.executable, "-P", "-m", "cortex_llm", "service", "switch", model]
    if status := subprocess.run(argv, check=False).returncode:
        raise AlreadyReported(status)
