"""What minimal systems lack; tests/scripts/test_minimal_root.py sees it on real ones."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cortex_cli import native_libraries
from cortex_cli.native_libraries import Report, find_missing

SCRIPT = Path(native_libraries.__file__)
# As Python words it when a compiled module lacks a library.
ERROR = "ImportError: libgomp.so.1: cannot open shared object file: No such file or directory"


def test_the_linkers_message_names_the_library_and_the_package() -> None:
    report = Report(find_missing(f"Traceback …\n  {ERROR}\n{ERROR}"))
    assert report.libraries == ("libgomp.so.1",)
    assert report.message == "missing native libraries: libgomp.so.1"
    assert report.hint == "apt-get install -y libgomp1"


def test_an_unknown_library_is_named_without_a_package() -> None:
    report = Report(find_missing("libfoo.so.2.1: cannot open shared object file"))
    assert (report.libraries, report.hint) == (("libfoo.so.2.1",), None)


def test_other_text_names_none() -> None:
    assert find_missing("a.so is fine") == ()
    assert find_missing("x" * 100_000 + ".so" * 100_000) == ()
    assert find_missing(": cannot open shared object file") == ()


def test_this_machine_lacks_nothing() -> None:
    assert native_libraries.check_in_child() == Report()
    for arguments in ([], ["--packages"]):
        done = subprocess.run(
            [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_module_without_its_library_is_reported(tmp_path: Path) -> None:
    """Modules with the names of compiled ones, which raise as those do."""
    (tmp_path / "uvloop.py").write_text(
        "raise ImportError('libfoo.so.2: cannot open shared object file: No such file')\n"
    )
    (tmp_path / "yaml.py").write_text("raise ImportError('built for another Python')\n")
    done = subprocess.run(
        [sys.executable, "-S", SCRIPT, "--json"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout) == {
        "libraries": ["libfoo.so.2"],
        "errors": ["yaml cannot be imported: built for another Python"],
    }


@pytest.mark.parametrize("library", list(native_libraries.PACKAGES))
def test_every_library_of_the_table_is_one(library: str) -> None:
    assert native_libraries._loads(library)
    assert not native_libraries._loads(f"not-{library}")


def test_the_package_depends_on_every_library() -> None:
    script = (SCRIPT.parents[1] / "scripts/build-deb").read_text()
    (depends,) = [line for line in script.splitlines() if line.startswith("Depends: ")]
    names = {part.split()[0] for part in depends.removeprefix("Depends: ").split(", ")}
    assert set(native_libraries.PACKAGES.values()) <= names


def test_it_runs_as_a_file_before_anything_is_installed() -> None:
    program = SCRIPT
    done = subprocess.run(
        [sys.executable, "-I", "-S", program, "--packages"],
        cwd="/", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode in (0, 1)
