"""``cortexd [--config FILE] [--check]``: run the daemon, or check its configuration.

Exit status: 0 stopped as asked, 1 could not start, 2 wrong usage or configuration.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import uvloop

from cortexd import config, log
from cortexd.api.errors import ConfigError
from cortexd.api.version import VERSION
from cortexd.daemon import Daemon


def main(argv: list[str] | None = None) -> int:
    """Run the program."""
    _open_closed_streams()
    options = _build_parser().parse_args(argv)
    try:
        loaded = config.load(os.environ, options.config)
        if options.check:
            return print_check_result(loaded)
        log.set_up(loaded.config.log)
        uvloop.run(_serve(loaded, options.config))
    except ConfigError as error:
        sys.stderr.write(f"cortexd: {error.message}\n")
        if error.hint:
            sys.stderr.write(f"hint: {error.hint}\n")
        return 2
    return 0


def _open_closed_streams() -> None:
    """A stream that the parent closed is None, and the next file would take its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, open(number, "w" if number else "r", closefd=False))  # noqa: SIM115


async def _serve(loaded: config.LoadedConfig, explicit: Path | None) -> None:
    await Daemon(loaded, explicit).run()


def print_check_result(loaded: config.LoadedConfig) -> int:
    """Print which files were read; 1 if that cannot be written."""
    files = ", ".join(str(path) for path in loaded.files) or "none (built-in defaults)"
    try:
        sys.stdout.write(f"configuration is valid; files read: {files}\n")
        sys.stdout.flush()
    except OSError as error:
        sys.stderr.write(f"cortexd: cannot write the result: {error.strerror}\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cortexd", description="The Cortex daemon: serves JSON commands on a Unix socket."
    )
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="read this file instead of the standard ones"
    )
    parser.add_argument("--check", action="store_true", help="check the configuration and exit")
    parser.add_argument("--version", action="version", version=f"cortexd {VERSION}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
