"""One answer of the daemon: what the model thought, what cut it short, how fast it was."""

from __future__ import annotations

from pathlib import Path

from tests.support.daemon import RunningDaemon, daemon
from tests.support.fake_llm import Exchange, FakeLlm, say
from tests.support.model_server import model_server


def test_a_reasoning_model(asked: RunningDaemon, llm: FakeLlm) -> None:
    def script(exchange: Exchange) -> None:
        exchange.begin()
        exchange.event({"choices": [{"delta": {"reasoning_content": "Let me think."}}]})
        exchange.token("42")
        exchange.finish(2)

    llm.chat = script
    reply = asked.call("inference", prompt="x")
    assert (reply["output"], reply["reasoning"], reply["tokens_used"]) == ("42", "Let me think.", 2)
    assert "notes" not in reply


def test_the_speed_is_the_servers_own(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say(*["word "] * 10)  # at once, as a busy daemon reads them
    asked.call("inference", prompt="x")
    assert asked.call("llm.status")["tokens_per_second"] is None
    llm.chat = say(*["word "] * 10, speed=12.5)
    asked.call("inference", prompt="x")
    assert asked.call("llm.status")["tokens_per_second"] == 12.5


def test_an_answer_cut_short_says_so(asked: RunningDaemon, llm: FakeLlm) -> None:
    llm.chat = say('{"a', reason="length")
    reply = asked.call("inference", prompt="x", json_schema={}, max_tokens=900)
    above, cut = reply["notes"]
    assert "context holds 512 tokens" in above
    assert "the JSON is incomplete" in cut


def test_a_real_server(tmp_path: Path) -> None:
    """Sampling reaches it, its reason for refusing a schema comes back, its clock counts."""
    (tmp_path / "m").mkdir()
    with (
        model_server(tmp_path / "m", unix=True) as server,
        daemon(tmp_path, {"llm": {"url": f"unix:{server.socket_path}"}}) as cortexd,
    ):
        same = {"prompt": "x", "max_tokens": 12, "temperature": 1.5, "seed": 7}
        wide = [cortexd.call("inference", **same, top_k=0, min_p=0, top_p=1.0)["output"]]
        narrow = [
            cortexd.call("inference", **{**same, "seed": seed}, top_k=1)["output"]
            for seed in (1, 2)
        ]
        assert narrow[0] == narrow[1] != wide[0]
        assert cortexd.call("llm.status")["tokens_per_second"] > 1
        error = cortexd.refused(
            "inference", prompt="x", json_schema={"properties": {"a": {"type": "nonsense"}}}
        )
        assert "unrecognized type nonsense" in error["message"]
