from pathlib import Path

from cortex_cli.settings import Settings
from cortex_cli.status.doctor import CHECKS, NEEDS, run_checks
from cortex_cli.status.finding import Finding


def findings(environ: dict[str, str]) -> dict[str, Finding]:
    return {finding.name: finding for finding in run_checks(Settings(environ))}


def test_every_failure_has_a_remedy(tmp_path: Path) -> None:
    environ = {
        "CORTEX_SOCKET": str(tmp_path / "none.sock"),
        "CORTEX_APT_LISTS": str(tmp_path),
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
    }
    found = findings(environ)
    assert list(found) == list(CHECKS)
    assert found["package lists"].state == "warning"
    assert found["socket"].state == "failed"
    assert [name for name, each in found.items() if each.state == "skipped"] == list(NEEDS)
    for finding in found.values():
        assert finding.remedy or finding.state in ("ok", "skipped"), finding


def test_a_file_in_the_sockets_place(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("")
    found = findings({"CORTEX_SOCKET": str(path), "HOME": str(tmp_path)})["socket"]
    assert (found.state, found.remedy) == ("failed", f"remove it: rm {path}")
