"""The server's own description: llama.cpp's, another's, and bytes that are neither."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cortexd.model.server_info import ServerInfo, json_member, parse_server_info


def test_a_server_of_llama_cpp_with_a_profile() -> None:
    models = {"data": [{"id": "qwen", "tags": ["x", "cortex.profile=code"]}]}
    props = {"total_slots": 2, "default_generation_settings": {"n_ctx": 4096}}
    info = parse_server_info(json.dumps(models).encode(), json.dumps(props).encode())
    assert info == ServerInfo("ready", "qwen", "code", 4096, 2)


@pytest.mark.parametrize(
    ("model", "profile"), [("cortex-nano-1", "nano"), ("anything else", "untested")]
)
def test_a_server_that_names_no_profile(model: str, profile: str) -> None:
    models = json.dumps({"data": [{"id": model}]}).encode()
    assert parse_server_info(models, b"") == ServerInfo("ready", model, profile, None, None)


def test_the_configured_profile_counts() -> None:
    models = json.dumps({"data": [{"id": "qwen", "tags": ["cortex.profile=tiny"]}]}).encode()
    assert parse_server_info(models, b"", "chat").profile == "chat"


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_any_bytes_give_a_ready_server(models: bytes, props: bytes) -> None:
    assert parse_server_info(models, props).state == "ready"


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"5", b'{"other":1}', b'{"data":'])
def test_a_member_that_is_not_there(body: bytes) -> None:
    assert json_member(body, "data") is None
