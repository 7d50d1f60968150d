"""``models list``, ``info``, ``verify``, ``trial``: what is known, as tables and as JSON."""

from __future__ import annotations

import argparse
import dataclasses
import re
from pathlib import Path

from cortex_llm import config, model_names, models, profiling
from cortex_llm.errors import UsageError
from cortex_llm.models import ModelEntry, ModelInfo
from cortex_llm.output import print_data, print_json, say
from cortex_llm.profiles import PURPOSES, UNTESTED, lookup
from cortex_llm.profiles.verdict import Verdict

SHA256 = re.compile(r"[0-9A-Fa-f]{64}\Z")


def list_command(arguments: argparse.Namespace) -> int:
    """``models list``: every model in the folders, and the built-in one."""
    found = models.list_models()
    if arguments.json:
        print_json([_as_json(item) for item in found])
        return 0
    if not found:
        say(f"no models in {', '.join(models.FOLDERS)}, and none is built in")
    for item in found:
        if item.info is None:
            print_data(f"{item.path}  unusable: {item.problem}")
        else:
            state = "truncated" if item.info.truncated else item.info.quantisation
            mark = f"  in {len(item.info.parts)} files" if item.info.parts else ""
            mark += "  (built in)" if item.built_in else ""
            print_data(
                f"{item.path}  {item.info.name}  {state}  {_size(item.info.file_bytes)}{mark}"
            )
    return 0


def info_command(arguments: argparse.Namespace) -> int:
    """``models info PATH``: what the header says; 1 when the file is not whole."""
    info = models.describe(Path(arguments.path).expanduser())
    if arguments.json:
        print_json(info.as_json())
    else:
        for label, value in _lines(info):
            print_data(f"{label:<14}{value}")
    for part in info.files:
        models.check_file(part)
    return 0


def verify_command(arguments: argparse.Namespace) -> int:
    """``models verify PATH [--sha256 HEX]``: whole, and of this checksum."""
    if arguments.sha256 is not None and not SHA256.match(arguments.sha256):
        raise UsageError(f"--sha256 {arguments.sha256[:80]!r} is not 64 hexadecimal digits")
    info, checksums = models.verify(Path(arguments.path).expanduser(), arguments.sha256)
    if arguments.json:
        files = [{"path": str(part), "sha256": each} for part, each in checksums.items()]
        checksum = checksums[info.path]
        print_json({"path": str(info.path), "ok": True, "sha256": checksum, "files": files})
    else:
        for part, checksum in checksums.items():
            print_data(f"{checksum}  {part}")
    return 0


def trial_command(arguments: argparse.Namespace) -> int:
    """``models trial [PATH]``: the profile, tested if it is not known yet."""
    settings = config.load()
    if arguments.path is not None:
        settings = dataclasses.replace(settings, model_path=model_names.find_file(arguments.path))
    model = models.describe_usable(settings.model_path or models.find_built_in())
    if arguments.known:
        verdict = lookup.look_up(model, settings) or Verdict(UNTESTED, "not tested yet")
    else:
        verdict = profiling.find_profile(model, settings, again=arguments.again)
    if arguments.json:
        purpose = PURPOSES.get(verdict.profile, verdict.profile)
        fields = {"path": str(model.path), "name": model.name, "good_for": purpose}
        print_json({**fields, **dataclasses.asdict(verdict)})
    else:
        print_data(f"{model.name}: profile {profiling.describe(verdict)}")
    return 0


def _lines(info: ModelInfo) -> list[tuple[str, str]]:
    unknown = "not said"
    return [
        ("path", str(info.path)),
        ("name", info.name),
        ("architecture", info.architecture),
        ("parameters", f"{info.parameters:,}"),
        ("quantisation", info.quantisation),
        ("context", f"{info.context_length:,} tokens" if info.context_length else unknown),
        ("tokenizer", f"{info.tokenizer or unknown}, {info.vocabulary or 0:,} tokens"),
        ("chat template", "yes" if info.chat_template else "no"),
        ("profile", info.profile or "none"),
        ("size", _describe_size(info)),
        ("KV cache", f"{_size(info.kv_bytes_per_token * 1024)} for 1,024 tokens"),
        ("GGUF version", str(info.gguf_version)),
    ]


def _describe_size(info: ModelInfo) -> str:
    files = f" in {len(info.parts)} files" if info.parts else ""
    return f"{_size(info.file_bytes)}{files}"


def _as_json(item: ModelEntry) -> dict[str, object]:
    fields = item.info.as_json() if item.info else {"path": str(item.path)}
    return {**fields, "built_in": item.built_in, "problem": item.problem}


def _size(size: int) -> str:
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} bytes"
