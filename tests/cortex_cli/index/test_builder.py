import json
import subprocess
import sys
from pathlib import Path

from cortex_cli.index import background, builder, cache
from cortex_cli.index.packages import PackageSource
from tests.cortex_cli.conftest import write_lists


def test_there_is_a_source_for_each_kind() -> None:
    assert {kind: source.KIND for kind, source in builder.SOURCES.items()} == {
        "packages": "packages",
        "documents": "documents",
    }


def test_it_leaves_the_index_and_nothing_else(tmp_path: Path) -> None:
    env = write_lists(tmp_path / "machine")
    source = PackageSource.find(env)
    path = cache.choose_path(source, env)
    assert path is not None
    background.BuildFiles(path).log.touch()
    background.BuildFiles(path).failure.write_text("{}")
    builder.build(source, path)
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_what_failed_is_written_down(tmp_path: Path) -> None:
    env = write_lists(tmp_path / "machine")
    (Path(env["CORTEX_APT_LISTS"]) / "x_Packages.xz").write_bytes(b"junk")
    source = PackageSource.find(env)
    path = cache.choose_path(source, env)
    assert path is not None
    background.BuildFiles(path).log.touch()
    builder.build(source, path)
    failed = background.read_failure(path)
    assert failed is not None
    assert failed.signature == source.signature()
    assert "x_Packages.xz" in failed.message
    assert failed.hint == "run: apt-get update"
    assert not path.exists()


def test_it_tells_how_far_it_is(tmp_path: Path) -> None:
    telling = builder._ProgressFile(tmp_path / "x.progress")
    telling(1, 2, "halfway")
    telling(2, 2, "too soon to tell again")
    assert json.loads((tmp_path / "x.progress").read_text()) == {
        "done": 1,
        "total": 2,
        "note": "halfway",
    }


def test_nothing_heavy_is_loaded() -> None:
    script = f"import sys, {builder.__name__}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert not {"openai", "jinja2", "pydantic", "psutil", "click"} & set(done.stdout.split())
