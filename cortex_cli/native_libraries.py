"""The native libraries that minimal systems lack, and the Debian packages that have them.

    python3 cortex_cli/native_libraries.py

Prints what is missing, and exits with 1 if anything is.  scripts/setup and scripts/install.sh run
it as a file before they install anything, so it imports nothing but the standard library; after
the installation the compiled modules themselves are imported as the test.
"""

from __future__ import annotations

import ctypes
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

# Everything else that the wheels link to is part of any system with apt and Python.
PACKAGES = {
    "libgomp.so.1": "libgomp1",
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
}
# The modules with compiled code; those that are not installed are skipped.
MODULES = (
    "httptools",
    "msgspec",
    "psutil",
    "tree_sitter",
    "tree_sitter_bash",
    "uvloop",
    "xllamacpp",
    "yaml",
)
IMPORT_TIMEOUT_S = 60.0
MAX_NAME_CHARS = 256
_MISSING_FILE = ": cannot open shared object file"
# Compiled here: cortex_cli.expressions is not importable where this runs as a file.
_LIBRARY = re.compile(r"[\w+.-]{1,200}\.so[.\d]{0,50}")


@dataclass(frozen=True, slots=True)
class Report:
    """Names of ``libraries`` that are missing, and other ``errors`` of imports."""

    libraries: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def hint(self) -> str | None:
        """The one command that installs the libraries; None if their packages are unknown."""
        packages = [PACKAGES[name] for name in self.libraries if name in PACKAGES]
        return f"apt-get install -y {' '.join(packages)}" if packages else None

    @property
    def message(self) -> str:
        """What is missing, in one line; empty if nothing is."""
        parts = [f"missing native libraries: {', '.join(self.libraries)}"] if self.libraries else []
        return "; ".join([*parts, *self.errors])


def find_missing(text: str) -> tuple[str, ...]:
    """Return the libraries that the dynamic linker's messages in ``text`` call missing."""
    *messages, _ = text.split(_MISSING_FILE)
    words = [message[-MAX_NAME_CHARS:].rpartition(" ")[2] for message in messages]
    return tuple(dict.fromkeys(word for word in words if _LIBRARY.fullmatch(word)))


def check_libraries() -> tuple[str, ...]:
    """Return the libraries of ``PACKAGES`` that this system does not have."""
    return tuple(name for name in PACKAGES if not _loads(name))


def check() -> Report:
    """Import the compiled modules, in this process, and load the libraries themselves."""
    libraries = list(check_libraries())
    errors = []
    for name in MODULES:
        if find_spec(name) is None:
            continue
        try:
            import_module(name)
        except ImportError as error:
            missing = find_missing(str(error))
            libraries += missing
            if not missing:
                errors.append(f"{name} cannot be imported: {error}")
    return Report(tuple(dict.fromkeys(libraries)), tuple(errors))


def check_in_child() -> Report:
    """Run ``check`` in a child: a module that crashes must not take its caller with it."""
    command = [sys.executable, "-P", "-m", "cortex_cli.native_libraries", "--json"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=IMPORT_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return Report(errors=(f"importing took over {IMPORT_TIMEOUT_S:g} s",))
    try:
        value = json.loads(done.stdout)
        return Report(tuple(value["libraries"]), tuple(value["errors"]))
    except (ValueError, KeyError, TypeError):
        return Report(errors=(f"importing ended with status {done.returncode}",))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def main(arguments: list[str]) -> int:
    """Print the report and return the exit status; ``--packages`` prints package names only."""
    if arguments == ["--packages"]:
        missing = check_libraries()
        sys.stdout.write("".join(f"{PACKAGES[name]}\n" for name in missing))
        return 1 if missing else 0
    report = check()
    if arguments == ["--json"]:
        values = {"libraries": report.libraries, "errors": report.errors}
        sys.stdout.write(json.dumps(values) + "\n")
    elif report.message:
        sys.stdout.write(f"{report.message}\n")
        if report.hint:
            sys.stdout.write(f"{report.hint}\n")
    return 1 if report.message else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
