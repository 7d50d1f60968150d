"""What to do with a package once it is installed: edit its settings, check them, apply them.

From ``next_steps.yaml`` and the units of ``effects.yaml``; a package in neither has no next steps.
Nothing is run.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from cortex_cli.expressions import expression
from cortex_cli.install.effects import find_units
from cortex_cli.language.stems import fold

TABLE = Path(__file__).with_name("next_steps.yaml")
MAX_REQUEST_CHARS = 400
_FOLLOW_UP = expression(
    r"[\s,;]+(?:and|then|und|et|puis|y|luego)\s+(?:then\s+|also\s+|ensuite\s+)?"
    r"(configur\w*|set\b|setup\b|enabl\w*|start\w*|activ\w*|demarr\w*|inici\w*|arranc\w*"
    r"|parametr\w*|prepar\w*|run\b|use\b|secur\w*)"
)


def split_follow_up(request: str) -> tuple[str, str | None]:
    """Return what to install, and the verb of what is wanted next: "… and configure it"."""
    text = request[:MAX_REQUEST_CHARS]
    match = _FOLLOW_UP.search(fold(text))
    # Folding a letter with an accent may change the length only where it is not composed.
    if match is None or len(fold(text)) != len(text):
        return request, None
    return text[: match.start()], match[1]


def list_next_steps(package: str) -> list[str]:
    """Return the commands after the installation of ``package``, in order, with sudo."""
    units = [unit.removesuffix(".service") for unit in find_units(package)]
    entry = _load().get(package, {})
    steps = []
    if file := entry.get("file"):
        steps.append(f"sudoedit {file}")
    if check := entry.get("check"):
        steps.append(f"sudo {check}")
    if units:
        steps.append(f"sudo systemctl enable --now {' '.join(units)}")
        if apply := entry.get("apply"):
            steps.append(f"sudo systemctl {apply} {' '.join(units)}")
    return steps


@cache
def _load() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8") as stream:
        table = yaml.load(stream, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return {name: entry for names, entry in table.items() for name in names.split()}
