"""Finds the original project's Python modules in Cortex's own environment.

Installed as the package ``cortex`` of the system's Python.  That environment's other packages
become importable only in a program that imports this one, after the program's own.
"""

import sys
from pathlib import Path

_PROGRAMS = Path("/opt/cortex/bin")
_OWN = f"python{sys.version_info[0]}.{sys.version_info[1]}"
_PACKAGES = _PROGRAMS.resolve().parent / "lib" / _OWN / "site-packages"

if not _PACKAGES.is_dir():
    raise ImportError(f"Cortex is not installed for {_OWN}; run this with {_PROGRAMS}/python3")
sys.path.append(str(_PACKAGES))
__path__.append(str(_PACKAGES / "cortex"))  # noqa: F821 - every package has one
