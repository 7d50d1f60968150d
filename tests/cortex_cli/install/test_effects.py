import shutil
from pathlib import Path

import pytest

from cortex_cli.install import effects
from cortex_cli.install.plan import Change
from tests.support.aptroot import Deb

needs_dpkg_deb = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="needs dpkg-deb")
SERVER = Deb(
    "server",
    "1:2.0",
    files={
        "/usr/lib/systemd/system/server.service": b"[Service]\n",
        "/lib/systemd/system/server.socket": b"[Socket]\nListenStream=[::]:99\nListenDatagram=98\n",
        "/etc/server/a.conf": b"",
        "/usr/share/doc/server/x.service": b"",
    },
)


def test_well_known_servers_are_known(tmp_path: Path) -> None:
    found = effects.predict_effects([Change("nginx", None, "1.22")], ["nginx"], [], tmp_path)
    assert (found.services, found.ports) == (("nginx.service",), ("80/tcp",))
    assert found.unknown == ()


def test_of_the_rest_nothing_is_known(tmp_path: Path) -> None:
    changes = [Change("thing", None, "1"), Change("libthing", None, "1")]
    found = effects.predict_effects(changes, ["thing"], [], tmp_path)
    assert found.unknown == ("thing",)
    assert not found.services


@needs_dpkg_deb
def test_a_package_at_hand_is_looked_into(tmp_path: Path) -> None:
    deb = SERVER.build(tmp_path).rename(tmp_path / "server_1%3a2.0_all.deb")
    change = Change("server", None, "1:2.0")
    found = effects.predict_effects([change], ["server"], [], tmp_path)
    assert set(found.services) == {"server.service", "server.socket"}
    assert found.ports == ("99/tcp", "98/udp")
    assert found.files == ("/etc/server/a.conf",)
    assert found.unknown == ()
    by_uri = effects.find_local_archives(
        [change], [f"file:{deb}".replace("%", "%25")], tmp_path / "none"
    )
    assert by_uri == {"server": deb}


@needs_dpkg_deb
def test_what_is_asked_for_is_looked_into_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deb = SERVER.build(tmp_path).rename(tmp_path / "server_1%3a2.0_all.deb")
    shutil.copy(deb, tmp_path / "another_1%3a2.0_all.deb")
    monkeypatch.setattr(effects, "MAX_READ_BYTES", deb.stat().st_size)
    changes = [Change(name, None, "1:2.0") for name in ("another", "server")]
    assert effects.predict_effects(changes, ["server"], [], tmp_path).unknown == ()
    assert effects.predict_effects(changes, ["another", "server"], [], tmp_path).unknown == (
        "server",
    )


def test_a_damaged_package_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "x_1_all.deb").write_bytes(b"!<arch>\nnonsense")
    assert effects.read_archive(tmp_path / "x_1_all.deb") == effects.Effects()


def test_every_line_of_the_table_makes_sense() -> None:
    for name, values in effects.load_table().items():
        assert set(values) == {"units", "ports"}, name
        assert all(unit.endswith((".service", ".socket", ".path")) for unit in values["units"])
        assert all("/" in port for port in values["ports"])
