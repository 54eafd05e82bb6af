"""Packed sequences, projections; further keys of attention; attention pooling by its formulas; positions."""
import math

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from cases import NN, Cases, randn
from sequence import flat, run, with_weights


def packed():
    cases = Cases(NN + 'packed.safetensors')
    lengths = torch.tensor([5, 2, 4, 1])
    settings = [
        ('plain', {}, True), ('zeros', {}, False), ('bidirectional', dict(bidirectional=True), True),
        ('all', dict(num_layers=2, bidirectional=True, batch_first=True), True)]
    kinds = [('RNN', nn.RNN, {}), ('GRU', nn.GRU, {}), ('LSTM', nn.LSTM, {}), ('LSTM/proj', nn.LSTM, dict(proj_size=2))]
    for i, (kind, make, more) in enumerate(kinds):
        for j, (label, o, states) in enumerate(settings):
            for use in (lengths, None):
                if use is None and not more:
                    continue
                o = dict(o, **more)
                module = with_weights(make(3, 4, **o), 10 * i + j)
                layers = o.get('num_layers', 1) * (2 if o.get('bidirectional') else 1)
                first = o.get('batch_first', False)
                x = randn(*((4, 5, 3) if first else (5, 4, 3)), seed=40 + j)
                lstm = kind.startswith('LSTM')
                widths = [o.get('proj_size', 4), 4] if lstm else [4]
                h = [randn(layers, 4, w, seed=60 + k) for k, w in enumerate(widths)] if states else []

                def call(m, t, *s):
                    state = (tuple(s) if lstm else s[0]) if s else None
                    if use is None:
                        return flat(m(t, state))
                    out, last = m(pack_padded_sequence(t, use, batch_first=first, enforce_sorted=False), state)
                    return flat((pad_packed_sequence(out, batch_first=first)[0], last))
                run(cases, f'{kind}/{label}/{use is not None}', module, [x] + h, call, op=kind.split('/')[0], extra={} if use is None else {'lengths': lengths}, **o)
    cases.write()


def further_keys():
    cases = Cases(NN + 'attention-keys.safetensors')
    q, k, v = randn(3, 2, 8, seed=1), randn(5, 2, 8, seed=2), randn(5, 2, 8, seed=3)
    hidden = torch.ones(3, 5, dtype=torch.bool).triu(3)
    added = randn(3, 5, seed=5)
    padding = torch.tensor([[False, False, False, True, True], [True] * 5])
    for bias_kv, zero in ((True, False), (False, True), (True, True)):
        for need in (True, False):
            for label, masks in (('plain', {}), ('masks', dict(attn_mask=hidden, key_padding_mask=padding)), ('added', dict(attn_mask=added))):
                module = with_weights(nn.MultiheadAttention(8, 2, add_bias_kv=bias_kv, add_zero_attn=zero), 20)

                def call(m, *t):
                    out, w = m(*t, **masks, need_weights=need)
                    return [out, w] if need else out
                run(cases, f'{bias_kv}/{zero}/{need}/{label}', module, [q, k, v], call, op='MultiheadAttention', extra=masks, need=need,
                    add_bias_kv=bias_kv, add_zero_attn=zero)
    cases.write()


def masked_softmax(scores, lengths):
    """The softmax over each row's keys alone, by the definition."""
    out = torch.zeros_like(scores)
    for n in range(scores.shape[0]):
        for t in range(scores.shape[1]):
            size = int(lengths[n, t] if lengths.dim() == 2 else lengths[n])
            out[n, t, :size] = torch.softmax(scores[n, t, :size], 0)
    return out


def pooling():
    cases = Cases(NN + 'attention-pooling.safetensors')
    row, each = torch.tensor([2, 4]), torch.tensor([[1, 3, 4], [4, 2, 1]])
    for label, lengths in (('row', row), ('each', each)):
        cases.run(f'softmax/{label}', lambda s: masked_softmax(s, lengths), randn(2, 3, 4, seed=1), op='softmax', extra={'lengths': lengths})
        q, k, v = randn(2, 3, 5, seed=2), randn(2, 4, 3, seed=3), randn(2, 4, 6, seed=4)
        wq, wk, wv = randn(7, 5, seed=5), randn(7, 3, seed=6), randn(1, 7, seed=7)

        def additive(q, k, v, wq, wk, wv):
            scores = torch.tanh((q @ wq.T)[:, :, None] + (k @ wk.T)[:, None]) @ wv.T
            return masked_softmax(scores.squeeze(-1), lengths) @ v
        cases.run(f'additive/{label}', additive, q, k, v, wq, wk, wv, op='additive', extra={'lengths': lengths})
        k5 = randn(2, 4, 5, seed=8)
        cases.run(f'dot/{label}', lambda q, k, v: masked_softmax(q @ k.transpose(1, 2) / math.sqrt(5), lengths) @ v, q, k5, v, op='dot', extra={'lengths': lengths})
    x, y, w = randn(5, seed=9), randn(5, seed=10), randn(1, seed=11)
    cases.run('nadarayawatson', lambda t, x, y, w: torch.softmax(-((t[:, None] - x[None]) * w) ** 2 / 2, 1) @ y, randn(4, seed=12), x, y, w, op='nadarayawatson')
    others = randn(4, 3, seed=13), randn(4, 3, seed=14)
    cases.run('nadarayawatson/each', lambda t, x, y, w: (torch.softmax(-((t[:, None] - x) * w) ** 2 / 2, 1) * y).sum(1), randn(4, seed=12), *others, w, op='nadarayawatson')
    for past in (0, 3):
        for base in (10000, 500):
            q = randn(2, 3, 6, 8, seed=15, dtype=torch.float32)
            angle = torch.arange(past, past + 6, dtype=torch.float64)[:, None] * base ** (-torch.arange(0, 8, 2, dtype=torch.float64) / 8)
            turn = torch.polar(torch.ones_like(angle), angle)

            def pairs(x):
                return torch.view_as_real(torch.view_as_complex(x.double().unflatten(-1, (4, 2))) * turn).flatten(-2).float()

            def halves(x):
                y = torch.complex(x[..., :4].double(), x[..., 4:].double()) * turn
                return torch.cat([y.real, y.imag], -1).float()
            cases.run(f'rotary/pairs/{past}/{base}', pairs, q, op='rotary', past=past, base=base, interleaved=True)
            cases.run(f'rotary/halves/{past}/{base}', halves, q, op='rotary', past=past, base=base, interleaved=False)

    def slopes(n):
        """As the paper's appendix has them."""
        start = 2 ** (-2 ** -(math.log2(n) - 3)) if math.log2(n).is_integer() else None
        if start is not None:
            return [start * start ** i for i in range(n)]
        closest = 2 ** math.floor(math.log2(n))
        return slopes(closest) + slopes(2 * closest)[0::2][:n - closest]
    for heads in (1, 8, 12):
        bias = torch.tensor(slopes(heads), dtype=torch.float64)[:, None, None] * -(torch.arange(2, 5)[:, None] - torch.arange(5)[None]).abs()
        cases.add(f'alibi/{heads}', [], [bias.float()], op='alibi', heads=heads)
    cases.write()


if __name__ == '__main__':
    packed()
    further_keys()
    pooling()
