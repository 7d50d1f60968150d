"""Settings: every wrong one is an error that names where it stands; none changes what runs."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cortexd import config
from cortexd.api.errors import ConfigError
from tests.support.daemon import RunningDaemon, daemon, eventually, run_cortexd


def load(text: str | bytes, folder: Path, **environ: str) -> config.LoadedConfig:
    path = folder / "daemon.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return config.load(environ, path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("llm:\n  urll: x\n", "daemon.yaml, line 2: llm.urll is unknown; did you mean url?"),
        ("lmm:\n  url: x\n", "daemon.yaml, line 1: lmm is unknown; did you mean llm?"),
        ("llm:\n  url: ftp://x\n", "daemon.yaml, line 1: llm"),
        ("llm:\n  url: http://h:port\n", "use http://HOST:PORT"),
        ("llm:\n  url: http://h:99999\n", "use http://HOST:PORT"),
        ("llm:\n  url: http://[::1\n", "use http://HOST:PORT"),
        ("llm:\n  url: unix:relative\n", "use http://HOST:PORT"),
        ('llm:\n  url: "http://h/\\r\\nX: y"\n', "use http://HOST:PORT"),
        ('llm:\n  api_key: "secret\\nX: y"\n', "api_key must be one line"),
        ("llm: 5\n", "daemon.yaml, line 1: llm is 5: expected object, got int"),
        ("llm:\n  temperature: hot\n", "line 2: llm.temperature is 'hot': expected float"),
        ("llm:\n  temperature: 9\n", "line 2: llm.temperature is 9: expected float <= 2"),
        ("llm:\n  slots: 0\n", "line 2: llm.slots is 0: expected int >= 1"),
        ("llm:\n  url: 5\n", "llm.url is 5: expected str"),
        ("llm:\n  model_path: 2020-01-01\n", "llm.model_path"),
        ("llm:\n  api_key: [secret]\n", "llm.api_key is invalid"),
        ("llm:\n  url: a\n  url: b\n", "line 3: duplicate key 'llm.url', first on line 2"),
        ("limits:\n  frame_timeout_sec: .inf\n", "limits.frame_timeout_sec is inf"),
        ("limits:\n  frame_timeout_sec: .nan\n", "limits.frame_timeout_sec is nan"),
        ("limits:\n  write_stall_sec: 1e300\n", "limits.write_stall_sec is"),
        ("limits:\n  drain_sec: -1\n", "limits.drain_sec is -1"),
        ("log:\n  level: loud\n", "log.level is 'loud'"),
        ("log:\n  level: 9\n", "log.level is 9"),
        ("socket:\n  path: 5\n", "socket.path is 5"),
        ("socket:\n  path: ~nobody-at-all/s\n", "socket.path"),
        ('socket:\n  path: "a\\0b"\n', "NUL"),
        (
            f"socket:\n  path: /{'x' * 200}\n",
            "path is 201 bytes long; the limit for a Unix socket is 107",
        ),
        ("- a\n- b\n", "contains no keys"),
        ("just text\n", "contains no keys"),
        ("a: [\n", "line 2: invalid YAML"),
        ("a: b: c\n", "line 1: invalid YAML"),
        ("\tllm:\n", "invalid YAML"),
        ("? [a]\n: b\n", "keys must be plain text"),
        ("a: !!python/object:os.system x\n", "line 1: invalid value for a: "),
        ("a: 2020-99-99\n", "invalid value for a: "),
        ("&a a: *a\n", ""),
        ("a: &a {b: *a}\n", "anchors and aliases are not allowed"),
        ("[" * 5000, ""),
        ("{a: " * 5000, ""),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"\0", "invalid YAML"),
        (b"#" * 2_000_000, "is larger than 1048576 bytes"),
    ],
)
def test_wrong_files(tmp_path: Path, text: str | bytes, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(text, tmp_path)
    error = caught.value
    assert says in error.message + (f"; {error.hint}" if error.hint else "")
    assert "secret" not in error.message


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "---\n", "llm:\n", "{}\n", "log:\n  level:\nllm:\n  model_path: ~\n"],
)
def test_empty_files_leave_the_defaults(tmp_path: Path, text: str) -> None:
    assert load(text, tmp_path).config == config.Config()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["llm", "socket", "limits", "log", "path", "url", "level", "x"]),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_yaml_is_valid_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, value: Any
) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        load(yaml.safe_dump(value), folder, CORTEXD_MODEL_PATH="/x", CORTEX_SOCKET="/y")
    except ConfigError as error:
        assert "daemon.yaml" in error.message


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        config.load({}, tmp_path / "none")
    with pytest.raises(ConfigError, match="Is a directory"):
        config.load({}, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="Not a directory"):
        config.load({}, tmp_path / "file" / "daemon.yaml")


def test_sources_win_over_each_other(tmp_path: Path) -> None:
    home = tmp_path / ".cortex"
    home.mkdir()
    (home / "daemon.conf").write_text(
        "[llm]\nmodel_path: /old.gguf\nn_threads: 2\nn_ctx: 512\nuse_mmap: true\n"
    )
    assert checked(tmp_path).startswith("configuration is valid")
    (home / "daemon.yaml").write_text("llm:\n  n_threads: 3\n")
    with daemon(
        tmp_path,
        argv=own_argv(),
        env={"CORTEX_SOCKET": str(tmp_path / "s"), "CORTEXD_N_THREADS": "4"},
    ) as cortexd:
        reply = cortexd.call("config.get")
        llm = reply["config"]["llm"]
        assert (llm["model_path"], llm["n_threads"], llm["n_ctx"]) == ("/old.gguf", 4, 512)
        assert [Path(file).name for file in reply["files"]] == ["daemon.conf", "daemon.yaml"]


def own_argv() -> list[str]:
    return [sys.executable, "-m", "cortexd"]


def checked(folder: Path, **variables: str) -> str:
    done = run_cortexd(folder, "--check", **variables)
    assert "Traceback" not in done.stderr
    return done.stdout if done.returncode == 0 else f"{done.returncode} {done.stderr}"


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"CORTEXD_N_THREADS": "many"}, "environment variable CORTEXD_N_THREADS: llm.n_threads"),
        ({"CORTEXD_N_THREADS": "0"}, "llm.n_threads is 0: expected int >= 1"),
        ({"CORTEXD_LOG_LEVEL": "7"}, "environment variable CORTEXD_LOG_LEVEL: log.level is 7"),
        ({"CORTEXD_LOG_LEVEL": "-1"}, "log.level is '-1'"),
        ({"CORTEX_SOCKET": "/" + "x" * 200}, "bytes long"),
        ({"CORTEX_SOCKET": "~nobody-at-all/s"}, "CORTEX_SOCKET"),
        ({"CORTEXD_LLM_URL": "localhost:8085"}, "use http://HOST:PORT or unix:/PATH.sock"),
    ],
)
def test_wrong_variables(tmp_path: Path, variables: dict[str, str], says: str) -> None:
    said = checked(tmp_path, **variables)
    assert said.startswith("2 cortexd: ")
    assert says in said


def test_variables_that_are_fine(tmp_path: Path) -> None:
    nothing = {"CORTEX_SOCKET": "", "CORTEXD_MODEL_PATH": "", "CORTEXD_LOG_LEVEL": ""}
    assert "valid" in checked(tmp_path, **nothing)
    assert "valid" in checked(tmp_path, CORTEXD_MODEL_PATH="12345", CORTEX_SOCKET="123")
    for level in ("0", "3", "DEBUG", "Warning"):
        assert "valid" in checked(tmp_path, CORTEXD_LOG_LEVEL=level)


def test_a_user_without_a_home(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be somebody else")

    program = (
        "import os; from cortexd import config; "
        "os.environ.pop('HOME'); os.setuid(54321); print(config.load({}).files)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "()\n", done.stderr


def test_log_level_zero_is_the_most_talkative(tmp_path: Path) -> None:
    with daemon(tmp_path, env={"CORTEXD_LOG_LEVEL": "0"}) as cortexd:
        assert cortexd.call("config.get")["config"]["log"]["level"] == "debug"


def reload_by_signal(cortexd: RunningDaemon, says: str) -> None:
    before = cortexd.log_text().count(says)
    cortexd.signal(signal.SIGHUP)
    eventually(lambda: cortexd.log_text().count(says) > before, says)


def test_reload_by_signal_and_by_command(tmp_path: Path) -> None:
    with daemon(tmp_path) as cortexd:
        cortexd.configure({"log": {"level": "debug"}, "limits": {"queue_size": 7}})
        reload_by_signal(cortexd, "configuration reloaded; changed: ")
        assert cortexd.call("config.get")["config"]["limits"]["queue_size"] == 7
        cortexd.configure({"limits": {"queue_size": 8}, "llm": {"api_key": "secret"}})
        reply = cortexd.call("config.reload")
        assert reply["changed"] == ["limits.queue_size", "llm.api_key", "log.level"]
        assert reply["restart_required"] == []
        text = json.dumps(cortexd.call("config.get"))
        assert "secret" not in text
        assert "********" in text
        assert cortexd.call("llm.status")["queue"]["limit"] == 8


def test_a_socket_path_waits_for_the_restart(tmp_path: Path) -> None:
    with daemon(tmp_path) as cortexd:
        cortexd.configure(f"socket:\n  path: {tmp_path}/other\n")
        assert cortexd.call("config.reload")["restart_required"] == ["socket.path"]
        assert cortexd.call("ping") == {"pong": True}


# Another value for each key whose type does not give one.
OTHER: dict[str, Any] = {
    "socket.path": "/run/other.sock",
    "access.admin_group": "root",
    "access.use_group": "root",
    "llm.url": "http://127.0.0.1:9",
    "llm.probe_url": "unix:/run/other.sock",
    "llm.api_key": "k",
    "llm.api_key_file": "/nowhere/key",
    "llm.templates_dir": "/nowhere/prompts",
    "llm.system_prompt": "Be brief.",
    "llm.presets": {"Qwen*": {"temperature": 0.2, "repeat_penalty": 1.05}},
    "llm.profile": "chat",
    "llm.unit": "none",
    "llm.model_path": "/nowhere/m.gguf",
    "llm.n_threads": 3,
    "llm.n_ctx": 512,
    "monitoring.cve_data_dir": "/nowhere/cve",
    "alerts.db_path": "/nowhere/a.db",
    "alerts.hooks_dir": "/nowhere/alert.d",
    "alerts.webhook_url": "http://127.0.0.1:9/",
    "alerts.webhook_token": "t",
    "alerts.webhook_min_severity": "error",
    "metrics.host": "127.0.0.2",
    "log.level": "warning",
}
NEED_A_RESTART = {"socket.path", "socket.mode", "socket.backlog", "alerts.db_path"}


def every_key() -> list[tuple[str, str, Any]]:
    values = config.Config().mask_secrets()
    found = []
    for section, members in values.items():
        for name, value in members.items():
            if (key := f"{section}.{name}") in OTHER:
                other = OTHER[key]
            elif isinstance(value, bool):
                other = not value
            elif name.endswith("_crit"):  # below it is the warning
                other = value + 1
            else:
                other = value - 1 if value > 2 else value + (1 if isinstance(value, int) else 0.25)
            found.append((section, name, other))
    return found


def test_every_key_is_live_or_said_to_need_a_restart(tmp_path: Path) -> None:
    """One daemon; each key is changed in its turn and back, by a reload."""
    with daemon(tmp_path, {}) as cortexd:
        base = yaml.safe_load(cortexd.config_path.read_text())
        wrong = []
        for section, name, other in every_key():
            changed = {key: dict(value) for key, value in base.items()}
            changed.setdefault(section, {})[name] = other
            cortexd.configure(yaml.safe_dump(changed))
            reply = cortexd.call("config.reload")
            key = f"{section}.{name}"
            asked = cortexd.call("config.get")["config"][section][name]
            secret = name in config.SECRET_KEYS
            if key not in reply["changed"] or (asked != other and not secret):
                wrong.append((key, reply, asked))
            elif reply["restart_required"] != ([key] if key in NEED_A_RESTART else []):
                wrong.append((key, reply))
            cortexd.configure(yaml.safe_dump(base))
            cortexd.call("config.reload")
        assert wrong == []
        assert cortexd.call("ping") == {"pong": True}


def test_more_clients_than_descriptors_are_refused_by_a_reload_too(tmp_path: Path) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))

    with daemon(tmp_path, {"limits": {"max_connections": 100}}, preexec=few) as cortexd:
        cortexd.configure({"limits": {"max_connections": 5000}})
        error = cortexd.refused("config.reload")
        assert "limits.max_connections is 5000" in error["message"]
        assert cortexd.call("config.get")["config"]["limits"]["max_connections"] == 100


@pytest.mark.parametrize("alias", ["config.reload", "config_reload", "config-reload"])
def test_a_bad_file_changes_nothing(tmp_path: Path, alias: str) -> None:
    with daemon(tmp_path, {"limits": {"queue_size": 5}}) as cortexd:
        before = cortexd.call("config.get")
        for text in ("limits:\n  queue_size: 6\nlog:\n  level: loud\n", "a: [", "x: 1\n"):
            cortexd.configure(text)
            error = cortexd.refused(alias)
            assert error["code"] == "CONFIG_ERROR"
            assert str(cortexd.config_path) in error["message"]
            reload_by_signal(cortexd, "configuration not reloaded")
        cortexd.config_path.unlink()
        assert "does not exist" in cortexd.refused(alias)["message"]
        assert cortexd.call("config.get") == before
