"""The three sizes of the model, and what each is trained with. Plain values only.

The shape is llama's: RMSNorm, SwiGLU, rotary positions in interleaved pairs, tied embeddings.
The context is 1,024, not the 512 of the first design: a manual's synopsis with its options,
or two package descriptions and the facts of a machine, take 500 to 900 tokens. It costs no
parameter; the key-value cache of the default size takes 4 MB at that length.
"""

from __future__ import annotations

from dataclasses import dataclass

CONTEXT = 1024


@dataclass(frozen=True)
class Size:
    """A shape and its training. `minutes` is a budget of 2 CPU cores, or of one GPU for full."""

    name: str
    vocabulary: int
    width: int
    layers: int
    heads: int
    inner: int
    minutes: float
    batch_tokens: int
    rate: float
    context: int = CONTEXT
    rope_base: float = 10000.0
    epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        """The width of one attention head."""
        return self.width // self.heads


SIZES = {
    size.name: size
    for size in (
        # about 1 M parameters, minutes of CPU: tests, and a first light
        Size("fixture", 2048, 128, 4, 4, 384, 10, 2048, 0.005),
        # about 5 M parameters, an hour of CPU: what is shipped
        Size("default", 8192, 256, 4, 4, 640, 55, 4096, 0.004),
        # about 31 M parameters, the first design's 8 layers of 512: for one GPU
        Size("full", 8192, 512, 8, 8, 1536, 20, 65536, 0.002),
    )
}
