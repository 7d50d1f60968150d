"""Models as people see them: one file's profile, its memory, and the folders they lie in.

`describe` turns a header into a ModelInfo; nothing is loaded. The memory figures are
estimates for planning: the weights as they are on disk, plus the KV cache at 16 bits.
`verify` reads the whole file once, for the checksum.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cortex_llm.errors import LlmError, ModelError
from cortex_llm.ggml_types import FILE_TYPES
from cortex_llm.gguf import Header, Value, read_header
from cortex_llm.output import is_visible
from cortex_llm.splits import find_first_part, find_parts

PROFILE_KEY = "cortex.profile"
PROFILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")  # it travels in a comma-separated list
SUFFIX = ".gguf"
FOLDERS = ("~/.cortex/models", "/var/lib/cortex/models")
KV_BYTES_PER_NUMBER = 2  # F16, the servers' default
HASH_CHUNK = 1 << 20
MAX_NAME = 128


@dataclass(frozen=True)
class ModelInfo:
    """What a model file says about itself. Sizes in bytes, lengths in tokens."""

    path: Path
    name: str
    architecture: str
    parameters: int
    quantisation: str
    context_length: int | None
    tokenizer: str | None
    vocabulary: int | None
    chat_template: bool
    profile: str | None
    gguf_version: int
    file_bytes: int
    needed_bytes: int
    kv_bytes_per_token: int
    parts: tuple[Path, ...] = ()  # every file of a split model, this one first

    @property
    def truncated(self) -> bool:
        """Whether tensor data are missing."""
        return self.file_bytes < self.needed_bytes

    def as_json(self) -> dict[str, object]:
        """The fields, for ``--json``."""
        fields = {name: getattr(self, name) for name in self.__dataclass_fields__}
        parts = [str(part) for part in self.parts]
        return {**fields, "path": str(self.path), "parts": parts, "truncated": self.truncated}

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that the model consists of."""
        return self.parts or (self.path,)


@dataclass(frozen=True)
class ModelEntry:
    """One line of the list: a model, or why the file is none."""

    path: Path
    info: ModelInfo | None
    problem: str | None
    built_in: bool = False


def describe(path: Path) -> ModelInfo:
    """Read the header of `path`; raises ModelError. A truncated file is described, too.

    Of a split model, `path` is its first part, and the sizes are those of all parts.
    """
    header = read_header(path)
    pairs = header.pairs
    parts = _find_parts(path, pairs)
    header = _add_parts(header, parts[1:])
    architecture = _text(pairs, "general.architecture")
    if architecture is None:
        raise ModelError(f"{path} names no architecture: it is GGUF but not a language model")
    profile = _text(pairs, PROFILE_KEY)
    return ModelInfo(
        path=path,
        name=_name(pairs, path),
        architecture=architecture,
        parameters=header.parameters,
        quantisation=_quantisation(header),
        context_length=_number(pairs, f"{architecture}.context_length"),
        tokenizer=_text(pairs, "tokenizer.ggml.model"),
        vocabulary=header.lengths.get("tokenizer.ggml.tokens"),
        chat_template="tokenizer.chat_template" in pairs,
        profile=profile if profile and PROFILE.match(profile) else None,
        gguf_version=header.version,
        file_bytes=header.file_bytes,
        needed_bytes=header.needed_bytes,
        kv_bytes_per_token=_kv_bytes_per_token(pairs, architecture),
        parts=tuple(parts),
    )


def check_download(path: Path) -> None:
    """Check what was downloaded to `path`: a model, or one whole part; raises ModelError."""
    if (_number(read_header(path).pairs, "split.count") or 0) > 1:
        check_file(path)  # the name is not yet its own, and the others may be to come
    else:
        describe_usable(path)


def check_file(path: Path) -> None:
    """Check that one file is whole, whatever it is a part of; raises ModelError."""
    header = read_header(path)
    if header.truncated:
        raise _report_truncation(path, header.file_bytes, header.needed_bytes)


def describe_usable(path: Path) -> ModelInfo:
    """Describe a model that is to be run; raises ModelError when it is not whole."""
    info = describe(path)
    for part in info.parts:  # the sum of several may hide that one is too short
        check_file(part)
    if info.truncated:
        raise _report_truncation(path, info.file_bytes, info.needed_bytes)
    if info.vocabulary is None:
        raise ModelError(
            f"{path} has no vocabulary: it is part of a model, not a language model",
            hint="a model for the server holds its tokenizer; is this a LoRA or a projector?",
        )
    return info


def find_built_in() -> Path:
    """Where the project's own model is; raises ModelError when it is missing or damaged."""
    try:
        module = importlib.import_module("cortex_llm.nano.builtin")
    except ImportError as error:
        raise ModelError(
            "no model is configured, and this installation has no built-in one",
            hint="set CORTEX_LLM_MODEL_PATH=/path/to/model.gguf in /etc/cortex/llm.env",
        ) from error
    try:
        return Path(module.find_builtin_model())
    except LlmError:
        raise
    except Exception as error:
        raise ModelError(f"cannot use the built-in model: {error}") from error


