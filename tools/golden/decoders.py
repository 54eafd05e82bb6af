"""Decoder-only language models, written here from the papers: logits, the gradient of one weight, greedy continuations.

Llama (Touvron et al., 2023) with grouped queries (Ainslie et al., 2023), rotary positions (Su et al., 2021) and their
scalings (Chen et al., 2023; Peng et al., 2023; Llama 3.1's), sliding windows (Jiang et al., 2023), Qwen's biases and
norms of queries and keys; GPT-2 (Radford et al., 2019). Weights are formulas of their names, as in `models.py`; only
results are stored.
"""
import math

import torch

from cases import TEXT, Cases
from models import formula

VOCABULARY = 61


class Weights:
    """Weights by name, made when first asked for; `gradient` names the one whose gradient is wanted."""

    def __init__(self, gradient):
        self.all = {}
        self.gradient = gradient

    def get(self, name, *shape):
        if name not in self.all:
            u = formula(name, shape)
            if len(shape) > 1:
                u = u * (6.0 / (u.numel() / shape[0])) ** 0.5
            else:
                u = 1 + 0.25 * u if name.endswith('weight') else 0.1 * u
            self.all[name] = u.requires_grad_(name == self.gradient)
        return self.all[name]

    def linear(self, name, x, out, bias):
        y = x @ self.get(name + '.weight', out, x.shape[-1]).T
        return y + self.get(name + '.bias', out) if bias else y


def rms(x, weight, eps):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + eps) * weight


def layer_norm(x, weight, bias, eps=1e-5):
    centred = x - x.mean(-1, keepdim=True)
    return centred / torch.sqrt((centred * centred).mean(-1, keepdim=True) + eps) * weight + bias


