from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from cortex_llm import config
from cortex_llm.config import Settings, load
from cortex_llm.endpoint import TcpEndpoint, UnixEndpoint
from cortex_llm.errors import UsageError


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / "llm.env"


def read(env_file: Path, text: str = "", **environ: str) -> Settings:
    env_file.write_text(text)
    return load({"CORTEX_LLM_ENV_FILE": str(env_file), **environ})


def refusal(env_file: Path, text: str = "", **environ: str) -> str:
    with pytest.raises(UsageError) as caught:
        read(env_file, text, **environ)
    return f"{caught.value}; {caught.value.hint}"


def test_nothing_configured_means_decide_for_me(env_file: Path) -> None:
    assert read(env_file) == Settings()
    assert Settings().endpoint == TcpEndpoint("127.0.0.1", 8085)


def test_the_file_is_read(env_file: Path) -> None:
    settings = read(
        env_file,
        "CORTEX_LLM_MODEL_PATH='/models/a b.gguf'\nCORTEX_LLM_THREADS=4\nCORTEX_LLM_CTX_SIZE=2048\n"
        "CORTEX_LLM_PARALLEL=2\nCORTEX_LLM_ENGINE=xllamacpp\nCORTEX_LLM_PORT=9000\n"
        "CORTEX_LLM_CACHE_RAM_MB=0\nCORTEX_LLM_ALIAS=house model\nCORTEX_LLM_SERVER=/opt/ls\n"
        "CORTEX_LLM_API_KEY=secret\nOMP_NUM_THREADS=3\n",
    )
    assert settings == Settings(
        endpoint=TcpEndpoint("127.0.0.1", 9000),
        model_path=Path("/models/a b.gguf"),
        threads=4,
        ctx_size=2048,
        parallel=2,
        engine="xllamacpp",
        api_key="secret",
        cache_ram_mb=0,
        alias="house model",
        server=Path("/opt/ls"),
        extra_env={"OMP_NUM_THREADS": "3"},
        env_file=env_file,
    )


def test_the_environment_wins_and_an_empty_value_says_nothing(env_file: Path) -> None:
    text = "CORTEX_LLM_THREADS=4\nCORTEX_LLM_CTX_SIZE=512\n"
    settings = read(env_file, text, CORTEX_LLM_THREADS="2", CORTEX_LLM_CTX_SIZE="")
    assert (settings.threads, settings.ctx_size) == (2, 512)


def test_the_old_names_are_read_where_the_new_say_nothing(env_file: Path) -> None:
    old = {"CORTEXD_MODEL_PATH": "/old.gguf", "CORTEXD_N_THREADS": "3"}
    assert read(env_file, **old).model_path == Path("/old.gguf")
    assert read(env_file, **old).threads == 3
    assert read(env_file, "CORTEX_LLM_THREADS=5", **old).threads == 5


def test_home_is_expanded(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    settings = read(env_file, "CORTEX_LLM_MODEL_PATH=~/.cortex/models/x.gguf")
    assert settings.model_path == Path("/home/me/.cortex/models/x.gguf")


def test_an_unknown_key_is_refused_with_file_line_and_nearest_name(env_file: Path) -> None:
    said = refusal(env_file, "\nCORTEX_LLM_THREAD=4\n")
    assert f"{env_file}, line 2: unknown key CORTEX_LLM_THREAD" in said
    assert "did you mean CORTEX_LLM_THREADS?" in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CORTEX_LLM_THREADS=0", "line 1: CORTEX_LLM_THREADS is '0', not a whole number from 1"),
        ("CORTEX_LLM_PORT=65536", "from 1 to 65535"),
        ("CORTEX_LLM_PORT=²", "not a whole number"),
        ("CORTEX_LLM_CTX_SIZE=4k", "CORTEX_LLM_CTX_SIZE is '4k'"),
        ("CORTEX_LLM_ENGINE=ollama", "not one of auto, llama-server"),
        ("CORTEX_LLM_MODEL_PATH=model.gguf", "not an absolute path"),
        ("CORTEX_LLM_MODEL_PATH=~nobody-of-that-name/x", "whose user does not exist"),
        ("CORTEX_LLM_ALIAS=a,b", "no comma"),
        ("CORTEX_LLM_API_KEY='two words'", "printable ASCII"),
        ("CORTEX_LLM_HOST=/run/llm", "a Unix socket's path ends in .sock"),
        ("CORTEX_LLM_HOST='not a host'", "neither a host, an address nor"),
        ("just words", "line 1 is not NAME=value"),
    ],
)
def test_a_bad_value_is_refused_by_key(env_file: Path, text: str, words: str) -> None:
    assert words in refusal(env_file, text)


