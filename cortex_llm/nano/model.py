"""The network: a decoder of the llama architecture, so that llama.cpp runs its export as it is.

RMSNorm before each half-block, rotary positions on interleaved pairs (llama.cpp's layout, no
permutation at export), SwiGLU, tied embeddings. Only its training needs torch.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from cortex_llm.nano.sizes import Size

INITIAL = 0.02  # GPT-2's; the parts that add to the residual are scaled down by its depth


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


class Block(nn.Module):  # type: ignore[misc, unused-ignore]
    """Attention, then the gated feed-forward layer, each added to the residual."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.heads = size.heads
        self.attn_norm = Norm(size.width, size.epsilon)
        self.ffn_norm = Norm(size.width, size.epsilon)
        self.attn_q = nn.Linear(size.width, size.width, bias=False)
        self.attn_k = nn.Linear(size.width, size.width, bias=False)
        self.attn_v = nn.Linear(size.width, size.width, bias=False)
        self.attn_output = nn.Linear(size.width, size.width, bias=False)
        self.ffn_gate = nn.Linear(size.width, size.inner, bias=False)
        self.ffn_up = nn.Linear(size.width, size.inner, bias=False)
        self.ffn_down = nn.Linear(size.inner, size.width, bias=False)

    def forward(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        """One layer over a batch of sequences."""
        batch, length, width = x.shape

        def split(projected: Tensor) -> Tensor:
            return projected.view(batch, length, self.heads, -1).transpose(1, 2)

        h = self.attn_norm(x)
        q = rotate(split(self.attn_q(h)), cosine, sine)
        k = rotate(split(self.attn_k(h)), cosine, sine)
        y = functional.scaled_dot_product_attention(q, k, split(self.attn_v(h)), is_causal=True)
        x = x + self.attn_output(y.transpose(1, 2).reshape(batch, length, width))
        h = self.ffn_norm(x)
        return x + self.ffn_down(functional.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Nano(nn.Module):  # type: ignore[misc, unused-ignore]
    """The whole model. The output layer is the embedding."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size
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

    def hidden(self, tokens: Tensor) -> Tensor:
        """The last layer's output, normed, for a batch of sequences."""
        x = self.token_embd(tokens)
        for block in self.blk:
            x = block(x, self.cosine, self.sine)
        out: Tensor = self.output_norm(x)
        return out

    def forward(self, tokens: Tensor) -> Tensor:
        """The logits at every position."""
        return functional.linear(self.hidden(tokens), self.token_embd.weight)

    def loss(self, tokens: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
        """The weighted mean of the cross entropy; targets of no weight cost nothing."""
        wanted = weights > 0
        logits = functional.linear(self.hidden(tokens)[wanted], self.token_embd.weight)
        each = functional.cross_entropy(logits.float(), targets[wanted], reduction="none")
        return (each * weights[wanted]).sum() / weights[wanted].sum()

    def parameter_count(self) -> int:
        """The number of weights."""
        return sum(parameter.numel() for parameter in self.parameters())


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Turn each pair (x0, x1), (x2, x3)… of a head by its position's angle."""
    length = x.shape[2]
    c, s = cosine[:length].to(x.dtype), sine[:length].to(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * c - odd * s, even * s + odd * c), -1).flatten(-2)
