from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cortex_llm import xllamacpp_server
from cortex_llm.xllamacpp_server import FLAGS, SHORT, FlagError, parameters, parse

PROGRAM = Path(xllamacpp_server.__file__)


def test_every_flag_reaches_a_parameter(tmp_path: Path) -> None:
    template = tmp_path / "t.jinja"
    template.write_text("{{ messages }}")
    words = {
        "--cache-type-k": "q8_0",
        "--cache-type-v": "f16",
        "--fit": "off",
        "--chat-template-file": str(template),
        "--reasoning-format": "deepseek-legacy",
    }
    for flag, (count, _) in FLAGS.items():
        parameters([flag, words.get(flag, "1")] if count else [flag], {})


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ("--chat-template-file /none", "cannot be read"),
        ("--reasoning-format loud", "is not a reasoning format"),
    ],
)
def test_a_template_that_is_missing_and_an_unknown_format(argv: str, words: str) -> None:
    with pytest.raises(FlagError, match=words):
        parameters(argv.split(), {})


def test_values_arrive() -> None:
    argv = "-m /m.gguf -c 4096 -np 3 -t 5 --poll 0 --no-webui -ctk q8_0 --tags b,a --host h.sock"
    params = parameters(argv.split(), {"LLAMA_API_KEY": "s3cret"})
    assert params.model.path == "/m.gguf"
    assert (params.n_ctx, params.n_parallel, params.cpuparams.n_threads) == (4096, 3, 5)
    assert (params.cpuparams.poll, params.ui) == (0, False)
    assert params.model_tags == {"a", "b"}
    assert (params.hostnames, params.api_keys) == (["h.sock"], ["s3cret"])


def test_short_forms_are_of_known_flags() -> None:
    assert set(SHORT.values()) <= set(FLAGS)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--thread", "1"], "does not support the flag '--thread'; did you mean --threads?"),
        (["--grammar-file", "x"], "does not support the flag '--grammar-file'"),
        (["stray"], "'stray'"),
        (["--port"], "the flag --port needs a value"),
    ],
)
def test_flags_are_refused_by_name(argv: list[str], words: str) -> None:
    with pytest.raises(FlagError, match=words.replace("?", r"\?")):
        parse(argv)


@pytest.mark.parametrize(
    "argv", [["--port", "http"], ["--fit", "maybe"], ["-ctk", "q9"], ["-c", "9" * 30]]
)
def test_values_are_refused_by_flag(argv: list[str]) -> None:
    with pytest.raises(FlagError, match=f"the flag {argv[0]} cannot take"):
        parameters(argv, {})


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", str(PROGRAM), *argv]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_bad_flags_exit_with_2_and_no_traceback() -> None:
    result = run("--no-such-flag")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: the engine xllamacpp does not support the flag")
    assert "Traceback" not in result.stderr


def test_a_model_that_does_not_load_exits_with_1_and_no_traceback(tmp_path: Path) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"GGUF")
    result = run("--model", str(bad), "--host", str(tmp_path / "llm.sock"))
    assert result.returncode == 1
    assert "did not start" in result.stderr
    assert "Traceback" not in result.stderr