def list_models(folders: list[Path] | None = None) -> list[ModelEntry]:
    """Every .gguf in the model folders, sorted, and the built-in model if there is one."""
    if folders is None:
        folders = [Path(folder).expanduser() for folder in FOLDERS]
    paths = [path for folder in folders for path in _find_files(folder)]
    # A split model is one entry: its other parts are listed only where the first is missing.
    found = [list_model(path) for path in paths if find_first_part(path) in (path, None)]
    listed = {item.path for item in found}
    found += [list_model(path) for path in paths if find_first_part(path) not in (None, *listed)]
    with contextlib.suppress(ModelError):  # not having one is no fault of the list
        found.append(list_model(find_built_in(), is_built_in=True))
    return found


def sha256(path: Path) -> str:
    """The checksum of the file, in hex; raises ModelError."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(HASH_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise ModelError(f"cannot read model {path}: {error.strerror or error}") from error
    return digest.hexdigest()


def verify(path: Path, expected: str | None = None) -> tuple[ModelInfo, dict[Path, str]]:
    """Check that the model is whole; return the SHA-256 of each of its files.

    `expected` is that of `path`, of a split model the first part; raises ModelError.
    """
    info = describe_usable(path)
    checksums = {part: sha256(part) for part in info.files}
    actual = checksums[path]
    if expected is not None and actual != expected.lower():
        raise ModelError(
            f"{path} has the SHA-256 {actual}, not {expected.lower()}",
            hint="download the model again, or check where the expected value came from",
        )
    return info, checksums


def _find_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix.lower() == SUFFIX)
    except OSError:
        return []  # a folder that is not there, or not ours, holds no models for us


def list_model(path: Path, *, is_built_in: bool = False) -> ModelEntry:
    """One line of the list."""
    try:
        return ModelEntry(path, describe(path), None, is_built_in)
    except ModelError as error:
        return ModelEntry(path, None, str(error), is_built_in)


def _find_parts(path: Path, pairs: Mapping[str, Value]) -> list[Path]:
    """The files of a split model; none for one that is a single file."""
    count = _number(pairs, "split.count") or 0
    return find_parts(path, _number(pairs, "split.no") or 0, count) if count > 1 else []


def _add_parts(header: Header, parts: list[Path]) -> Header:
    """The header with the sizes of the other parts added."""
    for part in parts:
        other = read_header(part)
        types = dict(header.tensor_types)
        for name, elements in other.tensor_types.items():
            types[name] = types.get(name, 0) + elements
        header = replace(
            header,
            tensor_types=types,
            parameters=header.parameters + other.parameters,
            file_bytes=header.file_bytes + other.file_bytes,
            needed_bytes=header.needed_bytes + other.needed_bytes,
        )
    return header


def _report_truncation(path: Path, size: int, needed: int) -> ModelError:
    return ModelError(
        f"{path} is truncated: it has {size:,} bytes of {needed:,}",
        hint="download the model again",
    )


def _name(pairs: Mapping[str, Value], path: Path) -> str:
    """general.name, cleaned for a list separated by commas and for terminals; or the stem."""
    name = _text(pairs, "general.name") or path.stem
    cleaned = "".join(char if is_visible(char) and char != "," else " " for char in name)
    return " ".join(cleaned.split())[:MAX_NAME] or "model"


def _quantisation(header: Header) -> str:
    file_type = header.pairs.get("general.file_type")
    if isinstance(file_type, int) and file_type in FILE_TYPES:
        return FILE_TYPES[file_type]
    if not header.tensor_types:
        return "unknown"
    return max(header.tensor_types, key=lambda name: header.tensor_types[name])


def _kv_bytes_per_token(pairs: Mapping[str, Value], architecture: str) -> int:
    """Keys and values of every layer for one token; 0 when the header does not say."""
    layers = _number(pairs, f"{architecture}.block_count") or 0
    heads = _number(pairs, f"{architecture}.attention.head_count") or 0
    kv_heads = _number(pairs, f"{architecture}.attention.head_count_kv") or heads
    width = (_number(pairs, f"{architecture}.embedding_length") or 0) // max(heads, 1)
    keys = _number(pairs, f"{architecture}.attention.key_length") or width
    values = _number(pairs, f"{architecture}.attention.value_length") or width
    return layers * kv_heads * (keys + values) * KV_BYTES_PER_NUMBER


def _text(pairs: Mapping[str, Value], key: str) -> str | None:
    value = pairs.get(key)
    return value if isinstance(value, str) and value else None


def _number(pairs: Mapping[str, Value], key: str) -> int | None:
    """A whole number; of a number for each layer, the largest."""
    value = pairs.get(key)
    if isinstance(value, tuple) and value:
        value = max(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 40:
        return None
    return value
