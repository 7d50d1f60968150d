from __future__ import annotations

from pathlib import Path

from cortexd.sources.temperature import Temperatures


def sensor(root: Path, chip: str, number: int, **files: str) -> None:
    folder = root / chip
    folder.mkdir(exist_ok=True)
    (folder / "name").write_text("coretemp\n")
    for name, text in files.items():
        (folder / f"temp{number}_{name}").write_text(text)


def test_sensors_of_a_copy(tmp_path: Path) -> None:
    sensor(tmp_path, "hwmon0", 1, input="45000\n", label="Package", max="80000", crit="95000")
    sensor(tmp_path, "hwmon0", 2, input="-273000\n")  # nonsense
    sensor(tmp_path, "hwmon0", 3, input="\n")
    sensor(tmp_path, "hwmon0", 4, input="50000", max="0")
    found = Temperatures(tmp_path).read()
    assert [tuple(each) for each in found] == [
        ("coretemp/Package", 45.0, 80.0, 95.0),
        ("coretemp/temp4", 50.0, 90.0, 100.0),
    ]


def test_a_machine_without(tmp_path: Path) -> None:
    assert Temperatures(tmp_path).missing() == "this machine tells no temperature"
