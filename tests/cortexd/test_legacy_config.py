"""The original daemon's example configurations are read; what means nothing here is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cortexd import config
from cortexd.api.errors import ConfigError
from tests.support.daemon import daemon, run_cortexd

FLAT = """\
socket_path: /run/cortex.sock
model_path: ~/.cortex/models/default.gguf
monitoring_interval_seconds: 300
enable_cve_scanning: true
enable_journald_logging: true
log_level: 1
max_inference_queue_size: 100
memory_limit_mb: 150
"""
CORE = """\
socket:
  path: /run/cortex/cortex.sock
  backlog: 16
  timeout_ms: 5000
rate_limit:
  max_requests_per_sec: 100
log_level: 1
"""
LLM = """\
llm:
  model_path: ""
  context_length: 2048
  threads: 4
  batch_size: 512
  lazy_load: true
  mmap: true
"""
REST = """\
monitoring:
  interval_sec: 300
  enable_apt: true
  enable_cve: true
  enable_deps: true
thresholds:
  disk_warn: 0.80
  disk_crit: 0.95
  mem_warn: 0.85
  mem_crit: 0.95
alerts:
  db_path: ~/.cortex/alerts.db
  retention_hours: 168
  enable_ai: true
"""
EMBEDDED = CORE.replace("100\n", "100\n  max_inference_queue: 50\n") + LLM + REST
BACKENDS = EMBEDDED.replace(
    "llm:\n",
    'llm:\n  backend: "none"\n  cloud:\n    api_key_env: ""\n'
    '  local:\n    base_url: "http://127.0.0.1:8086"\n',
)


def read(text: str, folder: Path, name: str = "daemon.yaml", **environ: str) -> config.LoadedConfig:
    path = folder / name
    path.write_text(text)
    return config.load(environ, path)


def check(loaded: config.LoadedConfig, expected: dict[str, Any]) -> None:
    values = loaded.config.mask_secrets()
    for key, value in expected.items():
        section, name = key.split(".")
        assert values[section][name] == value, key


EXAMPLES = [
    (
        FLAT,
        {
            "socket.path": "/run/cortex.sock",
            "llm.model_path": str(Path("~/.cortex/models/default.gguf").expanduser()),
            "monitoring.interval_sec": 300.0,
            "monitoring.enable_cve": True,
            "log.level": "info",
            "limits.queue_size": 100,
        },
        ["enable_journald_logging", "memory_limit_mb"],
    ),
    (
        CORE,
        {
            "socket.path": "/run/cortex/cortex.sock",
            "socket.backlog": 16,
            "limits.frame_timeout_sec": 5.0,
            "limits.requests_per_second": 100.0,
            "log.level": "info",
        },
        [],
    ),
    (
        EMBEDDED,
        {
            "llm.model_path": None,
            "llm.n_ctx": 2048,
            "llm.n_threads": 4,
            "llm.enabled": True,
            "limits.queue_size": 50,
            "thresholds.disk_warn": 80.0,
            "thresholds.disk_crit": 95.0,
            "thresholds.mem_warn": 85.0,
            "thresholds.mem_crit": 95.0,
            "alerts.retention_hours": 168.0,
        },
        ["llm.batch_size", "llm.lazy_load"],
    ),
    (
        BACKENDS,
        {"llm.enabled": False, "llm.url": "http://127.0.0.1:8086", "llm.n_ctx": 2048},
        ["llm.batch_size", "llm.lazy_load", "llm.cloud"],
    ),
]


@pytest.mark.parametrize(
    ("text", "expected", "meaningless"), EXAMPLES, ids=["flat", "core", "embedded", "backends"]
)
def test_the_originals_examples(
    tmp_path: Path, text: str, expected: dict[str, Any], meaningless: list[str]
) -> None:
    loaded = read(text, tmp_path)
    check(loaded, expected)
    assert len(loaded.notes) == len(meaningless)
    for key, note in zip(meaningless, loaded.notes, strict=True):
        assert f"daemon.yaml, line {line_of(text, key)}: {key} means nothing here: " in note


def line_of(text: str, key: str) -> int:
    name = key.rsplit(".", maxsplit=1)[-1] + ":"
    return next(n for n, line in enumerate(text.splitlines(), 1) if line.strip().startswith(name))


def test_the_originals_variables(tmp_path: Path) -> None:
    variables = {
        "CORTEXD_SOCKET": "/run/cortex.sock",
        "CORTEXD_MODEL": "/home/.cortex/models/default.gguf",
        "CORTEXD_MONITORING_INTERVAL": "300",
        "CORTEXD_CVE_SCANNING": "false",
        "CORTEXD_JOURNALD_LOGGING": "true",
        "CORTEXD_LOG_LEVEL": "4",
        "CORTEXD_MEMORY_LIMIT": "150",
    }
    expected = {
        "socket.path": "/run/cortex.sock",
        "llm.model_path": "/home/.cortex/models/default.gguf",
        "monitoring.interval_sec": 300.0,
        "monitoring.enable_cve": False,
        "log.level": "error",
    }
    check(read("", tmp_path, **variables), expected)
    check(read("", tmp_path, **variables, CORTEX_SOCKET="/s"), {"socket.path": "/s"})


@pytest.mark.parametrize(
    ("written", "level"),
    [("0", "debug"), ("3", "error"), ("4", "error"), ("warn", "warning"), ("CRITICAL", "error")],
)
def test_log_levels(tmp_path: Path, written: str, level: str) -> None:
    check(read(f"log_level: {written}\n", tmp_path), {"log.level": level})
    check(read(f"log:\n  level: {written}\n", tmp_path), {"log.level": level})


@pytest.mark.parametrize(
    ("written", "percent"), [("0.29", 29.0), ("0.57", 57.0), ("1", 100.0), ("1.5", 1.5)]
)
def test_a_fraction_is_one_exactly(tmp_path: Path, written: str, percent: float) -> None:
    check(read(f"thresholds:\n  disk_warn: {written}\n  disk_crit: 100\n", tmp_path),
          {"thresholds.disk_warn": percent})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("socket_path: /a\nsocket:\n  path: /b\n", "line 1: socket_path and socket.path are the"),
        ("log_level: 9\n", "line 1: log.level is 9"),
        ("log_level: loud\n", "line 1: log.level is 'loud'"),
        ("socket:\n  timeout_ms: 0\n", "line 2: limits.frame_timeout_sec is 0"),
        ("socket:\n  timeout_ms: soon\n", "line 2: limits.frame_timeout_sec is 'soon'"),
        ("monitoring_interval_seconds: 0\n", "line 1: monitoring.interval_sec is 0"),
        ("llm:\n  backend: mainframe\n", "line 2: llm.enabled is 'mainframe'"),
        ("rate_limit:\n  max_requests: 5\n", "line 1: rate_limit is unknown"),
        ("rate_limit: 5\n", "line 1: rate_limit is unknown"),
        ("llm: 5\nmodel_path: /m\n", "llm"),
        ("socket_pth: /a\n", "line 1: socket_pth is unknown"),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(text, tmp_path)
    assert says in caught.value.message


def test_the_check_and_the_log_name_what_means_nothing(tmp_path: Path) -> None:
    path = tmp_path / "daemon.conf"
    path.write_text(FLAT.replace("/run/cortex.sock", str(tmp_path / "s")))
    done = run_cortexd(tmp_path, "--config", str(path), "--check")
    first, *notes = done.stdout.splitlines()
    assert first.startswith("configuration is valid")
    assert [note.split(": ")[2] for note in notes] == [
        "enable_journald_logging means nothing here",
        "memory_limit_mb means nothing here",
    ]
    with daemon(tmp_path) as cortexd:
        cortexd.configure(f"socket_path: {cortexd.socket_path}\nmemory_limit_mb: 150\n")
        assert cortexd.call("config.reload")["restart_required"] == []
        assert "memory_limit_mb means nothing here" in cortexd.log_text()


def test_an_original_file_runs_a_daemon(tmp_path: Path) -> None:
    with daemon(tmp_path) as cortexd:
        text = BACKENDS.replace("/run/cortex/cortex.sock", str(cortexd.socket_path))
        cortexd.configure(text.replace("~/.cortex/alerts.db", str(tmp_path / "a.db")))
        assert "socket.backlog" in cortexd.call("config.reload")["restart_required"]
        assert cortexd.call("config.get")["config"]["thresholds"]["disk_warn"] == 80
