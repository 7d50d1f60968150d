"""Machines that this one is not: folders for their files, tables for their commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from cortex_cli import probes
from cortex_cli.finding import Finding
from cortex_cli.language.terms import language_of
from cortex_cli.probes.machine import Machine, run

EFI = "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"


class Fake:
    """A machine of files and outputs; anything else is missing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.outputs: dict[str, str] = {}
        self.asked: list[str] = []
        self.environ: dict[str, str] = {}

    def file(self, name: str, text: str | bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def _run(self, argv: object, environ: object, timeout_s: float) -> str | None:
        line = " ".join(argv)  # type: ignore[call-overload]
        self.asked.append(line)
        return next((said for key, said in self.outputs.items() if line.startswith(key)), None)

    def ask(self, question: str) -> Finding:
        machine = Machine(self.root, self.environ, self._run)
        finding = probes.find(question, language_of(question), self.environ, machine)
        assert finding is not None, question
        return finding


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    return Fake(tmp_path)


def test_a_battery_says_its_charge_and_health(fake: Fake) -> None:
    base = "sys/class/power_supply/BAT0"
    for name, text in {
        "type": "Battery", "capacity": "81", "status": "Discharging", "cycle_count": "212",
        "energy_full": "45000000", "energy_full_design": "50000000",
    }.items():  # fmt: skip
        fake.file(f"{base}/{name}", f"{text}\n")
    finding = fake.ask("how full is the battery?")
    assert finding.value == "81%"
    assert "Discharging" in finding.text
    assert "90%" in finding.text
    assert "212 cycles" in finding.text


def test_two_batteries_are_one_charge(fake: Fake) -> None:
    """A small one that is full says little beside a big one that is nearly empty."""
    fake.file("sys/class/power_supply/BAT2/present", "0\n")  # a bay without one
    packs = (("BAT0", "100", "10000000"), ("BAT1", "10", "90000000"), ("BAT2", "0", "1"))
    for name, capacity, full in packs:
        base = f"sys/class/power_supply/{name}"
        values = {"type": "Battery", "capacity": capacity, "energy_full": full}
        for file, text in values.items():
            fake.file(f"{base}/{file}", f"{text}\n")
    assert fake.ask("how full is the battery?").value == "19%"


def test_without_sensors_it_says_so_in_the_questions_language(fake: Fake) -> None:
    assert fake.ask("how hot is the cpu?").text == "No temperature sensor found."
    said = fake.ask("quelle est la température du processeur ?").text
    assert said == "Aucun capteur de température trouvé."


def test_a_zone_that_is_off_and_a_faulty_sensor_say_nothing(fake: Fake) -> None:
    for zone, mode, milli in (
        ("thermal_zone0", "disabled", "99000"),
        ("thermal_zone1", "enabled", "40000"),
    ):
        for name, text in {"mode": mode, "temp": milli, "type": "acpitz"}.items():
            fake.file(f"sys/class/thermal/{zone}/{name}", f"{text}\n")
    assert fake.ask("how hot is the cpu?").value.startswith("40.0 °C")
    for name, text in {"name": "it87", "temp1_input": "127000", "temp1_fault": "1"}.items():
        fake.file(f"sys/class/hwmon/hwmon0/{name}", f"{text}\n")
    assert "127" not in fake.ask("how hot is the cpu?").text


def test_the_hottest_sensor_goes_first(fake: Fake) -> None:
    for chip, name, milli in (("hwmon0", "acpitz", "41000"), ("hwmon1", "coretemp", "67500")):
        fake.file(f"sys/class/hwmon/{chip}/name", name)
        fake.file(f"sys/class/hwmon/{chip}/temp1_input", milli)
    finding = fake.ask("what is the temperature of the cpu")
    assert finding.value == "67.5 °C"
    assert "coretemp" in finding.text.splitlines()[0]


def test_the_model_of_a_laptop(fake: Fake) -> None:
    for name, text in {
        "sys_vendor": "LENOVO", "product_name": "20XW", "chassis_type": "10", "bios_version": "N32",
    }.items():  # fmt: skip
        fake.file(f"sys/class/dmi/id/{name}", text)
    finding = fake.ask("what model is this computer")
    assert "20XW by LENOVO (laptop)" in finding.text
    assert fake.ask("what is the bios version").value == "N32"


@pytest.mark.parametrize(("last", "state"), [(1, "enabled"), (0, "disabled")])
def test_secure_boot_is_the_last_byte(last: int, state: str, fake: Fake) -> None:
    fake.file(EFI, bytes((6, 0, 0, 0, last)))
    assert fake.ask("is secure boot on?").value == state
    assert fake.ask("did this machine boot with uefi or bios?").value == "UEFI"


def test_a_service_of_systemd(fake: Fake) -> None:
    (fake.root / "run/systemd/system").mkdir(parents=True)
    fake.outputs["systemctl show"] = (
        "Id=nginx.service\nLoadState=loaded\nActiveState=active\nSubState=running\n"
        "UnitFileState=enabled\nMainPID=812\nMemoryCurrent=10485760\n"
        "ActiveEnterTimestamp=Sun 2026-11-29 08:00:00 UTC\n"
    )
    finding = fake.ask("is the nginx service active?")
    assert finding.value == "active"
    assert "main process 812" in finding.text
    assert "10.0 MiB" in finding.text
    assert fake.ask("is nginx enabled at boot?").value == "enabled"


def test_a_failed_service_says_why(fake: Fake) -> None:
    (fake.root / "run/systemd/system").mkdir(parents=True)
    fake.outputs["systemctl show"] = (
        "Id=billing.service\nLoadState=loaded\nActiveState=failed\nSubState=failed\n"
        "UnitFileState=enabled\nMainPID=0\nResult=exit-code\nExecMainStatus=203\n"
    )
    finding = fake.ask("what is the status of the billing service")
    assert "exit status 203" in finding.text
    fake.outputs["systemctl list-units"] = "billing.service loaded failed failed Billing\n"
    assert "billing" in fake.ask("are there any failed services?").text


def test_timers_say_which_is_next(fake: Fake) -> None:
    (fake.root / "run/systemd/system").mkdir(parents=True)
    fake.outputs["systemctl list-timers"] = (
        "Mon 2026-11-30 00:00:00 UTC 5h left - - logrotate.timer logrotate.service\n"
    )
    finding = fake.ask("when does the next timer run?")
    assert "logrotate.timer" in finding.text
    assert "2026-11-30" in finding.text


def test_a_listener_is_found_with_its_process(fake: Fake) -> None:
    head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid"
    row = "   0: 0100007F:1F95 00000000:0000 0A 00000000:00000000 00:00000000 00000000  33 0 4711 1"
    fake.file("proc/net/tcp", f"{head}\n{row}\n")
    fake.file("etc/passwd", "www-data:x:33:33::/var/www:/usr/sbin/nologin\n")
    hidden = fake.ask("which process listens on 8085")
    assert "user www-data" in hidden.text
    fake.file("proc/321/comm", "nginx\n")
    (fake.root / "proc/321/fd").mkdir()
    (fake.root / "proc/321/fd/6").symlink_to("socket:[4711]")
    finding = fake.ask("which process listens on 8085")
    assert finding.value == "nginx"
    assert "pid 321" in finding.text
    assert finding.commands[0].pipeline == (("ss", "-tulpn", "sport", "=", ":8085"),)


def test_the_names_behind_a_stub_resolver(fake: Fake) -> None:
    fake.file("etc/resolv.conf", "nameserver 127.0.0.53\n")
    fake.file("run/systemd/resolve/resolv.conf", "nameserver 9.9.9.9\nsearch example.org\n")
    finding = fake.ask("which dns server is used?")
    assert finding.value == "9.9.9.9"
    assert "example.org" in finding.text


def test_swap_and_memory_of_another_machine(fake: Fake) -> None:
    fake.file(
        "proc/meminfo",
        "MemTotal: 4194304 kB\nMemFree: 1048576 kB\nMemAvailable: 3145728 kB\n"
        "SwapTotal: 2097152 kB\nSwapFree: 1048576 kB\n",
    )
    assert fake.ask("how much memory is free?").value == "3.0 GiB"
    assert "75%" in fake.ask("how much memory is free?").text
    assert "1.0 GiB (50%)" in fake.ask("how much swap is used").text


def test_packages_of_another_machine(fake: Fake) -> None:
    fake.file(
        "var/lib/dpkg/status",
        "Package: vim\nStatus: install ok installed\nVersion: 2:9.0\nInstalled-Size: 2048\n\n"
        "Package: nano-x\nStatus: hold ok installed\nVersion: 7.2\n\n"
        "Package: gone-x\nStatus: deinstall ok config-files\nVersion: 1\n",
    )
    fake.file("var/lib/dpkg/info/vim.list", "/.\n/usr/bin/vim.basic\n/etc/vim/vimrc\n")
    fake.environ["PATH"] = "/nonexistent"
    assert fake.ask("which version of vim is installed").value == "2:9.0"
    assert fake.ask("how many packages are installed?").value == "2"
    assert fake.ask("which packages are held back").value == "nano-x"
    assert "configuration is left" in fake.ask("is gone-x installed").text
    assert fake.ask("which package owns /etc/vim/vimrc").value == "vim"
    fake.outputs["apt-cache policy"] = "other-x:\n  Installed: (none)\n  Candidate: 1.5-1\n"
    said = fake.ask("is other-x installed?").text
    assert said == "other-x is not installed. Version 1.5-1 can be installed."


def test_upgrades_are_counted_from_the_simulation(fake: Fake) -> None:
    fake.outputs["apt-get -s"] = (
        "Inst bash [5.2-1] (5.2-2 Debian:12.9/stable [amd64])\n"
        "Inst openssl [3.0-1] (3.0-2 Debian-Security:12/stable-security [amd64])\nConf bash\n"
    )
    finding = fake.ask("how many updates are pending")
    assert finding.value == "2"
    assert "1 of them from the security archive" in finding.text


def test_a_virtual_machine_and_a_container(fake: Fake) -> None:
    fake.outputs["systemd-detect-virt"] = "kvm\n"
    assert "virtual machine (kvm)" in fake.ask("is this a virtual machine?").text
    fake.outputs["systemd-detect-virt"] = "lxc\n"
    assert "container (lxc)" in fake.ask("is this a virtual machine?").text


def test_containers_need_their_engine(fake: Fake) -> None:
    assert "Neither docker nor podman" in fake.ask("are any docker containers running?").text
    fake.file("run/docker.sock", "")
    fake.outputs["docker ps"] = "web  nginx:1  Up 2 hours\ndb  postgres:16  Up 3 days\n"
    finding = fake.ask("how many containers are running?")
    assert finding.value == "2"
    assert "web, db" in finding.text


def test_a_secret_variable_is_not_shown(fake: Fake) -> None:
    fake.environ["API_TOKEN"] = "abcdef"
    finding = fake.ask("what is $API_TOKEN")
    assert "abcdef" not in finding.text
    assert "6 characters" in finding.text


def test_a_value_is_never_an_option_nor_a_line_of_its_own(fake: Fake) -> None:
    fake.file("proc/sys/kernel/hostname", "evil\x1b[31m\nname\n")
    finding = fake.ask("what is the hostname")
    assert "\x1b" not in finding.text
    assert len(finding.text.splitlines()) == 1


def test_a_command_that_hangs_or_lacks_gives_nothing() -> None:
    assert run(["sleep", "5"], {}, 0.05) is None
    assert run(["no-such-program-here"], {}, 1.0) is None
    assert run(["sh", "-c", "echo $LC_ALL"], {"LC_ALL": "de_DE"}, 5.0) == "C.UTF-8\n"
