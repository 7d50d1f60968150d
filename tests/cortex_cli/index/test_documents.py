import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cortex_cli.index import cache
from cortex_cli.index.documents import DocumentSource

PAGE = ".SH NAME\n{0} \\- {1}\n.SH DESCRIPTION\nText.\n"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    environ = {
        "MANPATH": str(tmp_path / "man"),
        "SYSTEMD_UNIT_PATH": str(tmp_path / "units"),
        "CORTEX_DOCS": str(tmp_path / "doc"),
        "CORTEX_DPKG_STATUS": str(tmp_path / "status"),
        "CORTEX_CACHE_DIR": str(tmp_path / "cache"),
    }
    for number in range(20):
        write(environ, f"page{number}", f"about subject{number}")
    return environ


def write(env: dict[str, str], name: str, summary: str) -> Path:
    path = Path(env["MANPATH"]) / "man1" / f"{name}.1"
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(PAGE.format(name, summary))
    new.replace(path)  # as dpkg does: the folder's time stamp changes
    return path


def made(env: dict[str, str]) -> list[str]:
    """Bring the index up to date; what was read for it."""
    source = DocumentSource.find(env)
    path = cache.choose_path(source, env)
    assert path is not None
    seen: list[str] = []
    cache.build_file(source, path, lambda _done, _total, note: seen.append(note))
    return seen


def hits(env: dict[str, str], word: str) -> list[str]:
    source = DocumentSource.find(env)
    found = cache.find(source, env, source.signature())
    assert found is not None
    assert found.signature == source.signature()
    with closing(found.db):
        rows = found.db.execute(
            "SELECT document.name FROM said JOIN document ON id = said.rowid WHERE said MATCH ?",
            [word],
        )
        return [name for (name,) in rows]


def test_what_is_new_changed_and_gone_is_put_right(env: dict[str, str]) -> None:
    made(env)
    assert hits(env, "subject3") == ["page3"]
    write(env, "page3", "on topic3")
    write(env, "new", "about novelty")
    (Path(env["MANPATH"]) / "man1/page5.1").unlink()
    before = index(env).stat().st_size
    made(env)
    assert hits(env, "topic3") == ["page3"]
    assert hits(env, "subject3") == []
    assert hits(env, "novelty") == ["new"]
    assert hits(env, "subject5") == []
    assert hits(env, "subject7") == ["page7"]
    assert numbers(env) > 21  # what has gone keeps its number
    assert abs(index(env).stat().st_size - before) < 32_768


def test_after_many_changes_it_is_made_anew(env: dict[str, str]) -> None:
    made(env)
    for number in range(6):
        write(env, f"page{number}", f"on topic{number}")
    made(env)
    assert hits(env, "topic3") == ["page3"]
    assert numbers(env) == 20


def index(env: dict[str, str]) -> Path:
    return Path(env["CORTEX_CACHE_DIR"]) / DocumentSource.find(env).file_name()


def numbers(env: dict[str, str]) -> int:
    with closing(sqlite3.connect(index(env))) as db:
        (found,) = db.execute("SELECT max(id) FROM document").fetchone()
        return int(found)


def test_only_what_changed_is_read_again(env: dict[str, str], tmp_path: Path) -> None:
    made(env)
    unreadable = Path(env["MANPATH"]) / "man1/page9.1"
    stat = unreadable.stat()
    # Of the same size and time stamp as before: whoever reads it again finds nothing in it.
    unreadable.write_bytes(b"x" * stat.st_size)
    os.utime(unreadable, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    write(env, "new", "about novelty")
    made(env)
    assert hits(env, "subject9") == ["page9"]


def test_a_change_of_dpkgs_status_is_one(env: dict[str, str]) -> None:
    made(env)
    before = DocumentSource.find(env).signature()
    readme = Path(env["CORTEX_DOCS"]) / "pack/README.Debian"
    readme.parent.mkdir(parents=True)
    readme.write_text("pack for Debian\n\nThe frobnication is off here.\n")
    Path(env["CORTEX_DPKG_STATUS"]).write_text("Package: pack\n")
    assert DocumentSource.find(env).signature() != before
    made(env)
    assert hits(env, "frobnication") == ["pack"]


def test_nowhere_to_look(tmp_path: Path) -> None:
    environ = {name: str(tmp_path / "x") for name in ("MANPATH", "SYSTEMD_UNIT_PATH")}
    assert DocumentSource.find({**environ, "CORTEX_DOCS": str(tmp_path / "x")}).is_empty
