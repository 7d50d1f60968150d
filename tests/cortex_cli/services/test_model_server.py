from pathlib import Path

from cortex_cli.services import model_server
from cortex_cli.services.model_server import Records
from cortex_cli.settings import find_own_model_url


def test_a_private_socket_where_its_path_is_short_enough(tmp_path: Path) -> None:
    records = Records(tmp_path)
    assert model_server.choose_url({}, records) == f"unix:{tmp_path}/llm.sock"
    long = Records(tmp_path / ("x" * 100))
    assert model_server.choose_url({}, long).startswith("http://127.0.0.1:")


def test_a_port_on_record_is_kept(tmp_path: Path) -> None:
    records, environ = Records(tmp_path), {"CORTEX_LLM_ENGINE": "llama-cpp-python"}
    records.write("http://127.0.0.1:41234", None)
    assert model_server.choose_url(environ, records) == "http://127.0.0.1:41234"


def test_records_are_private_and_forgotten(tmp_path: Path) -> None:
    records = Records(tmp_path)
    assert (records.read_url(), records.read_model()) == ("", None)
    records.write("unix:/x", Path("/m\udce9.gguf"))
    assert (records.read_url(), records.read_model()) == ("unix:/x", Path("/m\udce9.gguf"))
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())
    records.forget()
    assert list(tmp_path.iterdir()) == []


def test_the_environment_comes_before_the_configuration() -> None:
    configured = {"model_path": "/conf.gguf", "n_threads": 3, "n_ctx": None}
    values = model_server.build_environ(
        {"CORTEX_LLM_THREADS": "2"}, "http://127.0.0.1:9", None, configured
    )
    assert values == {
        "CORTEX_LLM_MODEL_PATH": "/conf.gguf",
        "CORTEX_LLM_THREADS": "2",
        "CORTEX_LLM_HOST": "127.0.0.1",
        "CORTEX_LLM_PORT": "9",
    }
    named = model_server.build_environ({}, "unix:/s", Path("/mine.gguf"), configured)
    assert named["CORTEX_LLM_MODEL_PATH"] == "/mine.gguf"
    assert named["CORTEX_LLM_HOST"] == "unix:/s"


def test_a_record_of_a_server_that_is_gone_is_no_address(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert find_own_model_url(environ) is None
    folder = tmp_path / "cortex"
    folder.mkdir(mode=0o700)
    Records(folder).write(f"unix:{folder}/llm.sock", None)
    assert find_own_model_url(environ) is None
