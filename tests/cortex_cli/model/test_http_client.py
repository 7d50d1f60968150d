"""What the environment says about proxies and certificates, played on the real command."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cortex_cli.conftest import CHECKOUT, Cortex
from tests.support.fake_llm import Exchange, FakeLlm, say

LOG = "the secret log"


@pytest.fixture
def llm() -> Iterator[FakeLlm]:
    with FakeLlm(chat=say("an answer")) as server:
        yield server


@pytest.fixture
def proxy() -> Iterator[socket.socket]:
    """A proxy that listens and is never spoken to, if all is well."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def proxies(proxy: socket.socket, scheme: str = "http") -> dict[str, str]:
    address = f"{scheme}://127.0.0.1:{proxy.getsockname()[1]}"
    names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return {**dict.fromkeys(names, address), "no_proxy": "", "NO_PROXY": "intranet.example"}


def ask(cortex: Cortex, llm: FakeLlm, host: str, **more: str) -> subprocess.CompletedProcess[str]:
    url = llm.url.replace("127.0.0.1", host)
    environ = {
        **cortex.environ,
        "CORTEX_PROVIDER": "openai",
        "OPENAI_BASE_URL": url,
        "OPENAI_API_KEY": "mine",
        "CORTEX_ALLOW_REMOTE": url,
        **more,
    }
    return subprocess.run(
        cortex.command("ask", "why?"),
        env=environ,
        cwd=CHECKOUT,
        input=LOG,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
@pytest.mark.parametrize("scheme", ["http", "socks5", "nonsense"])
def test_no_proxy_sees_what_is_for_this_machine(
    cortex: Cortex, llm: FakeLlm, proxy: socket.socket, host: str, scheme: str
) -> None:
    done = ask(cortex, llm, host, **proxies(proxy, scheme), SSL_CERT_FILE="/nonexistent")
    assert done.returncode == 0, done.stderr
    assert LOG in llm.seen[0].prompt
    with pytest.raises(BlockingIOError):
        proxy.accept()


def test_a_server_elsewhere_is_reached_through_the_proxy(cortex: Cortex, llm: FakeLlm) -> None:
    """That the proxy above would have been used: the same settings, another host."""
    with FakeLlm(chat=say("through the proxy")) as between:
        done = ask(cortex, llm, "127.1", http_proxy=between.url)
        assert "through the proxy" in done.stdout, done.stderr
        assert len(between.seen) == 1
        assert llm.seen == []


def test_a_proxy_that_does_not_answer_is_named(cortex: Cortex, llm: FakeLlm) -> None:
    done = ask(cortex, llm, "127.1", http_proxy="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "http_proxy names a proxy" in done.stderr


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"all_proxy": "socks5://127.0.0.1:9"}, "all_proxy names a SOCKS proxy"),
        ({"HTTPS_PROXY": "nonsense://user:hidden@x"}, "HTTPS_PROXY is not the address of a proxy"),
        ({"HTTP_PROXY": "http://x:port"}, "HTTP_PROXY is not the address of a proxy"),
        ({"SSL_CERT_FILE": "/nonexistent"}, "SSL_CERT_FILE is '/nonexistent', which does not"),
        ({"SSL_CERT_DIR": "/nonexistent"}, "SSL_CERT_DIR is '/nonexistent', which does not"),
        ({"OPENAI_CUSTOM_HEADERS": "X: é"}, "OPENAI_CUSTOM_HEADERS contains a character"),
        ({"SSL_CERT_FILE": "/dev/null"}, "SSL_CERT_FILE cannot be used"),
    ],
)
def test_what_breaks_the_client_is_named(
    cortex: Cortex, llm: FakeLlm, environ: dict[str, str], said: str
) -> None:
    done = ask(cortex, llm, "127.1", **environ)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "internal error" not in done.stderr
    assert "hidden" not in done.stderr
    assert llm.seen == []


def test_only_what_a_request_needs_is_in_its_headers(cortex: Cortex, llm: FakeLlm) -> None:
    done = ask(
        cortex,
        llm,
        "127.0.0.1",
        OPENAI_ORG_ID="é",
        OPENAI_PROJECT_ID="project",
        OPENAI_CUSTOM_HEADERS="Authorization: Bearer other\nX-Secret: s",
    )
    assert done.returncode == 0, done.stderr
    headers = llm.seen[0].headers
    assert headers["authorization"] == "Bearer mine"
    assert set(headers) <= {
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }


def test_a_local_server_may_have_a_certificate_of_its_own(cortex: Cortex, llm: FakeLlm) -> None:
    url = llm.url.replace("http:", "https:")
    done = ask(
        cortex, llm, "127.0.0.1", OPENAI_BASE_URL=url, SSL_CERT_FILE=str(Path("/nonexistent/ca"))
    )
    assert done.returncode == 2
    assert "SSL_CERT_FILE is '/nonexistent/ca'" in done.stderr


def test_a_redirect_takes_the_data_nowhere(cortex: Cortex) -> None:
    with socket.create_server(("127.0.0.1", 0)) as evil, FakeLlm() as llm:
        place = f"http://127.0.0.1:{evil.getsockname()[1]}/v1/chat/completions"

        def redirect(exchange: Exchange) -> None:
            exchange.raw(
                f"HTTP/1.1 307 X\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()
            )

        llm.chat = redirect
        done = ask(cortex, llm, "127.0.0.1")
        assert done.returncode == 1
        assert "307" in done.stderr
        evil.setblocking(False)
        with pytest.raises(BlockingIOError):
            evil.accept()
