"""The daemon's Unix socket: taken over from systemd, or made here.

A path that a live daemon answers on is refused; one that a dead daemon left is taken
over.  Looking and taking are one step: two that start at the same instant hold a lock on the
folder in turn.
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
# Others hold the folder's lock for milliseconds; whoever may read the folder may hold it longer,
# and must not keep the daemon from starting.
_LOCK_TIMEOUT_S = 3.0
_LOCK_PAUSE_S = 0.01


def open_socket(settings: SocketSection) -> socket.socket:
    """Make the listening socket.

    Raises:
        ConfigError: the path is in use, is something else, or cannot be made.
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
    """Hold the folder's lock, where there is one to be had."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:  # what is wrong with it is said by bind
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
            f"{path} exists and is no socket", hint="move it away, or set socket.path"
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
        hint = f"make its directory: mkdir -p {path.parent}"
    elif isinstance(error, PermissionError):
        hint = "set CORTEX_SOCKET to a path you may write, or run: cortex up"
    return ConfigError(f"cannot listen on {path}: {error.strerror or error}", hint=hint)
