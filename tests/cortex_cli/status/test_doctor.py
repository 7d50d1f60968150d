import os
import time
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


def test_old_lists_are_noticed(tmp_path: Path, apt_env: dict[str, str]) -> None:
    found = findings({**apt_env, "CORTEX_SOCKET": "/none", "HOME": str(tmp_path)})
    assert found["package lists"].state == "ok"
    assert "1 in " in found["package lists"].detail
    old = time.time() - 90 * 86_400
    for path in Path(apt_env["CORTEX_APT_LISTS"]).iterdir():
        os.utime(path, (old, path.stat().st_mtime))
