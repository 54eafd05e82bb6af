"""Scaled dot-product attention: the formula, since PyTorch 1.13 has no public function for it yet."""
import math

import torch

from cases import CORE, Cases, rand, randn


def attention(mask=None, causal=False, scale=None):
    def run(q, k, v, *more):
        m = more[0] if more else mask
        scores = q @ k.transpose(-2, -1) * (1 / math.sqrt(q.shape[-1]) if scale is None else scale)
        if causal:
            m = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
        if m is not None:
            scores = scores.masked_fill(~m, -math.inf) if m.dtype == torch.bool else scores + m
        return scores.softmax(-1) @ v
    return run


def main():
    cases = Cases(CORE + 'attention.safetensors')
    q, k, v = randn(2, 3, 5, 4, seed=1), randn(2, 3, 7, 4, seed=2), randn(2, 3, 7, 6, seed=3)
    cases.run('plain', attention(), q, k, v, op='plain')
    cases.run('rank2', attention(), q[0, 0], k[0, 0], v[0, 0], op='plain')
    cases.run('scale', attention(scale=0.7), q, k, v, op='scale', scale=0.7)
    cases.run('causal', attention(causal=True), q, k, v, op='causal')
    cases.run('causal/long', attention(causal=True), k, q, v[:, :, :5], op='causal')
    cases.run('float', attention(), q, k, v, randn(5, 7, seed=4), op='mask')
    cases.run('float/broadcast', attention(), q, k, v, randn(2, 1, 1, 7, seed=5), op='mask')
    mask = rand(2, 1, 5, 7, seed=6) > 0.5
    mask[..., 0] = True
    cases.run('bool', attention(), q, k, v, mask, op='mask')
    cases.run('float32', attention(), *[t.float() for t in (q, k, v)], op='plain')
    cases.write()


if __name__ == '__main__':
    main()
