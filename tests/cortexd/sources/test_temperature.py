from __future__ import annotations

from pathlib import Path

from cortexd.sources.temperature import Temperatures


def make_sensor(root: Path, chip: str, number: int, **files: str) -> None:
    folder = root / chip
    folder.mkdir(exist_ok=True)
    (folder / "name").write_text("coretemp\n")
    for name, text in files.items():
        (folder / f"temp{number}_{name}").write_text(text)


def test_sensors_of_a_copy(tmp_path: Path) -> None:
    make_sensor(tmp_path, "hwmon0", 1, input="45000\n", label="Package", max="80000", crit="95000")
    make_sensor(tmp_path, "hwmon0", 2, input="-273000\n")  # nonsense
    make_sensor(tmp_path, "hwmon0", 3, input="\n")
    make_sensor(tmp_path, "hwmon0", 4, input="50000", max="0")
    temperatures = Temperatures(tmp_path).read()
    assert [tuple(temperature) for temperature in temperatures] == [
        ("coretemp/Package", 45.0, 80.0, 95.0),
        ("coretemp/temp4", 50.0, 90.0, 100.0),
    ]


def test_a_machine_without(tmp_path: Path) -> None:
    assert Temperatures(tmp_path).explain_absence() == "no temperature sensor found"
