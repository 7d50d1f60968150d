"""The network: a decoder of the llama architecture, so that llama.cpp runs its export as it is.

RMSNorm before each half-block, rotary positions on interleaved pairs (llama.cpp's layout, no
permutation at export), SwiGLU, tied embeddings. Only its training needs torch.

`round_products` computes as the shipped file is computed, in blocks of eight bits: trained so
at the end, the model's decisions leave room for that rounding.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from cortex_llm.nano.sizes import Size

INITIAL = 0.02  # GPT-2's; the parts that add to the residual are scaled down by its depth
BLOCK, LEVELS = 32, 127  # Q8_0: so many numbers share a scale, and are whole multiples of it

#: A layer's keys and values, each (batch, heads, positions, width).
Seen = tuple[Tensor, Tensor]


class Norm(nn.Module):  # type: ignore[misc, unused-ignore]
    """RMSNorm, computed in float32."""

    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        """Scale `x` to a root mean square of one, then by the weight."""
        wide = x.float()
        scaled = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + self.epsilon)
        return scaled.to(x.dtype) * self.weight.to(x.dtype)


class Linear(nn.Linear):  # type: ignore[misc, unused-ignore]
    """A product without bias; `rounded`, as llama.cpp computes it with Q8_0 weights."""

    rounded = False

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """The product of the weights and `x`."""
        if self.rounded:
            return functional.linear(eight_bits(x), eight_bits(self.weight))
        return super().forward(x)


class Block(nn.Module):  # type: ignore[misc, unused-ignore]
    """Attention, then the gated feed-forward layer, each added to the residual."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.heads = size.heads
        self.attn_norm = Norm(size.width, size.epsilon)
        self.ffn_norm = Norm(size.width, size.epsilon)
        self.attn_q = Linear(size.width, size.width)
        self.attn_k = Linear(size.width, size.width)
        self.attn_v = Linear(size.width, size.width)
        self.attn_output = Linear(size.width, size.width)
        self.ffn_gate = Linear(size.width, size.inner)
        self.ffn_up = Linear(size.width, size.inner)
        self.ffn_down = Linear(size.inner, size.width)

    def forward(
        self, x: Tensor, cosine: Tensor, sine: Tensor, before: Seen | None = None
    ) -> tuple[Tensor, Seen]:
        """One layer over a batch of sequences that continue `before`, and what they leave."""
        batch, length, width = x.shape

        def split(projected: Tensor) -> Tensor:
            return projected.view(batch, length, self.heads, -1).transpose(1, 2)

        h = self.attn_norm(x)
        q = rotate(split(self.attn_q(h)), cosine, sine)
        k = rotate(split(self.attn_k(h)), cosine, sine)
        v = split(self.attn_v(h))
        seen = (k, v)
        if before is not None:
            k, v = (
                torch.cat((old.expand(batch, -1, -1, -1), new), 2)
                for old, new in zip(before, seen, strict=True)
            )
        y = attend(q, k, v)
        x = x + self.attn_output(y.transpose(1, 2).reshape(batch, length, width))
        h = self.ffn_norm(x)
        return x + self.ffn_down(functional.silu(self.ffn_gate(h)) * self.ffn_up(h)), seen


class Nano(nn.Module):  # type: ignore[misc, unused-ignore]
    """The whole model. The output layer is the embedding."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
        self.rounded = False
        self.token_embd = nn.Embedding(size.vocabulary, size.width)
        self.blk = nn.ModuleList(Block(size) for _ in range(size.layers))
        self.output_norm = Norm(size.width, size.epsilon)
        steps = torch.arange(0, size.head_width, 2).float() / size.head_width
        angles = torch.outer(torch.arange(size.context).float(), size.rope_base**-steps)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)
        residual = INITIAL / math.sqrt(2 * size.layers)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                adds = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(parameter, 0.0, residual if adds else INITIAL)

    def hidden(self, tokens: Tensor, shared: int = 0) -> Tensor:
        """The last layer's output, normed, for a batch of sequences, from position `shared` on.

        The first `shared` tokens must be the same in every sequence: they are computed once.
        """
        embedding = self._embedding()
        x = functional.embedding(tokens[:, shared:], embedding)
        before: Seen | None = None
        if shared:
            first = functional.embedding(tokens[:1, :shared], embedding)
        for block in self.blk:
            if shared:
                first, before = block(first, self.cosine[:shared], self.sine[:shared])
            x, _ = block(x, self.cosine[shared:], self.sine[shared:], before)
        out: Tensor = self.output_norm(x)
        return out

    def forward(self, tokens: Tensor) -> Tensor:
        """The logits at every position."""
        return self._logits(self.hidden(tokens))

    def loss(self, tokens: Tensor, targets: Tensor, weights: Tensor, shared: int = 0) -> Tensor:
        """The weighted mean of the cross entropy; targets of no weight cost nothing.

        `targets` and `weights` begin at position `shared`, as `hidden` does.
        """
        wanted = weights > 0
        logits = self._logits(self.hidden(tokens, shared)[wanted])
        each = functional.cross_entropy(logits.float(), targets[wanted], reduction="none")
        return (each * weights[wanted]).sum() / weights[wanted].sum()

    def round_products(self, *, on: bool) -> None:
        """Whether products are computed in eight bits, with gradients as if they were not."""
        self.rounded = on
        for part in self.modules():
            if isinstance(part, Linear):
                part.rounded = on

    def _embedding(self) -> Tensor:
        weight: Tensor = self.token_embd.weight
        return eight_bits(weight) if self.rounded else weight

    def _logits(self, hidden: Tensor) -> Tensor:
        inputs = eight_bits(hidden) if self.rounded else hidden
        return functional.linear(inputs, self._embedding())

    def parameter_count(self) -> int:
        """The number of weights."""
        return sum(parameter.numel() for parameter in self.parameters())


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Turn each pair (x0, x1), (x2, x3)… of a head by its position's angle."""
    length = x.shape[2]
    c, s = cosine[:length].to(x.dtype), sine[:length].to(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * c - odd * s, even * s + odd * c), -1).flatten(-2)


def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Causal attention over (batch, heads, positions, width); the queries are of the last ones.

    On a CPU the fused kernel's way back takes a fifth of a step for sequences as short as
    most requests; products and a softmax make training a quarter faster.
    """
    length, seen = q.shape[2], k.shape[2]
    if q.device.type != "cpu" and length == seen:
        return functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    later = torch.ones(length, seen, dtype=torch.bool, device=q.device).triu(1 + seen - length)
    if q.device.type != "cpu":
        return functional.scaled_dot_product_attention(q, k, v, attn_mask=~later)
    scores = (q @ k.transpose(-1, -2)).float() / math.sqrt(q.shape[-1])
    return torch.softmax(scores.masked_fill(later, -math.inf), -1).to(v.dtype) @ v


def eight_bits(x: Tensor) -> Tensor:
    """`x` rounded as Q8_0 rounds it, in blocks of its last dimension; its gradient passes."""
    blocks = x.detach().float().unflatten(-1, (-1, BLOCK))
    scale = blocks.abs().amax(-1, keepdim=True).clamp_min(1e-8) / LEVELS
    rounded = ((blocks / scale).round() * scale).flatten(-2).to(x.dtype)
    return x + (rounded - x.detach())
