from __future__ import annotations

import asyncio
import os
from pathlib import Path

from cortexd import evidence
from cortexd.evidence.scene import Scene
from cortexd.worker import Worker
from tests.support.alert_stock import alert


def collect(tmp_path: Path, kind: str, scene: Scene | None = None) -> dict[str, list[str]]:
    async def go() -> dict[str, list[str]]:
        worker = Worker("w")
        subject = alert(kind=kind, metadata={"mount": str(tmp_path)})
        pages = await evidence.collect(subject, scene or Scene(worker))
        worker.close()
        return {page["title"]: page["lines"] for page in pages}

    return asyncio.run(go())


def test_the_biggest_folder_comes_first(tmp_path: Path) -> None:
    for name, size in (("small", 10_000), ("b\x1big", 900_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(os.urandom(size))
    lines = collect(tmp_path, "disk_space")["Biggest folders"]
    assert lines[0].endswith("/b\\x1big")
    assert lines[0].startswith("0.9 MiB")


def test_deleted_files_that_are_still_open(tmp_path: Path) -> None:
    with (tmp_path / "gone").open("wb") as file:
        file.write(os.urandom(3 * 2**20))
        file.flush()
        (tmp_path / "gone").unlink()
        lines = collect(tmp_path, "disk_space")["Deleted files that are still open"]
    assert any(
        f"{tmp_path}/gone held by" in line and f"pid {os.getpid()}" in line for line in lines
    )


def test_the_folder_with_the_most_files(tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for number in range(50):
        (tmp_path / "many" / f"{number}").touch()
    lines = collect(tmp_path, "disk_inodes")["Folders with the most files"]
    assert lines[0] == f"51 inodes {tmp_path}/many"


def test_known_caches(tmp_path: Path) -> None:
    async def go() -> list[str]:
        archives, journal = tmp_path / "archives", tmp_path / "journal"
        for folder in (archives, journal / "machine"):
            folder.mkdir(parents=True)
            (folder / "x").write_bytes(os.urandom(2 * 2**20))
        worker = Worker("w")
        scene = Scene(worker, apt_cache=archives, journals=(journal, tmp_path / "none"))
        subject = alert(kind="disk_space", metadata={"mount": str(tmp_path)})
        pages = await evidence.collect(subject, scene)
        worker.close()
        return next(page["lines"] for page in pages if page["title"] == "Known caches")

    assert [line.split(" MiB ")[1] for line in asyncio.run(go())] == [
        f"downloaded packages in {tmp_path}/archives",
        f"journal in {tmp_path}/journal",
    ]


def test_a_mount_that_is_gone_costs_only_its_evidence(tmp_path: Path) -> None:
    assert collect(tmp_path / "none", "disk_space") == {}
