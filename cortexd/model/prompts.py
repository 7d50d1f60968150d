"""Build the messages for the model: system prompts and templates.

Templates are Jinja2, rendered by ``template_child.py`` in a process of its own: text from
clients can neither reach Python nor loop, multiply or allocate at the daemon's cost, and the
daemon itself never loads Jinja2.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cortexd.api.errors import InvalidParams, find_nearest, quote
from cortexd.model.queue import Priority

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cortexd.api.messages import Generation, Message
    from cortexd.config import LlmSection
    from cortexd.model.queue import InferenceQueue

TEMPLATE_SUFFIX = ".j2"
# A template is a page of text.
MAX_TEMPLATE_BYTES = 64 * 1024
# The renderer's own limit is on CPU time; on a busy machine that takes longer.
RENDER_TIMEOUT_S = 15.0
# More at a time would let templates crowd out everything else; with two, of which a user gets
# one, nobody waits for the templates of a single other user.
MAX_RENDERERS = 2
RENDERERS_PER_USER = 1

_RENDERER = Path(__file__).with_name("template_child.py")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

Turn = dict[str, str]


async def build_conversations(
    questions: Sequence[str | list[Message]],
    settings: Generation,
    llm: LlmSection,
    queue: InferenceQueue,
    uid: int,
) -> list[list[Turn]]:
    """The messages to send for each question: the system prompt, then the prompt or its turns.

    A template waits for its turn in ``queue``, the one of renderers; to stop waiting, cancel.

    Raises:
        InvalidParams: the template is unknown or invalid, or its text is too long.
        DaemonBusy: too many templates wait, most of them this user's.
    """
    system = settings.system if settings.system is not None else llm.system_prompt
    if settings.template is not None:
        values = [{"prompt": str(question), "system": system or ""} for question in questions]
        template = settings.template
        is_text = "{{" in template or "{%" in template
        text = template if is_text else _read_template(template, llm.templates_dir)
        async with queue.turn(uid, Priority.PERSON if len(values) == 1 else Priority.BATCH):
            questions = await _render(text, values)
    return [_build_turns(question, system) for question in questions]


def _build_turns(question: str | list[Message], system: str | None) -> list[Turn]:
    if isinstance(question, str):
        _refuse_nul("prompt", question)
        turns: list[Turn] = [{"role": "user", "content": question}]
    else:
        turns = [{"role": message.role, "content": message.content} for message in question]
        for turn in turns:
            _refuse_nul("messages", turn["content"])
    if system is None or turns[0]["role"] == "system":
        return turns
    _refuse_nul("system", system)
    return [{"role": "system", "content": system}, *turns]


def _refuse_nul(name: str, text: str) -> None:
    if (at := text.find("\0")) >= 0:
        raise InvalidParams(f"{name} contains a NUL character at position {at}", param=name)


async def _render(text: str, values: list[dict[str, str]]) -> list[str]:
    reply = await _run_renderer(json.dumps({"template": text, "values": values}).encode())
    if reply is None:
        raise InvalidParams("the template took too long or used too much memory", param="template")
    if "error" in reply:
        where = f", line {reply['line']}" if reply["line"] else ""
        raise InvalidParams(f"the template is invalid{where}: {reply['error']}", param="template")
    texts: list[str] = reply["texts"]
    return texts


async def _run_renderer(request: bytes) -> dict[str, Any] | None:
    """The renderer's reply, or None if it exceeded one of its limits."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # else this folder's queue.py would shadow Python's
        str(_RENDERER),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output = b""
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RENDER_TIMEOUT_S):
                output, _ = await process.communicate(request)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        return None
    reply: dict[str, Any] = json.loads(output)
    return reply


def _read_template(name: str, folder: Path) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidParams(
            f"{quote(name)} is neither a template nor the name of one: "
            "templates contain {{ or {%, names use letters, digits, '-' and '_'",
            param="template",
        )
    try:
        with (folder / f"{name}{TEMPLATE_SUFFIX}").open("rb") as file:
            raw = file.read(MAX_TEMPLATE_BYTES + 1)
        if len(raw) > MAX_TEMPLATE_BYTES:
            raise InvalidParams(
                f"the template {name} is larger than {MAX_TEMPLATE_BYTES} bytes", param="template"
            )
        return raw.decode()
    except FileNotFoundError as error:
        names = sorted(path.stem for path in folder.glob(f"*{TEMPLATE_SUFFIX}"))
        guess = find_nearest(name, names)
        raise InvalidParams(
            f"no template {quote(name)} in {folder}",
            hint=f"did you mean {guess}?" if guess else f"available: {', '.join(names) or 'none'}",
            param="template",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidParams(
            f"cannot read the template {name} in {folder}: {error}", param="template"
        ) from error
