"""The model server's unit: started and stopped through systemd's D-Bus, by ``systemctl``.

cortexd has no rights of its own; a polkit rule allows it these verbs on this one unit.
Where that is missing, the error names the command that an administrator can run instead.
A D-Bus library would cost megabytes all day for what is done a few times.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from cortexd.api.errors import LlmUnavailable, RequestTimeout, quote

LLM_UNIT = "cortex-llm.service"
# systemd queues the job and answers at once; polkit may have to be started first.
TIMEOUT_S = 15.0

Verb = Literal["start", "stop"]


async def queue_job(verb: Verb, unit: str = LLM_UNIT) -> None:
    """Queue the job; what becomes of it is seen at the model server.

    Raises:
        LlmUnavailable: there is no systemd, or it refuses.
        RequestTimeout: it does not answer.
    """
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
            f"cannot {verb} {unit}: there is no systemctl here",
            hint="run the model server as yourself: cortex up",
        ) from error
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, said = await process.communicate()
    except TimeoutError as error:
        process.kill()
        await process.wait()
        raise RequestTimeout(
            f"systemd did not take the order to {verb} {unit} within {TIMEOUT_S:g} s",
            hint=f"run: sudo systemctl {verb} {unit}",
        ) from error
    if process.returncode:
        raise explain_refusal(verb, unit, said.decode(errors="replace"))


def explain_refusal(verb: Verb, unit: str, said: str) -> LlmUnavailable:
    """The error for what systemctl said on its way out."""
    lowered = said.lower()
    command = f"sudo systemctl {verb} {unit}"
    if "access denied" in lowered or "authentication" in lowered or "authorization" in lowered:
        return LlmUnavailable(
            f"cortexd may not {verb} {unit}: polkit does not allow it",
            hint=f"run: {command}   (to allow it: install polkitd and Cortex's rule for it)",
        )
    if "not found" in lowered or "not loaded" in lowered:
        return LlmUnavailable(
            f"cannot {verb} {unit}: it is not installed",
            hint="install it: sudo scripts/install-llm.sh install MODEL",
        )
    last = said.strip().splitlines()[-1] if said.strip() else "no reason given"
    return LlmUnavailable(f"cannot {verb} {unit}: {quote(last)}", hint=f"run: {command}")
