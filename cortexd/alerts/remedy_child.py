"""A child process that fills the remedies' templates, so that the daemon does not load Jinja2.

Started by ``remedies.py`` with a list of ``{"template":…, "m":{…}, "found":{…}, …}`` on standard
input; answers with a list of texts, or of ``{"error":…}``.  Templates are
``advice/<template>.j2`` beside this file; whatever comes from the machine goes through ``sh``
(a file's identifier: ``path``) before it becomes part of a command.  Imports nothing of cortexd.
"""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("advice")
SUFFIX = ".j2"
MAX_WORD_CHARS = 200


def main() -> int:
    """Render the requests on standard input."""
    json.dump(render(json.load(sys.stdin)), sys.stdout)
    return 0


def render(requests: list[dict[str, Any]]) -> list[str | dict[str, str]]:
    """A text for each request, or the error in its template."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["sh"] = quote
    environment.filters["path"] = quote_path
    texts: list[str | dict[str, str]] = []
    for request in requests:
        try:
            template = environment.get_template(request["template"] + SUFFIX)
            texts.append(template.render(**request).strip())
        except Exception as error:  # noqa: BLE001 - a template may raise whatever Python may
            texts.append({"error": str(error) or type(error).__name__})
    return texts


def quote(text: object) -> str:
    """``text`` as one word of a shell command, whatever it contains."""
    return shlex.quote(str(text)[:MAX_WORD_CHARS])


def quote_path(identifier: object) -> str:
    """The file name of an identifier (``cortexd.identifiers``), whole, as one word of bash."""
    text = str(identifier)
    return "$'" + text.replace("'", "\\'") + "'" if "\\" in text else shlex.quote(text)


if __name__ == "__main__":
    sys.exit(main())
