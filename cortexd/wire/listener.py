"""The daemon's Unix socket, when systemd does not pass one.

A path on which a running daemon answers is refused; one left by a dead daemon is taken over.
A lock on the folder makes both one step, even if two daemons start at the same time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

from cortexd.api.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cortexd.config import SocketSection

# Asking whether a socket is alive must not hang on one whose backlog is full.
_PROBE_TIMEOUT_S = 1.0
# Daemons hold the folder's lock for milliseconds; anyone who may read the folder can hold it for
# longer, and must not keep the daemon from starting.
_LOCK_TIMEOUT_S = 3.0
_LOCK_PAUSE_S = 0.01


def open_socket(settings: SocketSection) -> socket.socket:
    """Open the listening socket.

    Raises:
        ConfigError: the path is in use, is something else, or cannot be opened.
    """
    with _lock_folder(settings.path.parent):
        return _open(settings)


def _open(settings: SocketSection) -> socket.socket:
    path = settings.path
    _clear_path(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    umask = os.umask(0o777 & ~settings.mode)
    try:
        listening.bind(str(path))
        listening.listen(settings.backlog)
    except OSError as error:
        listening.close()
        raise _listen_error(path, error) from error
    finally:
        os.umask(umask)
    return listening


def remove_socket(path: Path, listening_inode: int) -> None:
    """Remove the socket file if it is still ours and not that of a successor."""
    with contextlib.suppress(OSError):
        if path.stat().st_ino == listening_inode:
            path.unlink()


@contextlib.contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
    """Hold the folder's lock if it can be had in time."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:  # bind reports what is wrong with it
        yield
        return
    deadline = time.monotonic() + _LOCK_TIMEOUT_S
    try:
        while time.monotonic() < deadline:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                time.sleep(_LOCK_PAUSE_S)
        yield
    finally:
        os.close(descriptor)


def _clear_path(path: Path) -> None:
    """Remove a dead daemon's socket; refuse anything else that is at ``path``."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise _listen_error(path, error) from error
    if not stat.S_ISSOCK(mode):
        raise ConfigError(
            f"{path} exists and is not a socket", hint="move it away, or set socket.path"
        )
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PROBE_TIMEOUT_S)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()
            return
        except OSError as error:
            raise _listen_error(path, error) from error
    raise ConfigError(
        f"another cortexd is serving {path}",
        hint="stop it (cortex daemon shutdown), or set CORTEX_SOCKET to another path",
    )


def _listen_error(path: Path, error: OSError) -> ConfigError:
    hint = None
    if isinstance(error, FileNotFoundError):
        hint = f"create its directory: mkdir -p {path.parent}"
    elif isinstance(error, PermissionError):
        hint = "set CORTEX_SOCKET to a path you may write, or run: cortex up"
    return ConfigError(f"cannot listen on {path}: {error.strerror or error}", hint=hint)
