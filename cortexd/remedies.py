"""What to do about an alert, written beforehand and filled with its evidence.

Templates are ``advice/<kind>.j2``, Jinja2 in its sandbox, imported with the first alert.
Whatever comes from the machine goes through ``sh`` before it stands in a command.
"""

from __future__ import annotations

import logging
import shlex
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cortexd.alert import printable

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from cortexd.alert import Alert

_log = logging.getLogger(__name__)

FOLDER = Path(__file__).with_name("advice")
SUFFIX = ".j2"
MAX_REMEDY_CHARS = 4000


def remedy(alert: Alert) -> str:
    """The advice for one alert; empty, and logged, if its template fails."""
    from jinja2 import TemplateError

    found = {evidence["title"]: evidence["lines"] for evidence in alert.evidence}
    try:
        text = (
            _environment()
            .get_template(alert.kind + SUFFIX)
            .render(m=alert.metadata, found=found, severity=alert.severity, message=alert.message)
        )
    except (TemplateError, ArithmeticError, ValueError, TypeError, RecursionError) as error:
        _log.error("the remedy for %s cannot be written: %s", alert.kind, error)
        return ""
    return printable(text.strip(), MAX_REMEDY_CHARS)


def shell_word(text: object) -> str:
    """``text`` as one word of a shell command, whatever it holds."""
    return shlex.quote(printable(text, 200))


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=16,
    )
    environment.filters["sh"] = shell_word
    return environment
