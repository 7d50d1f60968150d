import pytest

from cortex_cli.ask.attachments import Attachment
from cortex_cli.ask.passage import Passage
from cortex_cli.ask.support import find_sources

NGINX = Passage("nginx", "small web server", "It serves static pages quickly.", "apt: nginx 1")
CRON = Passage("cron(8)", "runs commands", "It wakes up every minute.", "man cron(8)")
LOG = Attachment("log", "bind() failed: address in use")


@pytest.mark.parametrize(
    ("answer", "sources"),
    [
        ("nginx is a web server.", ("apt: nginx 1",)),
        ("It wakes up each minute.", ("man cron(8)",)),
        ("nginx serves static pages. cron wakes up every minute.", ("apt: nginx 1", "man cron(8)")),
        ("The address is taken.", ("log",)),
        ("Paris is a city in France.", ()),
        ("It is.", ()),
        ("", ()),
    ],
)
def test_only_what_an_answer_rests_on_is_a_source(answer: str, sources: tuple[str, ...]) -> None:
    assert find_sources(answer, [LOG], [NGINX, CRON]) == sources
