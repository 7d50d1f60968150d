"""The model server's unit: started and stopped through systemd's D-Bus, by ``systemctl``.

cortexd has no privileges; a polkit rule allows it these verbs on this one unit.  Without the
rule, the error names the command that an administrator can run instead.  A D-Bus library
would cost megabytes all day for what is rarely done.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from cortexd.api.errors import LlmUnavailable, RequestTimeout, quote

LLM_UNIT = "cortex-llm.service"
# As the name of a unit: the model server is no unit, somebody started it by hand.
NO_UNIT = "none"
# systemd queues the job and answers at once; polkit may have to be started first.
TIMEOUT_S = 15.0

Verb = Literal["start", "stop"]


async def queue_job(verb: Verb, unit: str = LLM_UNIT) -> None:
    """Queue the job; the state of the model server shows its result.

    Raises:
        LlmUnavailable: the model server is no unit, there is no systemd, or it refuses the job.
        RequestTimeout: it does not respond.
    """
    if unit == NO_UNIT:
        raise LlmUnavailable(
            f"cannot {verb} the model server: it is not a systemd service",
            hint="started by cortex up? Use: cortex down, cortex up, cortex up --model FILE",
        )
    argv = ["systemctl", "--no-ask-password", "--no-block", "--quiet", verb, unit]
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        raise LlmUnavailable(
            f"cannot {verb} {unit}: systemctl is not installed",
            hint="run the model server without systemd: cortex up",
        ) from error
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, stderr = await process.communicate()
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise RequestTimeout(
            f"systemd did not respond within {TIMEOUT_S:g} s to: {verb} {unit}",
            hint=f"run: sudo systemctl {verb} {unit}",
        ) from error
    if process.returncode:
        raise explain_refusal(verb, unit, stderr.decode(errors="replace"))


def explain_refusal(verb: Verb, unit: str, output: str) -> LlmUnavailable:
    """The error for the output of a failed systemctl."""
    lowered = output.lower()
    command = f"sudo systemctl {verb} {unit}"
    if "access denied" in lowered or "authentication" in lowered or "authorization" in lowered:
        return LlmUnavailable(
            f"cortexd may not {verb} {unit}: polkit does not allow it",
            hint=f"run: {command}   (or install polkitd and Cortex's polkit rule)",
        )
    if "not found" in lowered or "not loaded" in lowered:
        return LlmUnavailable(
            f"cannot {verb} {unit}: it is not installed",
            hint="install it: sudo scripts/install-llm.sh install MODEL",
        )
    last = output.strip().splitlines()[-1] if output.strip() else "no reason given"
    return LlmUnavailable(f"cannot {verb} {unit}: {quote(last)}", hint=f"run: {command}")
