"""Models that Cortex recommends, and which of them fit a machine. A table, and pure.

Sizes are those of the files; RAM is what a context of 4,096 tokens takes with them. A
checksum that the table does not hold, the server tells (see `download`). Addresses are of
public files that need no account.
"""

from __future__ import annotations

from dataclasses import dataclass

HF = "https://huggingface.co"
GIB = 1 << 30
#: The default for a machine is a model that its cores can read at a bearable pace: every word
#: costs one pass over the whole file. A rule of thumb; a person may choose a larger one.
GIB_PER_CORE = 0.75


@dataclass(frozen=True)
class Recommended:
    """`size` and `ram` in GiB; `speed` and `quality` are words, compared within the table."""

    key: str
    name: str
    url: str
    size: float
    ram: float
    speed: str
    quality: str
    best_for: str
    sha256: str | None = None

    @property
    def file_name(self) -> str:
        """The name of the file that the address ends in."""
        return self.url.rpartition("/")[2]


def _hf(repository: str, file: str) -> str:
    return f"{HF}/{repository}/resolve/main/{file}"


#: Where two models take about as much, the later one answers better.
MODELS = (
    Recommended(
        "smollm2-360m",
        "SmolLM2 360M Instruct",
        _hf("HuggingFaceTB/SmolLM2-360M-Instruct-GGUF", "smollm2-360m-instruct-q8_0.gguf"),
        0.36, 0.8, "very fast", "poor", "the smallest machines: phrasing only",
    ),
    Recommended(
        "qwen2.5-0.5b",
        "Qwen2.5 0.5B Instruct",
        _hf("Qwen/Qwen2.5-0.5B-Instruct-GGUF", "qwen2.5-0.5b-instruct-q4_k_m.gguf"),
        0.46, 1.0, "very fast", "fair", "small machines",
    ),
    Recommended(
        "tinyllama-1.1b",
        "TinyLlama 1.1B",
        _hf("TheBloke/TinyLlama-1.1B-Chat-v1.0-GGUF", "tinyllama-1.1b-chat-v1.0.Q4_K_M.gguf"),
        0.62, 2.0, "very fast", "fair", "testing, small machines",
    ),
    Recommended(
        "gemma-3-1b",
        "Gemma 3 1B Instruct",
        _hf("ggml-org/gemma-3-1b-it-GGUF", "gemma-3-1b-it-Q4_K_M.gguf"),
        0.75, 1.5, "fast", "fair", "many languages on a small machine",
    ),
    Recommended(
        "llama-3.2-1b",
        "Llama 3.2 1B Instruct",
        _hf("bartowski/Llama-3.2-1B-Instruct-GGUF", "Llama-3.2-1B-Instruct-Q4_K_M.gguf"),
        0.75, 1.8, "fast", "fair", "small machines",
    ),
    Recommended(
        "smollm2-1.7b",
        "SmolLM2 1.7B Instruct",
        _hf("HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF", "smollm2-1.7b-instruct-q4_k_m.gguf"),
        0.98, 3.0, "fast", "good", "English on a laptop",
    ),
    Recommended(
        "qwen2.5-1.5b",
        "Qwen2.5 1.5B Instruct",
        _hf("Qwen/Qwen2.5-1.5B-Instruct-GGUF", "qwen2.5-1.5b-instruct-q4_k_m.gguf"),
        1.04, 2.0, "fast", "good", "daily use on a laptop",
    ),
    Recommended(
        "phi-2.7b",
        "Phi 2.7B",
        _hf("TheBloke/phi-2-GGUF", "phi-2.Q4_K_M.gguf"),
        1.67, 3.0, "fast", "good", "daily use, balanced",
    ),
    Recommended(
        "llama-3.2-3b",
        "Llama 3.2 3B Instruct",
        _hf("bartowski/Llama-3.2-3B-Instruct-GGUF", "Llama-3.2-3B-Instruct-Q4_K_M.gguf"),
        1.88, 3.5, "medium", "good", "servers without a GPU",
    ),
    Recommended(
        "qwen2.5-3b",
        "Qwen2.5 3B Instruct",
        _hf("Qwen/Qwen2.5-3B-Instruct-GGUF", "qwen2.5-3b-instruct-q4_k_m.gguf"),
        1.96, 3.5, "medium", "good", "servers without a GPU",
    ),
    Recommended(
        "mistral-7b",
        "Mistral 7B Instruct",
        _hf("TheBloke/Mistral-7B-Instruct-v0.2-GGUF", "mistral-7b-instruct-v0.2.Q4_K_M.gguf"),
        4.07, 8.0, "medium", "very good", "production",
    ),
    Recommended(
        "llama2-13b",
        "Llama 2 13B Chat",
        _hf("TheBloke/Llama-2-13B-chat-GGUF", "llama-2-13b-chat.Q4_K_M.gguf"),
        7.33, 16.0, "slow", "excellent", "high quality",
    ),
)  # fmt: skip


def find(key: str) -> Recommended | None:
    """The model of this key."""
    return next((model for model in MODELS if model.key == key), None)


def explain_misfit(model: Recommended, memory: int, disk: int) -> str | None:
    """Why it does not fit `memory` and `disk`, in bytes; None if it does."""
    if model.ram * GIB > memory:
        return f"needs {model.ram:g} GiB of memory"
    if model.size * GIB > disk:
        return f"needs {model.size:g} GiB of disk"
    return None


def choose_best(memory: int, disk: int, cores: int) -> Recommended | None:
    """The best that fits with room to spare; None if none fits.

    That is the last which takes half of the memory at most and is not too large for ``cores``
    physical cores; without such a one, the smallest that fits.
    """
    fitting = [model for model in MODELS if explain_misfit(model, memory, disk) is None]
    easy = [
        model
        for model in fitting
        if model.ram * GIB * 2 <= memory and model.size <= cores * GIB_PER_CORE
    ]
    return (easy[-1] if easy else fitting[0]) if fitting else None