def test_an_api_key_that_is_wrong_is_not_repeated(env_file: Path) -> None:
    assert "s3cret" not in refusal(env_file, "CORTEX_LLM_API_KEY='s3cret word'")


def test_the_key_is_in_no_repr(env_file: Path) -> None:
    assert "s3cret" not in repr(read(env_file, "CORTEX_LLM_API_KEY=s3cret\nA_TOKEN=s3cret"))


def test_hosts(env_file: Path) -> None:
    def endpoint(host: str) -> object:
        return read(env_file, CORTEX_LLM_HOST=host).endpoint

    assert endpoint("0.0.0.0") == TcpEndpoint("0.0.0.0", 8085)
    assert endpoint("[::1]") == TcpEndpoint("::1", 8085)
    assert endpoint("/run/llm.sock") == UnixEndpoint(Path("/run/llm.sock"))
    assert endpoint("unix:/run/llm.sock") == UnixEndpoint(Path("/run/llm.sock"))
    assert "the limit is 107" in refusal(env_file, CORTEX_LLM_HOST=f"/{'x' * 110}.sock")


def test_the_api_key_from_a_file(env_file: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("from-file\n")
    assert read(env_file, CORTEX_LLM_API_KEY_FILE=str(key)).api_key == "from-file"
    key.write_text("\n")
    assert "is empty" in refusal(env_file, CORTEX_LLM_API_KEY_FILE=str(key))
    key.unlink()
    assert "no such file" in refusal(env_file, CORTEX_LLM_API_KEY_FILE=str(key))


def test_the_api_key_from_systemd_credentials(env_file: Path, tmp_path: Path) -> None:
    folder = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert read(env_file, **folder).api_key is None
    (tmp_path / config.CREDENTIAL).write_text("from-systemd")
    assert read(env_file, **folder).api_key == "from-systemd"
    assert read(env_file, "CORTEX_LLM_API_KEY=named", **folder).api_key == "named"


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load({"CORTEX_LLM_ENV_FILE": str(tmp_path / "missing")})


def test_a_folder_or_a_model_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a directory"):
        load({"CORTEX_LLM_ENV_FILE": str(tmp_path)})
    big = tmp_path / "big"
    big.write_bytes(b"x" * (config.MAX_ENV_FILE_BYTES + 1))
    with pytest.raises(UsageError, match="not a settings file"):
        load({"CORTEX_LLM_ENV_FILE": str(big)})
    big.write_bytes(b"A=\xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        load({"CORTEX_LLM_ENV_FILE": str(big)})


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().threads = 3  # type: ignore[misc]


def test_the_example_names_every_key_and_is_valid(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "etc/llm.env"
    text = example.read_text()
    for name in config.SETTINGS:
        assert f"#CORTEX_LLM_{name}=" in text, name
    live = "\n".join(line.removeprefix("#") for line in text.splitlines() if "=" in line)
    live = "\n".join(line for line in live.splitlines() if line.startswith("CORTEX_LLM_"))
    (tmp_path / "key").write_text("k")
    live = live.replace("/etc/cortex/llm.key", str(tmp_path / "key"))
    (tmp_path / "llm.env").write_text(live)
    load({"CORTEX_LLM_ENV_FILE": str(tmp_path / "llm.env")})
