"""Memory, load, heat and certificates, from root folders and real certificates."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cortex_cli.trouble.cause import ERROR, WARNING, Cause
from cortex_cli.trouble.lexicon import CERTIFICATE, DISK, HEAT, LOAD, MEMORY, NETWORK
from cortex_cli.trouble.machine import LOOKS, find_causes

GIB = 1 << 20  # in KiB, as /proc/meminfo counts
# No program is found: what the tables say is all there is.
BARE = {"PATH": "/nonexistent"}
CONFIG = """\
[ca]
default_ca=d
[d]
database=index
serial=serial
new_certs_dir=.
default_md=sha256
policy=p
[p]
commonName=supplied
"""


def look(root: Path, topic: str, language: str = "en") -> list[Cause]:
    return find_causes(BARE, language, frozenset({topic}), root)


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def meminfo(root: Path, total: int, available: int) -> None:
    text = f"MemTotal: {total} kB\nMemFree: 1 kB\nMemAvailable: {available} kB\nHugePages: x\n"
    write(root, "proc/meminfo", text)


def test_memory_is_short(tmp_path: Path) -> None:
    meminfo(tmp_path, 8 * GIB, GIB // 4)
    (cause,) = look(tmp_path, MEMORY)
    assert cause.text == "Memory is short: 0.2 GiB of 8.0 GiB is available."
    assert cause.severity == ERROR
    assert cause.commands[0].pipeline[1] == ("head",)
    meminfo(tmp_path, 8 * GIB, 4 * GIB)
    assert look(tmp_path, MEMORY) == []


def test_too_many_tasks_for_the_processors(tmp_path: Path) -> None:
    write(tmp_path, "proc/loadavg", "4096.5 2.0 1.0 3/900 1234\n")
    (cause,) = look(tmp_path, LOAD, "es")
    assert cause.text.startswith("Los procesadores están sobrecargados: 4096.5 tareas")
    assert cause.severity == WARNING
    write(tmp_path, "proc/loadavg", "0.01 2.0 1.0 3/900 1234\n")
    assert look(tmp_path, LOAD) == []


def test_tasks_wait_for_the_disk(tmp_path: Path) -> None:
    write(tmp_path, "proc/loadavg", "0.01 2.0 1.0 3/900 1234\n")
    some = "some avg10=90.00 avg60=80.00 avg300=1.00 total=1\n"
    write(tmp_path, "proc/pressure/io", some + "full avg10=9.00 avg60=41.50 avg300=0.10 total=1\n")
    (cause,) = look(tmp_path, LOAD)
    assert cause.text == "Tasks stalled on disk access: 42 % of the last minute."
    assert cause.commands[0].pipeline[1] == ("grep", "^D")
    write(tmp_path, "proc/pressure/io", some + "full avg10=9.00 avg60=1.50 avg300=0.10 total=1\n")
    assert look(tmp_path, LOAD) == []


def sensor(root: Path, degrees: int, **files: str) -> None:
    folder = "sys/class/hwmon/hwmon0"
    write(root, f"{folder}/name", "coretemp\n")
    write(root, f"{folder}/temp1_input", f"{degrees * 1000}\n")
    for name, text in files.items():
        write(root, f"{folder}/temp1_{name}", text)


def test_a_sensor_is_above_its_limit(tmp_path: Path) -> None:
    sensor(tmp_path, 101, max="100000\n", label="Package id 0\n")
    (cause,) = look(tmp_path, HEAT, "fr")
    assert cause.text == "coretemp Package id 0 est à 101 °C ; sa limite est de 100 °C."
    assert cause.commands[0].package == "lm-sensors"
    sensor(tmp_path, 99)
    assert look(tmp_path, HEAT) == []


def test_a_faulty_sensor_and_one_without_a_limit_say_nothing(tmp_path: Path) -> None:
    sensor(tmp_path, 120)
    assert look(tmp_path, HEAT) == []
    sensor(tmp_path, 120, max="100000", fault="1\n")
    assert look(tmp_path, HEAT) == []


def certificate(folder: Path, start: str, end: str, path: Path) -> None:
    """A real certificate that is valid from ``start`` to ``end``."""
    folder.mkdir()
    (folder / "conf").write_text(CONFIG)
    (folder / "index").touch()
    (folder / "serial").write_text("01\n")
    path.parent.mkdir(parents=True, exist_ok=True)
    request = "req -new -newkey rsa:2048 -nodes -keyout key -out csr -subj /CN=shop.test"
    sign = f"ca -batch -config conf -selfsign -keyfile key -in csr -notext -startdate {start}"
    for line in (request, f"{sign} -enddate {end} -out {path}"):
        argv = ["openssl", *line.split()]
        subprocess.run(argv, cwd=folder, check=True, capture_output=True)


def test_an_expired_certificate_and_a_valid_one(tmp_path: Path) -> None:
    live = tmp_path / "root/etc/letsencrypt/live"
    certificate(tmp_path / "a", "20200101000000Z", "20200201000000Z", live / "old/cert.pem")
    certificate(tmp_path / "b", "20200101000000Z", "21000201000000Z", live / "new/cert.pem")
    (cause,) = find_causes(os.environ, "en", frozenset({CERTIFICATE}), tmp_path / "root")
    assert f"{live}/old/cert.pem expired on Feb  1 00:00:00 2020 GMT" in cause.text
    assert cause.commands[1].pipeline == (("certbot", "renew"),)


def test_a_certificate_cannot_be_judged_without_openssl(tmp_path: Path) -> None:
    write(tmp_path, "etc/ssl/certs/x.crt", "no certificate")
    assert look(tmp_path, CERTIFICATE) == []
    assert find_causes(os.environ, "en", frozenset({CERTIFICATE}), tmp_path) == []


@pytest.mark.parametrize("topic", sorted(LOOKS))
def test_an_empty_root_has_nothing_to_say_but_that_it_has_no_network(
    tmp_path: Path, topic: str
) -> None:
    assert len(look(tmp_path, topic)) == (2 if topic == NETWORK else 0)


def test_garbage_in_the_tables_is_no_cause(tmp_path: Path) -> None:
    for name in ("proc/meminfo", "proc/loadavg", "proc/mounts", "sys/class/hwmon/hwmon0/temp1_max"):
        write(tmp_path, name, "\x00\x1b[2J: x\n\n:::\n")
    sensor(tmp_path, 90)
    for topic in (MEMORY, LOAD, DISK, HEAT):
        assert look(tmp_path, topic) == []
