from __future__ import annotations

from pathlib import Path

from cortex_cli.sensors import read_sensors


def write(root: Path, chip: str, **files: str) -> None:
    folder = root / "sys/class/hwmon" / chip
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(f"{text}\n")


def test_two_drives_of_one_kind(tmp_path: Path) -> None:
    for number, celsius in (("0", "40000"), ("1", "90000")):
        write(tmp_path, f"hwmon{number}", name="nvme", temp1_label="Composite", temp1_input=celsius)
        (tmp_path / f"dev/nvme{number}").mkdir(parents=True)
        link = tmp_path / f"sys/class/hwmon/hwmon{number}/device"
        link.symlink_to(tmp_path / f"dev/nvme{number}")
    assert [sensor.name for sensor in read_sensors(tmp_path)] == [
        "nvme Composite (nvme0)",
        "nvme Composite (nvme1)",
    ]


def test_faults_and_limits_that_cannot_be(tmp_path: Path) -> None:
    write(tmp_path, "hwmon0", name="it87", temp1_input="127000", temp1_fault="1")
    write(tmp_path, "hwmon0", temp2_input="-273150", temp3_input="30000", temp3_max="65261850")
    first, second, third = read_sensors(tmp_path)
    assert [sensor.is_faulty for sensor in (first, second, third)] == [True, True, False]
    assert (third.name, third.celsius, third.high) == ("it87 temp3", 30.0, None)
