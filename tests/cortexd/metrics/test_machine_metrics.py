from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from cortexd.identifiers import identify
from cortexd.metrics.machine_metrics import _list_machine_metrics, format_labels
from cortexd.sources.temperature import Temperature


def test_labels_survive_the_official_parser() -> None:
    odd = 'a "quoted" \\ back\nslash'
    text = f"# HELP m t\n# TYPE m gauge\nm{format_labels(mount=odd, x='y')} 1\n"
    (family,) = text_string_to_metric_families(text)
    assert family.samples[0].labels == {"mount": odd, "x": "y"}


def test_no_two_series_are_equal() -> None:
    """Two drives of one kind, and two mounts that differ in a byte that is no UTF-8."""
    from types import SimpleNamespace

    drives = [
        Temperature("nvme/Composite of nvme0", 40, 80, 85, "nvme0/nvme/temp1"),
        Temperature("nvme/Composite of nvme1", 90, 80, 85, "nvme1/nvme/temp1"),
        Temperature("it87/temp2", 127, 90, 100, "it87.656/it87/temp2", is_faulty=True),
    ]
    disks = [
        {"mount": identify(b"/caf" + byte), "used_percent": 5, "inodes_percent": 1,
         "turned_read_only": False}
        for byte in (b"\xe9", b"\xe8")
    ]  # fmt: skip
    monitor = SimpleNamespace(readings={"temperature": drives, "disks": disks})
    metrics = list(_list_machine_metrics(monitor))  # type: ignore[arg-type]
    for name, _, _, samples in metrics:
        labels = [label for label, _ in samples]
        assert len(labels) == len(set(labels)) == 2, name
