from __future__ import annotations

from pathlib import Path

from cortexd.config import ThresholdsSection
from cortexd.rules.temperature import judge
from cortexd.sources.temperature import Temperature, Temperatures


def make_sensor(
    root: Path, hwmon: str, number: int, *, chip: str = "coretemp", device: str = "", **files: str
) -> None:
    """A sensor as under /sys/class/hwmon; ``device`` is where its chip is."""
    folder = root / hwmon
    folder.mkdir(exist_ok=True)
    (folder / "name").write_text(f"{chip}\n")
    if device and not (folder / "device").is_symlink():
        (root.parent / "devices" / device).mkdir(parents=True)
        (folder / "device").symlink_to(root.parent / "devices" / device)
    for name, text in files.items():
        (folder / f"temp{number}_{name}").write_text(text)


def read(root: Path) -> list[Temperature]:
    return Temperatures(root).read()


def test_sensors_of_a_copy(tmp_path: Path) -> None:
    make_sensor(tmp_path, "hwmon0", 1, input="45000\n", label="Package", max="80000", crit="95000")
    make_sensor(tmp_path, "hwmon0", 3, input="\n")
    make_sensor(tmp_path, "hwmon0", 4, input="50000", max="0")
    assert [temperature[:4] for temperature in read(tmp_path)] == [
        ("coretemp/Package", 45.0, 80.0, 95.0),
        ("coretemp/temp4", 50.0, 90.0, 100.0),
    ]


def test_two_drives_of_one_kind_are_two(tmp_path: Path) -> None:
    root = tmp_path / "hwmon"
    root.mkdir()
    drive = {"label": "Composite\n", "max": "81850", "crit": "84850"}
    make_sensor(root, "hwmon1", 1, chip="nvme", device="a/nvme0", input="39850", **drive)
    make_sensor(root, "hwmon2", 1, chip="nvme", device="b/nvme1", input="88850", **drive)
    drives = read(root)
    assert [one.sensor for one in drives] == ["nvme/Composite of nvme0", "nvme/Composite of nvme1"]
    judgement = judge(drives, ThresholdsSection(), {})
    (hot,) = judgement.findings
    assert (hot.subject, hot.severity) == ("nvme1/nvme/temp1", "critical")
    assert list(judgement.normal) == ["temperature:nvme0/nvme/temp1"]
    # The next start numbers them otherwise; one of them may be alone.
    (root / "hwmon2").rename(root / "hwmon0")
    assert read(root)[0].identity == hot.subject
    for path in (root / "hwmon1").iterdir():
        path.unlink()
    (alone,) = read(root)
    assert (alone.sensor, alone.identity) == ("nvme/Composite", hot.subject)


def test_equal_names_without_a_device_and_within_one_chip(tmp_path: Path) -> None:
    for chip in ("hwmon0", "hwmon1"):
        for number in (1, 2):
            make_sensor(tmp_path, chip, number, input="40000", label="Core")
    found = read(tmp_path)
    assert len({one.sensor for one in found}) == len({one.identity for one in found}) == 4


def test_an_old_driver_has_its_files_with_the_device(tmp_path: Path) -> None:
    device = tmp_path / "hwmon0/device"
    device.mkdir(parents=True)
    (device / "name").write_text("lm75\n")
    (device / "temp1_input").write_text("31000\n")
    assert [(one.sensor, one.celsius) for one in read(tmp_path)] == [("lm75/temp1", 31.0)]


def test_a_faulty_sensor_raises_nothing(tmp_path: Path) -> None:
    make_sensor(tmp_path, "hwmon0", 2, input="127000", fault="1\n")
    make_sensor(tmp_path, "hwmon0", 3, input="-273000")
    make_sensor(tmp_path, "hwmon0", 4, input="127000", fault="0\n")
    found = read(tmp_path)
    assert [one.is_faulty for one in found] == [True, True, False]
    raised = {f"temperature:{one.identity}": "critical" for one in found}
    judgement = judge(found, ThresholdsSection(), raised)  # type: ignore[arg-type]
    assert [finding.subject for finding in judgement.findings] == [found[2].identity]
    assert set(judgement.normal.values()) == {"the sensor reports a fault"}


def test_limits_that_cannot_be(tmp_path: Path) -> None:
    """Some drives have 65261.85 °C as their limit, which stands for none."""
    make_sensor(tmp_path, "hwmon0", 1, input="91000", max="65261850", crit="-273150")
    (sensor,) = read(tmp_path)
    assert (sensor.high, sensor.critical) == (90.0, 100.0)


def test_a_machine_without(tmp_path: Path) -> None:
    assert Temperatures(tmp_path).explain_absence() == "no temperature sensor found"
