"""Debian's grammar of package names and versions (policy 5.6.7 and 5.6.12).  Pure.

Names and versions become arguments of apt, wherever they come from: a package list, dpkg's
status, the history, a model's reply.  Nothing that fits this grammar can be an option, a
pattern or a path.
"""

from __future__ import annotations

from cortex_cli.expressions import expression

_NAME = expression(r"[a-z0-9][a-z0-9+.-]{1,127}")
_ARCHITECTURE = expression(r"[a-z0-9][a-z0-9-]{1,31}")
# dpkg wants a digit first; a hyphen or a colon needs a revision or an epoch, which may be there.
_VERSION = expression(r"(?:[0-9]{1,9}:)?[0-9][A-Za-z0-9.+~:-]{0,255}")


def is_name(text: str) -> bool:
    """Return True if ``text`` is the name of a package, with or without an architecture."""
    name, colon, architecture = text.partition(":")
    if colon and not _ARCHITECTURE.fullmatch(architecture):
        return False
    return bool(_NAME.fullmatch(name))


def is_version(text: str) -> bool:
    """Return True if ``text`` is a version of a package."""
    return bool(_VERSION.fullmatch(text))
