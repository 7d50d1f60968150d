"""The prompt contract, to the byte."""

from __future__ import annotations

import json

from cortex_llm.nano import prompts


def test_intent() -> None:
    assert prompts.intent("get me vim") == [
        {"role": "system", "content": "Task: intent"},
        {"role": "user", "content": "Request: get me vim"},
    ]
    reply = prompts.intent_reply("install", "éditeur")
    assert reply == '{"intent":"install","subject":"éditeur"}'


def test_choose() -> None:
    messages = prompts.choose("a web server", [("nginx", "small " * 20), ("apache2", "Apache")])
    assert messages[1]["content"] == (
        "Request: a web server\nCandidates:\nnginx: "
        + ("small " * 20)[: prompts.SUMMARY_LENGTH]
        + "\napache2: Apache\nRequest: a web server"
    )
    assert prompts.choose_reply(["nginx", "php"]) == '{"packages":["nginx","php"]}'


def test_answer() -> None:
    assert prompts.answer("what is vim?", ["vim: editor.", "nano: editor."])[1]["content"] == (
        "Question: what is vim?\nPassage:\nvim: editor.\nPassage:\nnano: editor.\n"
        "Question: what is vim?"
    )


def test_call() -> None:
    tools = [prompts.Tool("open_app", ("name",), "open"), prompts.Tool("lock", (), "lock")]
    assert prompts.call("open vim", tools)[1]["content"] == (
        "Tools:\nopen_app(name): open\nlock(): lock\nRequest: open vim"
    )
    assert prompts.call_reply("open_app", {"name": "vim"}) == '<CALL:open_app{"name":"vim"}>'


def test_nothing_but_a_candidate_is_in_the_schema() -> None:
    schema = json.loads(json.dumps(prompts.choose_schema(["a", "b"])))
    assert schema["properties"]["packages"]["items"]["enum"] == ["a", "b"]
    assert json.loads(json.dumps(prompts.intent_schema()))["required"] == ["intent", "subject"]


def test_every_language_has_its_words() -> None:
    for words in (prompts.UNKNOWN, prompts.NO_PASSAGE, prompts.GREETING):
        assert tuple(words) == prompts.LANGUAGES
