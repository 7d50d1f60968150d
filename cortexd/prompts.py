"""From a request to the turns that the model is sent: system prompts and templates.

Templates are Jinja2 in its sandbox: text from clients can neither reach Python nor run
for long.  Jinja2 is imported with the first template, so an idle daemon is without it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cortexd.api.errors import InvalidParams, nearest, shown

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from cortexd.api.messages import Generation, Message

TEMPLATE_SUFFIX = ".j2"
# A template is a page of text; loops over large ranges are refused by the sandbox.
MAX_TEMPLATE_BYTES = 64 * 1024
MAX_RENDERED_CHARS = 4 * 1024 * 1024

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

Turn = dict[str, str]


def turns(
    question: str | list[Message], settings: Generation, default_system: str | None, folder: Path
) -> list[Turn]:
    """The conversation to send: the system prompt, then the prompt or the given turns.

    Raises:
        InvalidParams: the template is unknown, wrong, or its text too long.
    """
    system = settings.system if settings.system is not None else default_system
    if isinstance(question, str):
        if settings.template is not None:
            question = _render(settings.template, folder, prompt=question, system=system or "")
        _refuse_nul("prompt", question)
        given: list[Turn] = [{"role": "user", "content": question}]
    else:
        given = [{"role": turn.role, "content": turn.content} for turn in question]
        for turn in given:
            _refuse_nul("messages", turn["content"])
    if system is None or given[0]["role"] == "system":
        return given
    _refuse_nul("system", system)
    return [{"role": "system", "content": system}, *given]


def _refuse_nul(name: str, text: str) -> None:
    if (at := text.find("\0")) >= 0:
        raise InvalidParams(f"{name} holds a NUL character at position {at}", param=name)


def _render(template: str, folder: Path, **values: str) -> str:
    from jinja2 import TemplateError

    text = template if "{{" in template or "{%" in template else _read(template, folder)
    try:
        rendered = _environment().from_string(text).render(**values)
    except (TemplateError, ArithmeticError, ValueError, TypeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        where = f", line {line}" if line else ""
        raise InvalidParams(f"the template is wrong{where}: {error}", param="template") from error
    if len(rendered) > MAX_RENDERED_CHARS:
        raise InvalidParams(
            f"the template gave {len(rendered)} characters; the limit is {MAX_RENDERED_CHARS}",
            param="template",
        )
    return rendered


def _read(name: str, folder: Path) -> str:
    if not _NAME.fullmatch(name):
        raise InvalidParams(
            f"{shown(name)} is neither the name of a template nor one: "
            "names are letters, digits, '-' and '_', templates hold {{ or {%",
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
        known = sorted(path.stem for path in folder.glob(f"*{TEMPLATE_SUFFIX}"))
        guess = nearest(name, known)
        raise InvalidParams(
            f"there is no template {shown(name)} in {folder}",
            hint=f"did you mean {guess}?" if guess else f"there are: {', '.join(known) or 'none'}",
            param="template",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidParams(
            f"cannot read the template {name} in {folder}: {error}", param="template"
        ) from error


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment: Any = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=False
    )
    return environment  # type: ignore[no-any-return]
