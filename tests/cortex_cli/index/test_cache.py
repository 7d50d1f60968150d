import threading
from pathlib import Path

import pytest

from cortex_cli.index import cache
from tests.cortex_cli.conftest import write_lists


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return write_lists(tmp_path / "machine")


def names(env: dict[str, str]) -> set[str]:
    db = cache.open_index(env)
    assert db is not None
    found = {row[0] for row in db.execute("SELECT name FROM package")}
    db.close()
    return found


def index_file(env: dict[str, str]) -> Path:
    (found,) = Path(env["CORTEX_CACHE_DIR"]).glob("*.sqlite")
    return found


def test_it_is_built_once(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert "nginx" in names(env)
    assert "building" in capsys.readouterr().err
    made = index_file(env).stat()
    assert "nginx" in names(env)
    assert capsys.readouterr().err == ""
    assert index_file(env).stat().st_mtime_ns == made.st_mtime_ns


def test_new_lists_make_a_new_index(env: dict[str, str]) -> None:
    names(env)
    (found,) = Path(env["CORTEX_APT_LISTS"]).glob("*_Packages")
    found.write_text("Package: fresh\nVersion: 1\nDescription: x\n")
    assert "fresh" in names(env)


def test_a_new_dpkg_status_is_noticed(env: dict[str, str]) -> None:
    names(env)
    Path(env["CORTEX_DPKG_STATUS"]).write_text(
        "Package: handmade\nStatus: install ok installed\nVersion: 1\n"
    )
    assert "handmade" in names(env)


def test_an_installation_is_noticed_without_building_anew(
    env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    names(env)
    capsys.readouterr()
    status = Path(env["CORTEX_DPKG_STATUS"])
    nginx = "\nPackage: nginx\nStatus: install ok installed\nVersion: 1.22.1-9\n"
    status.write_text(status.read_text() + nginx)
    for expected in ("1.22.1-9", None):
        db = cache.open_index(env)
        assert db is not None
        row = db.execute("SELECT installed FROM package WHERE name = 'nginx'").fetchone()
        assert row == (expected,)
        assert db.execute("SELECT count(*) FROM words WHERE words MATCH 'proxy'").fetchone()[0]
        db.close()
        assert "building" not in capsys.readouterr().err
        status.write_text(status.read_text().replace(nginx, ""))


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + bytes(2000)])
def test_a_damaged_index_is_made_anew(env: dict[str, str], content: bytes) -> None:
    names(env)
    index_file(env).write_bytes(content)
    assert "nginx" in names(env)


def test_an_index_that_others_can_write_is_not_trusted(env: dict[str, str]) -> None:
    names(env)
    index_file(env).chmod(0o666)
    assert "nginx" in names(env)
    assert index_file(env).stat().st_mode & 0o777 == 0o644


def test_no_apt_at_all(tmp_path: Path) -> None:
    env = {
        "CORTEX_APT_LISTS": str(tmp_path / "none"),
        "CORTEX_DPKG_STATUS": str(tmp_path / "no-status"),
    }
    assert cache.open_index(env) is None


def test_nowhere_to_write(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "nginx" in names({**env, "CORTEX_CACHE_DIR": str(tmp_path / "file/below")})


def test_two_at_once_build_one(env: dict[str, str]) -> None:
    results: list[set[str]] = []
    threads = [threading.Thread(target=lambda: results.append(names(env))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    left = {path.suffix for path in Path(env["CORTEX_CACHE_DIR"]).iterdir()}
    assert left == {".lock", ".sqlite"}
