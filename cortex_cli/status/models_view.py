"""``cortex llm list``: the models on this machine, which one is served, and what can be had."""

from __future__ import annotations

import json
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cortex_cli import output
from cortex_cli.errors import AlreadyReported
from cortex_cli.services import model_trial
from cortex_cli.services.model_server import Records
from cortex_cli.settings import runtime_dir
from cortexd.api.client import Client
from cortexd.api.errors import CortexError

if TYPE_CHECKING:
    from cortex_cli.settings import Settings

TIMEOUT_S = 5.0
MIB, GIB = 1 << 20, 1 << 30


def read(settings: Settings) -> dict[str, Any]:
    """Return the overview of ``cortex-llm``, each model marked as served or not.

    Raises:
        AlreadyReported: cortex-llm fails, and has said why.
    """
    done = subprocess.run(
        [*model_trial.COMMAND, "overview"],
        stdout=subprocess.PIPE,
        text=True,
        env=dict(settings.environ),
        check=False,
    )
    if done.returncode:
        raise AlreadyReported(done.returncode)
    overview: dict[str, Any] = json.loads(done.stdout)
    name = _read_served_name(settings)
    path = Records(runtime_dir(settings.environ)).read_model()
    for model in overview["models"]:
        is_path = path is None or str(path) == model["path"]
        model["served"] = name is not None and model.get("name") == name and is_path
    return overview


def _read_served_name(settings: Settings) -> str | None:
    with suppress(CortexError), Client(settings.socket_path(), timeout_s=TIMEOUT_S) as client:
        status = client.call("llm.status")
        if status["state"] in ("ready", "loading", "stopped"):
            return str(status.get("model"))
    return None


def print_table(overview: dict[str, Any]) -> None:
    """Print what is here, then what can be downloaded."""
    output.data("on this machine (* is served):")
    for model in overview["models"]:
        output.data(_describe_model(model))
    output.data("")
    output.data("to download with cortex llm pull NAME:")
    width = max((len(row["key"]) for row in overview["recommended"]), default=0)
    for row in overview["recommended"]:
        output.data(_describe_recommended(row, width))


def _describe_model(model: dict[str, Any]) -> str:
    mark = "*" if model["served"] else " "
    place = "built in" if model["built_in"] else model["path"]
    if "name" not in model:
        return f"{mark} {place}: {model['problem']}"
    size = _format_size(model["size"])
    text = f"{mark} {model['name']}  {size}  profile {model['profile']}  {place}"
    return text if model["fits"] else f"{text}; does not fit: {model['problem']}"


def _describe_recommended(row: dict[str, Any], width: int) -> str:
    if row["path"]:
        state = "here already"
    elif not row["fits"]:
        state = f"does not fit: {row['problem']}"
    else:
        state = "fits; suggested for this machine" if row["suggested"] else "fits"
    sizes = f"{row['size_gib']:>5.2f} GiB, {row['memory_gib']:>4g} GiB RAM"
    return f"  {row['key']:<{width}}  {sizes}  {row['best_for']}; {state}"


def _format_size(size: int) -> str:
    return f"{size / GIB:.2f} GiB" if size >= GIB else f"{size / MIB:.1f} MiB"
