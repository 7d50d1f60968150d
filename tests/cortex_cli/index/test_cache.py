import sqlite3
import stat
from pathlib import Path

import pytest

from cortex_cli.index import cache
from cortex_cli.index.packages import PackageSource, open_index
from tests.cortex_cli.conftest import write_lists


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return write_lists(tmp_path / "machine")


def nothing(_done: int, _total: int, _note: str) -> None: ...


def built(env: dict[str, str]) -> Path:
    source = PackageSource.find(env)
    path = cache.choose_path(source, env)
    assert path is not None
    cache.build_file(source, path, nothing)
    return path


def names(found: cache.CachedIndex | None) -> set[str]:
    assert found is not None
    try:
        return {row[0] for row in found.db.execute("SELECT name FROM package")}
    finally:
        found.db.close()


def found(env: dict[str, str]) -> cache.CachedIndex | None:
    source = PackageSource.find(env)
    return cache.find(source, env, source.signature())


def test_what_was_built_is_found(env: dict[str, str]) -> None:
    assert found(env) is None
    path = built(env)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert "nginx" in names(found(env))
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_an_older_one_is_found_and_told_apart(env: dict[str, str]) -> None:
    built(env)
    (listed,) = Path(env["CORTEX_APT_LISTS"]).glob("*_Packages")
    listed.write_text("Package: fresh\nVersion: 1\nDescription: x\n")
    older = found(env)
    assert older is not None
    assert older.signature != PackageSource.find(env).signature()
    assert "fresh" not in names(older)
    built(env)
    assert "fresh" in names(found(env))


def test_the_fresh_one_of_two_folders_counts(env: dict[str, str], tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b/cortex"
    built({**env, "CORTEX_CACHE_DIR": str(first)})
    Path(env["CORTEX_DPKG_STATUS"]).write_text("Package: x\nStatus: install ok installed\n")
    built({**env, "CORTEX_CACHE_DIR": str(second)})
    both = {**env, "XDG_CACHE_HOME": str(tmp_path / "b")}
    del both["CORTEX_CACHE_DIR"]
    assert "x" in names(found(both))


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + bytes(2000)])
def test_a_damaged_index_is_none(env: dict[str, str], content: bytes) -> None:
    built(env).write_bytes(content)
    assert found(env) is None
    assert "nginx" in names(cache.build_in_memory(PackageSource.find(env)))
    built(env)
    assert "nginx" in names(found(env))


def test_an_index_of_another_form_is_none(env: dict[str, str]) -> None:
    path = built(env)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE meta SET value = 'other' WHERE key = 'form'")
    db.close()
    assert found(env) is None


def test_an_index_that_others_can_write_is_not_trusted(env: dict[str, str]) -> None:
    built(env).chmod(0o666)
    assert found(env) is None


def test_what_a_killed_build_left_goes_with_the_next(env: dict[str, str]) -> None:
    path = built(env)
    left = path.parent / f"{cache.PARTIAL_PREFIX}{path.stem}-x.sqlite"
    left.write_bytes(b"half")
    built(env)
    assert not left.exists()


def test_an_installation_is_put_right_in_a_copy(env: dict[str, str]) -> None:
    built(env)
    status = Path(env["CORTEX_DPKG_STATUS"])
    installed = "\nPackage: nginx\nStatus: install ok installed\nVersion: 1.22.1-9\n"
    info = status.parent / "info"
    info.mkdir()
    (info / "nginx.list").write_text("/.\n/usr/sbin/nginx-doctor\n")
    status.write_text(status.read_text() + installed)
    before = found(env)
    assert before
    identity = before.db.execute("SELECT rowid FROM words WHERE words MATCH 'proxy'").fetchall()
    before.db.close()
    for expected in ("1.22.1-9", None):
        built(env)
        now = found(env)
        assert now
        row = now.db.execute("SELECT installed FROM package WHERE name = 'nginx'").fetchone()
        assert row == (expected,)
        rows = now.db.execute("SELECT rowid FROM words WHERE words MATCH 'proxy'").fetchall()
        assert rows == identity
        row = now.db.execute("SELECT package FROM command WHERE name = 'nginx-doctor'").fetchone()
        assert row == ("nginx",)
        now.db.close()
        status.write_text(status.read_text().replace(installed, ""))


def test_where_nothing_can_be_written(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    nowhere = {**env, "CORTEX_CACHE_DIR": str(tmp_path / "file/below")}
    assert cache.choose_path(PackageSource.find(nowhere), nowhere) is None
    db = open_index(nowhere)
    assert db is not None
    assert db.execute("SELECT count(*) FROM package WHERE name = 'nginx'").fetchone() == (1,)
    db.close()


def test_what_is_done_is_not_done_again(env: dict[str, str]) -> None:
    path = built(env)
    made = path.stat().st_ino
    assert built(env).stat().st_ino == made
