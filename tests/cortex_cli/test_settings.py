import os
import socket
from pathlib import Path

import pytest

from cortex_cli import settings
from cortex_cli.errors import Failure
from cortex_cli.settings import Settings
from cortexd.api.client import DEFAULT_SOCKET


def test_the_socket_that_is_named(tmp_path: Path) -> None:
    environ = {"CORTEX_SOCKET": "/named.sock", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert Settings(environ, Path("/given.sock")).socket_path() == Path("/given.sock")
    assert Settings(environ).socket_path() == Path("/named.sock")


def test_ones_own_daemon_comes_before_the_systems(runtime: Path) -> None:
    found = Settings({"XDG_RUNTIME_DIR": str(runtime)})
    assert found.socket_path() == Path(DEFAULT_SOCKET)
    folder = settings.make_runtime_dir(found.environ)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "cortex.sock"))
        assert found.socket_path() == Path(DEFAULT_SOCKET)  # left behind: nobody listens
        listening.listen()
        assert found.socket_path() == folder / "cortex.sock"
        folder.chmod(0o755)
        assert found.socket_path() == Path(DEFAULT_SOCKET)  # others could have put it there


def test_the_folder_is_made_private(runtime: Path) -> None:
    folder = settings.make_runtime_dir({"XDG_RUNTIME_DIR": str(runtime)})
    assert folder == runtime / "cortex"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert settings.make_runtime_dir({"XDG_RUNTIME_DIR": str(runtime)}) == folder


@pytest.mark.parametrize("base", ["", "relative", "/nonexistent", "/"])
def test_without_a_runtime_folder_of_ones_own(base: str) -> None:
    found = settings.runtime_dir({"XDG_RUNTIME_DIR": base})
    assert found == Path(f"/tmp/cortex-{os.getuid()}")


def test_a_folder_that_is_not_ones_own_is_refused(runtime: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(runtime)}
    folder = runtime / "cortex"
    folder.symlink_to("/tmp")
    with pytest.raises(Failure, match="not a folder"):
        settings.make_runtime_dir(environ)
    folder.unlink()
    folder.mkdir(mode=0o755)
    with pytest.raises(Failure, match="others may enter"):
        settings.make_runtime_dir(environ)
    if os.getuid() == 0:
        folder.chmod(0o700)
        os.chown(folder, 12345, -1)
        with pytest.raises(Failure, match="belongs to user 12345"):
            settings.make_runtime_dir(environ)


def test_where_state_is_kept() -> None:
    assert settings.find_state_folder({"HOME": "/h", "XDG_STATE_HOME": "/s"}) == Path("/s/cortex")
    relative = settings.find_state_folder({"HOME": "/h", "XDG_STATE_HOME": "relative"})
    assert relative == Path("/h/.local/state/cortex")
    assert settings.find_state_folder({"HOME": "."}).is_absolute()
