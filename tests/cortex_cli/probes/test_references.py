"""What a probe says beside what the usual command prints on this machine, now."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from cortex_cli import probes
from cortex_cli.language.terms import language_of

# question, a shell line whose first line of output must stand in the answer
CHECKS = [
    ("how much memory does this machine have", "free -h | awk '/^Mem/{print $2}'"),
    ("how much RAM is there in total", "free -m | awk '/^Mem/{print $2}'"),
    ("combien de mémoire a cette machine ?", "free -m | awk '/^Mem/{print $2}'"),
    ("which processor is in here", "awk -F': ' '/model name/{print $2; exit}' /proc/cpuinfo"),
    ("how many cores does this machine have", "nproc"),
    ("¿cuántos núcleos tiene?", "nproc"),
    ("what is the size of the disk", "df -h / | awk 'NR==2{print $2}'"),
    ("how full is /tmp", "df /tmp | awk 'NR==2{print $5}'"),
    ("how many inodes are there on /", "df -i / | awk 'NR==2{print $2}'"),
    ("what type of filesystem is /", "findmnt -no FSTYPE /"),
    ("which device is / on", "findmnt -no SOURCE /"),
    ("which kernel is running", "uname -r"),
    ("what architecture is this machine", "uname -m"),
    ("which distribution is this", "sed -n 's/^PRETTY_NAME=\"\\(.*\\)\"/\\1/p' /etc/os-release"),
    ("what is the code name of this release", "sed -n 's/^VERSION_CODENAME=//p' /etc/os-release"),
    ("what is the hostname", "uname -n"),
    ("what is my ip address", "hostname -I | sed 's/ *$//'"),
    ("what is the default gateway", "ip route show default | awk '{print $3}'"),
    ("which DNS servers are used", "awk '/^nameserver/{print $2; exit}' /etc/resolv.conf"),
    ("who is user 0", "getent passwd 0 | cut -d: -f1"),
    ("what is the home directory of www-data", "getent passwd www-data | cut -d: -f6"),
    ("what is the login shell of www-data", "getent passwd www-data | cut -d: -f7"),
    ("what is the uid of www-data", "id -u www-data"),
    ("which groups is www-data in", "id -nG www-data"),
    ("how many users are there", "getent passwd | wc -l"),
    ("who am I", "id -un"),
    ("what is today's date", "date +%Y-%m-%d"),
    ("which calendar week is it", "date +%V"),
    ("when did this machine boot", "uptime -s | cut -c1-16"),
    ("how long has this machine been up", "uptime -p"),
    ("which version of coreutils is installed", "dpkg-query -W -f '${Version}' coreutils"),
    ("how many packages are installed", "dpkg-query -W -f '${Status}\\n' | grep -c ' installed'"),
    ("which package owns /etc/bash.bashrc", "dpkg -S /etc/bash.bashrc | cut -d: -f1"),
    ("what are the permissions of /etc/shadow", "stat -c %a /etc/shadow"),
    ("who owns /etc/shadow", "stat -c %U /etc/shadow"),
    ("how many lines does /etc/passwd have", "wc -l < /etc/passwd"),
    ("when was /etc/passwd modified", "stat -c %y /etc/passwd | cut -c1-19"),
    ("how big is /etc/apt", "du -sh /etc/apt | cut -f1"),
    ("how many files are in /etc", "find /etc -xdev -type f | wc -l"),
    ("how many files are in /etc/apt", "ls /etc/apt | wc -l"),
    ("where is the command ls", "command -v ls"),
    ("what is the umask", "umask"),
    ("what is kernel.ostype set to", "cat /proc/sys/kernel/ostype"),
    ("what is the swappiness", "cat /proc/sys/vm/swappiness"),
    ("how many kernel modules are loaded", "wc -l < /proc/modules"),
    ("what process is 1", "cat /proc/1/comm"),
    ("what is $HOME", "printenv HOME"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "line"), CHECKS, ids=[one for one, _ in CHECKS])
def test_an_answer_holds_what_the_command_prints(question: str, line: str) -> None:
    for program in ("findmnt", "ip", "hostname", "free"):
        if f"{program} " in line and shutil.which(program) is None:
            pytest.skip(f"{program} is not here")
    said = subprocess.run(
        ["bash", "-c", line],
        capture_output=True, text=True, check=False, timeout=30,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    ).stdout.strip()  # fmt: skip
    if not said:
        pytest.skip(f"{line} prints nothing here")
    finding = probes.find(question, language_of(question), os.environ)
    assert finding is not None
    assert said.splitlines()[0] in finding.text
    assert finding.commands
    assert finding.sources
