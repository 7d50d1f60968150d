"""Which installed packages depend on a package, from dpkg's status file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cortex_cli.debian import lists as apt_lists
from cortex_cli.debian.deb822 import Reader
from cortex_cli.debian.dpkg_status import status_path
from cortex_cli.expressions import expression

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_FIELDS = ("Package", "Status", "Provides", "Depends", "Pre-Depends", "Recommends")
_NAME = expression(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]*)")


def find_dependents(
    environ: Mapping[str, str], names: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Map each of ``names`` to the installed packages that depend on it or recommend it.

    A package that depends on something that one of them provides counts too, even if another
    package provides the same.
    """
    path = status_path(environ)
    reader = Reader(_FIELDS)
    provided: dict[str, str] = {name: name for name in names}
    needs: list[tuple[str, set[str]]] = []
    for stanza in apt_lists.read_stanzas(path) if path.exists() else ():
        fields = reader.read(stanza)
        name = fields.get("Package", "")
        if not fields.get("Status", "").endswith(" installed"):
            continue
        if name in names:
            provided |= dict.fromkeys(_NAME.findall(fields.get("Provides", "")), name)
        wanted = ", ".join(fields.get(field, "") for field in _FIELDS[3:])
        needs.append((name, set(_NAME.findall(wanted))))
    found: dict[str, list[str]] = {}
    for name, wanted_names in needs:
        for wanted_name in sorted(wanted_names & provided.keys()):
            needed = provided[wanted_name]
            if name != needed and name not in found.setdefault(needed, []):
                found[needed].append(name)
    return {name: tuple(sorted(others)) for name, others in found.items()}