def frequencies(c, positions):
    """The angle per position of each pair, and the factor of cosines and sines."""
    d, base, s = c['head_dim'], c['rope_theta'], c.get('scaling') or {}
    j = torch.arange(d // 2, dtype=torch.float64)
    f = base ** (-2 * j / d)
    kind, factor, trained = s.get('type', 'default'), s.get('factor', 1.0), s.get('trained')
    if kind == 'linear':
        return f / factor, 1.0
    if kind == 'dynamic':
        n = max(int(positions.max()) + 1, trained)
        return (base * (factor * n / trained - (factor - 1)) ** (d / (d - 2))) ** (-2 * j / d), 1.0
    if kind == 'llama3':
        out = []
        for w in f.tolist():
            length = 2 * math.pi / w
            if length < trained / s['high']:
                out.append(w)
            elif length > trained / s['low']:
                out.append(w / factor)
            else:
                smooth = (trained / length - s['low']) / (s['high'] - s['low'])
                out.append((1 - smooth) * w / factor + smooth * w)
        return torch.tensor(out, dtype=torch.float64), 1.0
    if kind == 'yarn':
        def pair(turns):
            return d * math.log(trained / (turns * 2 * math.pi)) / (2 * math.log(base))
        low, high = max(math.floor(pair(32.0)), 0), min(math.ceil(pair(1.0)), d - 1)
        ramp = ((j - low) / max(high - low, 0.001)).clamp(0, 1)
        return f / factor * ramp + f * (1 - ramp), 0.1 * math.log(factor) + 1
    return f, 1.0


def rotate(x, angle, factor):
    a, b = x.chunk(2, -1)
    cos, sin = angle.cos() * factor, angle.sin() * factor
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


def attend(q, k, v, mask):
    k = k.repeat_interleave(q.shape[1] // k.shape[1], 1)
    v = v.repeat_interleave(q.shape[1] // v.shape[1], 1)
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    return scores.masked_fill(~mask, -math.inf).softmax(-1) @ v


def visible(length, window, padding):
    i = torch.arange(length)
    mask = i[None, :] <= i[:, None]
    if window:
        mask = mask & (i[None, :] > i[:, None] - window)
    mask = mask[None, None].expand(1 if padding is None else padding.shape[0], 1, length, length)
    if padding is not None:
        mask = mask & padding[:, None, None, :].bool() | torch.eye(length, dtype=torch.bool)
    return mask


def heads(x, n):
    return x.unflatten(-1, (n, x.shape[-1] // n)).transpose(1, 2)


def positions_of(ids, padding):
    if padding is None:
        return torch.arange(ids.shape[1])[None]
    return (padding.cumsum(1) - 1).clamp(min=0)


def llama(c, w, ids, padding=None):
    width, h, g, d, eps = c['width'], c['heads'], c['kv_heads'], c['head_dim'], 1e-6
    positions = positions_of(ids, padding)
    f, factor = frequencies(c, positions)
    angle = (positions.double()[:, None, :, None] * f)
    x = w.get('model.embed_tokens.weight', VOCABULARY, width)[ids]
    for i in range(c['layers']):
        p = f'model.layers.{i}.'
        y = rms(x, w.get(p + 'input_layernorm.weight', width), eps)
        q = heads(w.linear(p + 'self_attn.q_proj', y, h * d, c['bias']), h)
        k = heads(w.linear(p + 'self_attn.k_proj', y, g * d, c['bias']), g)
        v = heads(w.linear(p + 'self_attn.v_proj', y, g * d, c['bias']), g)
        if c['norms']:
            q = rms(q, w.get(p + 'self_attn.q_norm.weight', d), eps)
            k = rms(k, w.get(p + 'self_attn.k_norm.weight', d), eps)
        q, k = rotate(q, angle, factor), rotate(k, angle, factor)
        y = attend(q, k, v, visible(ids.shape[1], c['windows'][i], padding)).transpose(1, 2).flatten(2)
        x = x + w.linear(p + 'self_attn.o_proj', y, width, c['out_bias'])
        y = rms(x, w.get(p + 'post_attention_layernorm.weight', width), eps)
        gate = w.linear(p + 'mlp.gate_proj', y, c['inner'], False)
        y = gate * torch.sigmoid(gate) * w.linear(p + 'mlp.up_proj', y, c['inner'], False)
        x = x + w.linear(p + 'mlp.down_proj', y, width, False)
    x = rms(x, w.get('model.norm.weight', width), eps)
    if c['tied']:
        return x @ w.get('model.embed_tokens.weight', VOCABULARY, width).T
    return w.linear('lm_head', x, VOCABULARY, False)


def gpt2(c, w, ids, padding=None):
    width, h = c['width'], c['heads']
    positions = positions_of(ids, padding)
    x = w.get('transformer.wte.weight', VOCABULARY, width)[ids]
    x = x + w.get('transformer.wpe.weight', c['positions'], width)[positions]
    for i in range(c['layers']):
        p = f'transformer.h.{i}.'
        y = layer_norm(x, w.get(p + 'ln_1.weight', width), w.get(p + 'ln_1.bias', width))
        q, k, v = w.linear(p + 'attn.c_attn', y, 3 * width, True).chunk(3, -1)
        y = attend(heads(q, h), heads(k, h), heads(v, h), visible(ids.shape[1], 0, padding)).transpose(1, 2).flatten(2)
        x = x + w.linear(p + 'attn.c_proj', y, width, True)
        y = layer_norm(x, w.get(p + 'ln_2.weight', width), w.get(p + 'ln_2.bias', width))
        y = w.linear(p + 'mlp.c_fc', y, 4 * width, True)
        y = 0.5 * y * (1 + torch.tanh(math.sqrt(2 / math.pi) * (y + 0.044715 * y ** 3)))
        x = x + w.linear(p + 'mlp.c_proj', y, width, True)
    x = layer_norm(x, w.get('transformer.ln_f.weight', width), w.get('transformer.ln_f.bias', width))
    return x @ w.get('transformer.wte.weight', VOCABULARY, width).T


LLAMA = dict(network=llama, width=24, heads=4, kv_heads=2, head_dim=6, inner=40, layers=2, rope_theta=10000.0, bias=False,
             out_bias=False, norms=False, windows=(0, 0), tied=False)
WIDE = dict(LLAMA, width=32, head_dim=8)
GPT2 = dict(network=gpt2, width=24, heads=4, layers=2, positions=32)
GREEDY = 8


def ids(rows, length, salt):
    return ((formula(salt, (rows, length)) + 1) / 2 * VOCABULARY).long().clamp(0, VOCABULARY - 1)


def greedy(c, w, prompt):
    with torch.no_grad():
        for _ in range(GREEDY):
            prompt = torch.cat((prompt, c['network'](c, w, prompt)[:, -1:].argmax(-1)), 1)
    return prompt[:, -GREEDY:]


def case(cases, name, c, gradient, length=11, padding=None):
    w = Weights(gradient)
    x = ids(2, length, name)
    logits = c['network'](c, w, x, padding)
    kept = logits if padding is None else logits * padding[..., None]
    (kept * formula('up', kept.shape)).sum().backward()
    extra = {'gradient': w.all[gradient].grad, 'greedy': greedy(c, w, x[:1])}
    if padding is not None:
        extra['mask'] = padding
    cases.add(name, [x], [kept], extra=extra, weight=gradient)


def main():
    cases = Cases(TEXT + 'decoders.safetensors')
    k = 'model.layers.0.self_attn.k_proj.weight'
    case(cases, 'llama', LLAMA, k)
    case(cases, 'llama/tied', dict(LLAMA, tied=True, kv_heads=1), 'model.embed_tokens.weight')
    case(cases, 'llama/biases', dict(LLAMA, bias=True, out_bias=True), 'model.layers.1.self_attn.o_proj.bias')
    case(cases, 'llama/linear', dict(LLAMA, scaling=dict(type='linear', factor=4.0)), k)
    case(cases, 'llama/dynamic', dict(LLAMA, scaling=dict(type='dynamic', factor=2.0, trained=8)), k)
    case(cases, 'llama/llama3', dict(WIDE, rope_theta=500.0, scaling=dict(type='llama3', factor=8.0, low=1.0, high=4.0,
                                                                         trained=64)), k)
    case(cases, 'llama/yarn', dict(WIDE, rope_theta=500.0, scaling=dict(type='yarn', factor=4.0, trained=64)), k)
    case(cases, 'mistral', dict(LLAMA, windows=(4, 4)), k)
    case(cases, 'qwen2', dict(LLAMA, bias=True), 'model.layers.1.self_attn.k_proj.bias')
    case(cases, 'qwen2/window', dict(LLAMA, bias=True, windows=(0, 3)), 'model.layers.1.self_attn.k_proj.bias')
    case(cases, 'qwen3', dict(LLAMA, head_dim=8, norms=True), 'model.layers.0.self_attn.q_norm.weight')
    case(cases, 'gpt2', GPT2, 'transformer.h.0.attn.c_attn.weight')
    left = torch.ones(2, 11, dtype=torch.int64)
    left[1, :4] = 0
    right = left.flip(1)
    case(cases, 'llama/left', LLAMA, k, padding=left)
    case(cases, 'llama/right', LLAMA, k, padding=right)
    case(cases, 'mistral/left', dict(LLAMA, windows=(4, 4)), k, padding=left)
    case(cases, 'gpt2/left', GPT2, 'transformer.wpe.weight', padding=left)
    cases.write()


if __name__ == '__main__':
    main()
