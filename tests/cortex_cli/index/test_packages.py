import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

from cortex_cli.index.packages import PackageSource, open_index
from tests.cortex_cli.conftest import write_lists


def test_what_changes_changes_the_signature(tmp_path: Path) -> None:
    env = write_lists(tmp_path / "machine")
    first = PackageSource.find(env)
    assert not first.is_empty
    begun = first.signature()
    assert first.has_same_lists(begun)
    status = Path(env["CORTEX_DPKG_STATUS"])
    status.write_text(status.read_text() + "\n")
    second = PackageSource.find(env)
    assert second.signature() != begun
    assert second.has_same_lists(begun)
    (Path(env["CORTEX_APT_LISTS"]) / "x_Packages").write_text("Package: x\nVersion: 1\n")
    third = PackageSource.find(env)
    assert not third.has_same_lists(second.signature())
    assert third.file_name() == first.file_name()


def test_no_apt_at_all(tmp_path: Path) -> None:
    env = {
        "CORTEX_APT_LISTS": str(tmp_path / "none"),
        "CORTEX_DPKG_STATUS": str(tmp_path / "no-status"),
    }
    assert PackageSource.find(env).is_empty
    assert open_index(env) is None


def test_todays_lists_are_waited_for(tmp_path: Path) -> None:
    env = write_lists(tmp_path / "machine")
    for name in ("nginx", "fresh"):
        db = open_index(env)
        assert db is not None
        rows = db.execute("SELECT version FROM package WHERE name = ?", [name]).fetchall()
        assert len(rows) == 1
        db.close()
        (Path(env["CORTEX_APT_LISTS"]) / "x_Packages").write_text("Package: fresh\nVersion: 1\n")


def test_the_bar_moves_while_one_list_is_read_and_written(tmp_path: Path) -> None:
    env = write_lists(tmp_path / "machine")
    stanza = "Package: p{0}\nVersion: 1\nDescription: the package number {0}\n\n"
    (listed,) = Path(env["CORTEX_APT_LISTS"]).glob("*_Packages")
    listed.write_text("".join(map(stanza.format, range(20_000))))
    told: list[tuple[int, int]] = []
    with closing(sqlite3.connect(":memory:")) as db:
        PackageSource.find(env).build(db, lambda done, total, _note: told.append((done, total)))
    shares = [done / total for done, total in told]
    assert shares == sorted(shares)
    assert max(later - earlier for earlier, later in itertools.pairwise(shares)) < 0.15
    assert 0.95 < shares[-1] <= 1
