"""A virtual machine with a kernel of its own, for what `machine` cannot show.

    with virtual_machine("oom", layers=[installed]) as box:
        box.run("systemctl", "is-system-running")

It is QEMU with a real systemd on pure cgroup v2 (`testbed/vm`): OOM kills that systemd tells
of, MemoryHigh=, pressure, suspend. It boots in about 15 s without hardware virtualisation, and
Python in it starts some 15 times slower than here. `why_not` says what is missing.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.machine import SCRIPT, Machine

VM = SCRIPT.with_name("vm")
KERNEL = SCRIPT.with_name("kernel")
TOOLS = ("/lib/systemd/systemd", "qemu-system-x86_64", "busybox", "cpio", "dbus-daemon")
BOOT_TIMEOUT = 300.0  # 15 s on a quiet machine; ten times that beside seven other jobs
COMMAND_TIMEOUT = 300.0
# The guest's serial line drops what it cannot take at once.
MAX_SCRIPT_BYTES = 32 * 1024


def why_not() -> str | None:
    """Why no virtual machine can be made here, or None."""
    if os.geteuid() != 0:
        return "needs root: the guest is a copy of this machine's files"
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        install = "apt-get install --no-install-recommends qemu-system-x86 busybox-static cpio dbus"
        return f"needs {', '.join(missing)}: {install}"
    found = subprocess.run([str(KERNEL)], capture_output=True, text=True, check=False)
    if found.returncode:
        return f"needs a kernel: {found.stderr.strip().splitlines()[-1]}"
    return None


@dataclass
class VirtualMachine(Machine):
    """A running guest; its commands run one at a time."""

    line: socket.socket
    console: Path

    def run(
        self, *argv: str, check: bool = True, timeout: float = COMMAND_TIMEOUT, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in it as root; raises AssertionError with its output if it fails."""
        given = base64.b64encode(stdin.encode()).decode()
        command = f"base64 -d <<<{given} | {shlex.join(argv)}" if stdin else shlex.join(argv)
        script = base64.b64encode(command.encode())
        assert len(script) < MAX_SCRIPT_BYTES, "too much at once for the guest's serial line"
        self.line.sendall(script + b"\n")
        status, output, errors = self.answer(timeout).split()
        result = subprocess.CompletedProcess(argv, int(status), _text(output), _text(errors))
        if check and result.returncode:
            said = f"{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
            raise AssertionError(f"{shlex.join(argv)}: exit {result.returncode}\n{said}")
        return result

    def answer(self, timeout: float) -> str:
        """The next line from the guest."""
        deadline = time.monotonic() + timeout
        received = bytearray()
        while not received.endswith(b"\n"):
            self.line.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                piece = self.line.recv(65536)
            except TimeoutError:
                piece = b""
            if not piece:
                said = self.console.read_text(errors="replace")[-4000:]
                raise AssertionError(f"no answer from the guest within {timeout:g} s:\n{said}")
            received += piece
        return received.decode()


def _text(encoded: str) -> str:
    return "" if encoded == "-" else base64.b64decode(encoded).decode(errors="replace")


@contextlib.contextmanager
def virtual_machine(
    name: str, layers: Sequence[Path] = (), *, slow_disk: bool = False
) -> Iterator[VirtualMachine]:
    """Boot a guest and take it down again.

    ``layers`` are folders whose files are laid over the copy of this machine.
    """
    kernel = subprocess.run([str(KERNEL)], capture_output=True, text=True, check=True)
    with tempfile.TemporaryDirectory(prefix="cortex-vm-") as work:
        argv = [str(VM), "--kernel", kernel.stdout.strip(), "--work", work]
        argv += [option for layer in layers for option in ("--layer", str(layer))]
        argv += ["--slow-disk"] if slow_disk else []
        log = Path(work, "log")
        with log.open("wb") as output:
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            with _connected(Path(work, "agent"), process, log) as line:
                box = VirtualMachine(name, line, Path(work, "console"))
                assert box.answer(BOOT_TIMEOUT).strip() == "ready"
                yield box
        finally:
            process.kill()
            process.wait()


def _connected(path: Path, process: subprocess.Popen[bytes], log: Path) -> socket.socket:
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    deadline = time.monotonic() + BOOT_TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
            line.connect(str(path))
            return line
        time.sleep(0.05)
    line.close()
    raise AssertionError(f"the virtual machine did not start: {log.read_text()}")
