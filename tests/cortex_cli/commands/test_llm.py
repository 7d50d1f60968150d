import json
from pathlib import Path

from tests.cortex_cli.conftest import Cortex


def test_status(chat: Cortex) -> None:
    shown = chat.run("llm", "status").stdout
    assert "state     ready" in shown
    assert "tiny-chat" in shown
    assert "good for  open questions" in shown
    assert json.loads(chat.run("llm", "status", "--json").stdout)["model"] == "tiny-chat"


def test_models(cortex: Cortex, models: dict[str, Path]) -> None:
    folder = Path(cortex.environ["HOME"]) / ".cortex/models"
    folder.mkdir(parents=True)
    (folder / "mine.gguf").symlink_to(models["chat"])
    assert "mine.gguf" in cortex.run("llm", "models").stdout
    listed = cortex.run("llm", "models", "--json")
    assert listed.returncode == 0
    assert "mine.gguf" in json.dumps(json.loads(listed.stdout))


def test_the_small_model_is_no_more_than_it_is(nano: Cortex) -> None:
    shown = nano.run("llm", "status").stdout
    assert "profile   nano" in shown
    assert "for open questions set up a larger model" in shown


def test_list_as_json(chat: Cortex) -> None:
    overview = json.loads(chat.run("llm", "list", "--json").stdout)
    assert all("served" in model for model in overview["models"])
    assert overview["recommended"]


def test_pull_passes_on_what_cortex_llm_says(cortex: Cortex, tmp_path: Path) -> None:
    done = cortex.run("llm", "pull", "--dir", str(tmp_path), "mistral-7")
    assert done.returncode == 2
    assert "hint: did you mean mistral-7b?" in done.stderr
