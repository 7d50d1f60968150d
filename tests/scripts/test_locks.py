"""requirements/: every package of every extra has a version and hashes, and pip holds to them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.daemon import CHECKOUT

LOCKS = sorted((CHECKOUT / "requirements").glob("*.txt"))
LOCKED = CHECKOUT / "scripts/pip-locked"
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
PINNED = re.compile(r"^([a-z0-9-]+)(?:\[[a-z]+\])?==([\w.]+)", re.MULTILINE)
# Built on the machine: llama-cpp-source.txt has the hash of its sources. torch differs by machine.
NOT_LOCKED = {"llama-cpp-python", "torch"}


def requirements() -> list[str]:
    project = PROJECT["project"]
    extras = project["optional-dependencies"].values()
    build = PROJECT["build-system"]["requires"]
    return [*project["dependencies"], *build, *(each for extra in extras for each in extra)]


def normalize(name: str) -> str:
    return name.lower().replace("_", "-")


def pinned(lock: Path) -> dict[str, str]:
    return dict(PINNED.findall(lock.read_text()))


@pytest.mark.parametrize("requirement", requirements())
def test_every_requirement_has_an_upper_bound(requirement: str) -> None:
    assert re.search(r",<\d+$", requirement), requirement


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_every_line_of_a_lock_has_a_version_and_a_hash(lock: Path) -> None:
    entries = re.split(r"(?<!\\)\n", lock.read_text().strip())
    assert entries
    for entry in entries:
        assert PINNED.match(entry), entry[:80]
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry[:80]
    assert "://" not in lock.read_text(), "no other place than the registry"


@pytest.mark.parametrize("extra", ["", *PROJECT["project"]["optional-dependencies"]])
def test_a_lock_has_what_pyproject_asks_for(extra: str) -> None:
    project = PROJECT["project"]
    wanted = project["optional-dependencies"].get(extra, project["dependencies"])
    found = pinned(CHECKOUT / f"requirements/{extra or 'llm'}.txt")
    for requirement in wanted:
        parts = re.match(r"([A-Za-z0-9_-]+)(?:\[\w+\])?>=([\d.]+),<(\d+)$", requirement)
        assert parts, requirement
        name = normalize(parts[1])
        if name not in NOT_LOCKED:
            assert name in found, f"{name}: run scripts/lock"
            assert int(found[name].partition(".")[0]) < int(parts[3])


def test_locks_agree() -> None:
    """What is tested is what is installed."""
    tested = pinned(CHECKOUT / "requirements/dev.txt")
    for name, version in pinned(CHECKOUT / "requirements/llm.txt").items():
        assert tested[name] == version


def test_the_sources_of_the_engine_are_those_of_the_lock() -> None:
    script = (CHECKOUT / "scripts/install-llm.sh").read_text()
    version = re.search(r"^VERSION=.*:-([\d.]+)\}$", script, re.MULTILINE)
    assert version
    assert pinned(CHECKOUT / "requirements/llama-cpp-source.txt") == {
        "llama-cpp-python": version[1]
    }


@pytest.mark.parametrize("name", ["install.sh", "build-deb", "setup", "install-llm.sh", "lock"])
def test_no_installer_calls_pip_past_the_locks(name: str) -> None:
    """Each call of pip that may get something holds to hashes; others see no index."""
    text = (CHECKOUT / "scripts" / name).read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if re.search(r"(-m pip|/pip\")\s.*\b(install|download|wheel)\b", line):
            allowed = "--no-index" in line or '"${options[@]}"' in line or '"$torch"' in line
            assert allowed or '"$UV"' in line, line


def wheel(folder: Path, name: str, code: str) -> Path:
    """A package as pip accepts it, made by hand."""
    import zipfile

    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    about = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", code)
        archive.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{about}/RECORD", "")
    return path


def install(tmp_path: Path, lock: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LOCKED, sys.executable, "install", lock, "--no-index", "--target", tmp_path / "made"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_file_with_another_hash_is_refused(tmp_path: Path) -> None:
    """Somebody has put a changed package where pip looks for it."""
    import hashlib

    good = wheel(tmp_path / "index", "harmless", "X = 1\n")
    lock = tmp_path / "lock.txt"
    lock.write_text(
        f"harmless==1.0 --hash=sha256:{hashlib.sha256(good.read_bytes()).hexdigest()}\n"
    )
    place = {"PIP_FIND_LINKS": str(tmp_path / "index")}
    done = install(tmp_path, lock, **place)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "made/harmless.py").read_text() == "X = 1\n"
    wheel(tmp_path / "index", "harmless", "import evil\n")
    (tmp_path / "made/harmless.py").unlink()
    done = install(tmp_path, lock, **place)
    assert done.returncode != 0
    assert "HASHES" in done.stderr or "hash" in done.stderr
    assert not (tmp_path / "made/harmless.py").exists()


def test_a_package_without_a_hash_and_options_of_the_environment_are_refused(
    tmp_path: Path,
) -> None:
    wheel(tmp_path / "index", "harmless", "X = 1\n")
    lock = tmp_path / "lock.txt"
    lock.write_text("harmless==1.0\n")
    done = install(tmp_path, lock, PIP_FIND_LINKS=str(tmp_path / "index"), PIP_REQUIRE_HASHES="0")
    assert done.returncode != 0
    assert "--require-hashes" in done.stderr.lower() or "hash" in done.stderr.lower()
    assert not (tmp_path / "made").exists() or not list((tmp_path / "made").iterdir())


def test_a_lock_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = install(tmp_path, Path("nothing"))
    assert done.returncode == 1
    assert "requirements/nothing.txt" in done.stderr
    assert "hint: scripts/lock" in done.stderr


def test_changed_sources_of_the_engine_are_not_built(tmp_path: Path) -> None:
    version = pinned(CHECKOUT / "requirements/llama-cpp-source.txt")["llama-cpp-python"]
    sources = tmp_path / "cortex/sources"
    sources.mkdir(parents=True)
    (sources / f"llama_cpp_python-{version}.tar.gz").write_bytes(b"other")
    script = f"set -- help; . {CHECKOUT}/scripts/install-llm.sh >/dev/null; sources"
    done = subprocess.run(
        ["bash", "-c", script],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "has not the SHA-256" in done.stderr


def test_the_bill_of_materials(tmp_path: Path) -> None:
    """As the build writes it, for packages of this environment."""
    report = tmp_path / "report.json"
    names = ("click", "rich", "openai", "tree-sitter")
    from importlib import metadata

    items = [
        {
            "metadata": {"name": name, "version": metadata.version(name)},
            "download_info": {"archive_info": {"hash": f"sha256={index:064x}"}},
        }
        for index, name in enumerate(names)
    ]
    report.write_text(json.dumps({"install": items}))
    texts = []
    for name in ("one", "two"):
        subprocess.run(
            [sys.executable, CHECKOUT / "scripts/write-sbom", report, tmp_path / name], check=True
        )
        texts.append((tmp_path / name).read_text())
    assert texts[0] == texts[1], "the same build, the same file"
    bill = json.loads(texts[0])
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "cortex-linux"
    libraries = {each["name"]: each for each in bill["components"] if each["type"] == "library"}
    assert set(libraries) == set(names)
    for name, component in libraries.items():
        assert component["purl"] == f"pkg:pypi/{name}@{component['version']}"
        assert re.fullmatch(r"[0-9a-f]{64}", component["hashes"][0]["content"])
        assert component["licenses"]
    models = [each for each in bill["components"] if each["type"] == "machine-learning-model"]
    assert any("cortex-nano-default" in each["name"] for each in models)
    edges = {each["ref"]: each["dependsOn"] for each in bill["dependencies"]}
    assert libraries["click"]["purl"] in edges[bill["metadata"]["component"]["bom-ref"]]
