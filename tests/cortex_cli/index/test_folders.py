import os
from pathlib import Path

from cortex_cli.index.folders import SYSTEM_CACHE, list_folders


def test_a_folder_that_is_named_is_the_only_one() -> None:
    assert list_folders({"CORTEX_CACHE_DIR": "/x"}) == [Path("/x")]


def test_the_machines_folder_is_before_the_users() -> None:
    home = {"HOME": os.path.expanduser("~")}  # noqa: PTH111 - as the shell has it
    assert list_folders(home) == [SYSTEM_CACHE, Path(home["HOME"]) / ".cache/cortex"]
