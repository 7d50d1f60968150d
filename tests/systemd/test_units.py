"""The unit files, as systemd itself judges them; needs no root."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).resolve().parents[2] / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))

#: What the issue asks for: cortexd 1.5, cortex-llm 2.0; the proxy must not be the weak one.
EXPOSURE = {
    "cortexd.service": 15,
    "cortex-llm.service": 20,
    "cortex-llm-proxy.service": 15,
    "cortex-llm-tcp.service": 15,
}

#: What the issue asks of each unit, word for word.
PROMISED = {
    "cortexd.service": """
        Type=notify WatchdogSec=30s Restart=on-failure MemoryMax=256M MemoryHigh=200M TasksMax=64
        StateDirectory=cortex RuntimeDirectory=cortex ConfigurationDirectory=cortex User=cortex
        ExecReload=/bin/kill CapabilityBoundingSet= IPAddressDeny=any IPAddressAllow=localhost
        SystemCallFilter=@system-service RestrictAddressFamilies=AF_UNIX NoNewPrivileges=yes
        ProtectSystem=strict""",
    "cortexd.socket": "ListenStream=/run/cortex/cortex.sock FileDescriptorName=cortexd",
    "cortex-llm.service": """
        DynamicUser=yes ExecStartPost=/usr/bin/env LoadCredential=api-key:/etc/cortex/llm.key
        LoadCredential=llm.env:/etc/cortex/llm.env StartLimitBurst=3 CapabilityBoundingSet=
        BindReadOnlyPaths=-/var/lib/cortex/models IPAddressDeny=any PrivateUsers=yes
        ProtectProc=invisible SystemCallFilter=@system-service RestrictAddressFamilies=AF_UNIX
        PrivateNetwork=yes MemoryMax=50%""",
    "cortex-llm-proxy.socket": """
        ListenStream=/run/cortex-llm.sock SocketUser=root SocketGroup=cortex-model
        SocketMode=0660""",
    "cortex-llm-proxy.service": """
        PrivateNetwork=yes PrivateUsers=yes CapabilityBoundingSet= BindsTo=cortex-llm.service""",
    "cortex-llm-tcp.socket": "ListenStream=127.0.0.1:8085",
    "cortex-llm-tcp.service": """
        PrivateNetwork=yes PrivateUsers=yes CapabilityBoundingSet=
        RestrictAddressFamilies=AF_UNIX""",
    "cortex-llm.service.d/10-on-demand.conf": "StopWhenUnneeded=yes",
}

pytestmark = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="no systemd-analyze: apt-get install systemd"
)


@pytest.fixture
def runnable(tmp_path: Path) -> Path:
    """The units with a program that is there on every machine."""
    folder = tmp_path / "units"
    shutil.copytree(UNITS, folder)
    for path in folder.rglob("*.service"):
        text = re.sub(r"/opt/cortex/bin/\S+", "/bin/true", path.read_text())
        text = re.sub(r"^Documentation=.*\n", "", text, flags=re.M)
        path.write_text(text)
    for path in folder.glob("*.socket"):
        path.write_text(re.sub(r"^Documentation=.*\n", "", path.read_text(), flags=re.M))
    return folder


@pytest.mark.parametrize("name", PROMISED)
def test_what_is_promised_is_set(name: str) -> None:
    text = (UNITS / name).read_text()
    for directive in PROMISED[name].split():
        exact = directive.endswith("=")  # set to nothing
        assert re.search(rf"^{re.escape(directive)}{'$' if exact else ''}", text, re.M), directive


def test_every_service_has_its_limit() -> None:
    assert set(SERVICES) == set(EXPOSURE)


def test_systemd_finds_no_fault(runnable: Path) -> None:
    units = [*sorted(runnable.glob("*.service")), *sorted(runnable.glob("*.socket"))]
    argv = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=yes", *map(str, units)]
    result = subprocess.run(argv, capture_output=True, text=True, check=False)
    ours = [line for line in result.stderr.splitlines() if "cortex" in line]
    assert not ours


@pytest.mark.parametrize("name", SERVICES)
def test_exposure_is_below_the_limit(name: str, runnable: Path) -> None:
    argv = ["systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE[name]}"]
    result = subprocess.run(
        [*argv, str(runnable / name)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout.splitlines()[-1:]


@pytest.mark.parametrize("name", ["cortexd.service", "cortex-llm.service"])
def test_what_is_left_out_is_explained(name: str) -> None:
    text = (UNITS / name).read_text()
    left_out = text.partition("# Left out:")[2]
    assert left_out, "the section that explains it"
    for directive in re.findall(r"(\w+)=", left_out.split("\n\n")[0]):
        assert not re.search(rf"^{directive}=(?!pid)", text, re.M), f"{directive} is set after all"


def test_the_polkit_rule_names_one_unit_and_one_user() -> None:
    rule = (UNITS / "polkit/50-cortex.rules").read_text()
    assert re.findall(r'"([\w-]+\.(?:service|socket))"', rule) == ["cortex-llm.service"]
    assert 'subject.user === "cortex"' in rule
    assert rule.count("Result.YES") == 1
