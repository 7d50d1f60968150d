"""The operands of apt and dpkg: the one way from a name to an argument.

Whatever the source of a name or version (package lists, dpkg, the history, a model), it gets
into a command only through here, and only if it fits Debian's grammar.
"""

from __future__ import annotations

from cortex_cli.debian.names import is_name, is_version
from cortex_cli.errors import Failure


def check_name(name: str) -> str:
    """Return ``name`` if it is the name of a package.

    Raises:
        Failure: it is not.
    """
    if not isinstance(name, str) or not is_name(name):
        raise Failure(
            f"{name!r} is not the name of a package",
            hint="nothing was changed; names have a-z, 0-9, +, - and . (Debian policy 5.6.7)",
        )
    return name


def check_version(name: str, version: str) -> str:
    """Return ``version`` if it is one.

    Raises:
        Failure: it is not.
    """
    if not isinstance(version, str) or not is_version(version):
        raise Failure(
            f"{version!r} is not a version of {name}",
            hint="nothing was changed; Debian policy 5.6.12 says what a version looks like",
        )
    return version


def pin(name: str, version: str) -> str:
    """Return what installs exactly this version."""
    return f"{check_name(name)}={check_version(name, version)}"


def remove(name: str) -> str:
    """Return what removes a package within an installation."""
    return f"{check_name(name)}-"
