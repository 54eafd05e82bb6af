"""Recurrent and attention layers: results, and gradients by inputs, states and weights; what they print."""
import torch
from torch import nn

from cases import NN, ROOT, Cases, randn, rand


def with_weights(module, seed):
    """Gives the module float64 weights that do not depend on torch's initialisers."""
    module = module.double().train(False)
    for i, (name, p) in enumerate(module.named_parameters()):
        p.data = randn(*p.shape, seed=seed + i) * 0.4
        if 'norm' in name and name.endswith('weight'):
            p.data += 1
    return module


def run(cases, label, module, inputs, call, outputs=None, extra=None, **attributes):
    """A case whose inputs are those given and then all parameters, in their order."""
    parameters = list(module.parameters())
    names = [n for n, _ in module.named_parameters()]

    def function(*t):
        given = t[:len(inputs)]
        for p, value in zip(parameters, t[len(inputs):]):
            p.data = value.data
            p.grad = None
        result = call(module, *given)
        function.parameters = parameters
        return result

    leaves = [t.detach().clone().requires_grad_() if t is not None else None for t in inputs]
    results = function(*leaves, *[p.detach().clone() for p in parameters])
    results = [r for r in (results if isinstance(results, (list, tuple)) else [results])]
    ups = [randn(*r.shape, seed=1000 + i) for i, r in enumerate(results)]
    torch.autograd.backward(results, ups)
    grads = [t.grad for t in leaves] + [p.grad if p.grad is not None else torch.zeros_like(p) for p in parameters]
    cases.add(label, list(inputs) + [p.data for p in parameters], results, ups, grads, extra, given=len(inputs), names=names, **attributes)


def flat(result):
    output, states = result
    return [output] + (list(states) if isinstance(states, tuple) else [states])


def recurrent():
    cases = Cases(NN + 'recurrent.safetensors')
    kinds = {'RNN': nn.RNN, 'GRU': nn.GRU, 'LSTM': nn.LSTM}
    settings = [
        ('plain', {}, True), ('zeros', {}, False), ('layers', dict(num_layers=2), True), ('bidirectional', dict(bidirectional=True), True),
        ('all', dict(num_layers=2, bidirectional=True, batch_first=True), True), ('nobias', dict(bias=False), True), ('batchfirst', dict(batch_first=True), False)]
    for i, (kind, make) in enumerate(kinds.items()):
        for j, (label, o, states) in enumerate(settings):
            module = with_weights(make(3, 4, **o), 10 * i + j)
            layers = o.get('num_layers', 1) * (2 if o.get('bidirectional') else 1)
            x = randn(*((2, 5, 3) if o.get('batch_first') else (5, 2, 3)), seed=40 + j)
            h = [randn(layers, 2, 4, seed=60 + k) for k in range(2 if kind == 'LSTM' else 1)] if states else []
            call = lambda m, t, *s: flat(m(t, (s[0] if kind != 'LSTM' else tuple(s)) if s else None))
            run(cases, f'{kind}/{label}', module, [x] + h, call, op=kind, **{k: v for k, v in o.items()})
        module = with_weights(make(3, 4), 70 + i)
        run(cases, f'{kind}/unbatched', module, [randn(5, 3, seed=80)], lambda m, t: flat(m(t)), op=kind)
        run(cases, f'{kind}/onestep', module, [randn(1, 2, 3, seed=81)], lambda m, t: flat(m(t)), op=kind)
    run(cases, 'RNN/relu', with_weights(nn.RNN(3, 4, nonlinearity='relu'), 90), [randn(5, 2, 3, seed=91)], lambda m, t: flat(m(t)), op='RNN', nonlinearity='relu')
    h, c = randn(2, 4, seed=92), randn(2, 4, seed=93)
    for bias in (True, False):
        for kind, make, states in (('RNNCell', nn.RNNCell, [h]), ('GRUCell', nn.GRUCell, [h]), ('LSTMCell', nn.LSTMCell, [h, c])):
            run(cases, f'{kind}/{bias}', with_weights(make(3, 4, bias=bias), 94), [randn(2, 3, seed=95)] + states,
                lambda m, t, *s: list(m(t, tuple(s))) if kind == 'LSTMCell' else m(t, *s), op=kind, bias=bias)
    run(cases, 'RNNCell/relu', with_weights(nn.RNNCell(3, 4, nonlinearity='relu'), 96), [randn(2, 3, seed=97)], lambda m, t: m(t), op='RNNCell', nonlinearity='relu')
    run(cases, 'LSTMCell/unbatched', with_weights(nn.LSTMCell(3, 4), 98), [randn(3, seed=99)], lambda m, t: list(m(t)), op='LSTMCell')
    cases.write()


def attention():
    cases = Cases(NN + 'attention-layers.safetensors')
    q, k, v = randn(3, 2, 8, seed=1), randn(5, 2, 8, seed=2), randn(5, 2, 8, seed=3)
    hidden = torch.ones(3, 5, dtype=torch.bool).triu(3)
    padding = torch.tensor([[False, False, False, True, True], [False] * 5])
    each = (rand(4, 3, 5, seed=4) < 0.3).index_fill(2, torch.tensor([0]), False)
    self_mask = torch.ones(3, 3, dtype=torch.bool).triu(1)
    added = randn(3, 5, seed=5)

    def mha(label, inputs, o=None, **c):
        o = o or {}
        module = with_weights(nn.MultiheadAttention(8, 2, **o), 20)
        masks = {n: c[n] for n in ('attn_mask', 'key_padding_mask') if n in c}
        weights = c.get('need_weights', True)
        options = dict(need_weights=weights, average_attn_weights=c.get('average', True))

        def call(m, *t):
            out, w = m(*(t if len(t) == 3 else t * 3), **masks, **options)
            return [out, w] if weights else out
        run(cases, f'MultiheadAttention/{label}', module, inputs, call, op='MultiheadAttention', extra=masks, need=weights, average=c.get('average', True),
            **{n: o[n] for n in o})

    mha('plain', [q, k, v])
    mha('self', [q])
    mha('self/noweights', [q], need_weights=False)
    mha('noweights', [q, k, v], need_weights=False)
    mha('batchfirst', [t.transpose(0, 1) for t in (q, k, v)], dict(batch_first=True))
    mha('self/batchfirst', [q.transpose(0, 1)], dict(batch_first=True), need_weights=False)
    mha('unbatched', [t[:, 0] for t in (q, k, v)])
    mha('nobias', [q, k, v], dict(bias=False))
    mha('kdim', [q, randn(5, 2, 3, seed=6), randn(5, 2, 4, seed=7)], dict(kdim=3, vdim=4), need_weights=False)
    mha('heads', [q, k, v], average=False)
    for need in (True, False):
        mha(f'attnmask/{need}', [q, k, v], attn_mask=hidden, need_weights=need)
        mha(f'padding/{need}', [q, k, v], key_padding_mask=padding, need_weights=need)
        mha(f'both/{need}', [q, k, v], attn_mask=hidden, key_padding_mask=padding, need_weights=need)
        mha(f'each/{need}', [q, k, v], attn_mask=each, need_weights=need)
        mha(f'added/{need}', [q, k, v], attn_mask=added, key_padding_mask=padding, need_weights=need)
        mha(f'causal/{need}', [q], attn_mask=self_mask, need_weights=need)
    x, memory = randn(3, 2, 8, seed=8), randn(5, 2, 8, seed=9)
    for norm_first in (False, True):
        for activation in ('relu', 'gelu'):
            o = dict(dim_feedforward=12, norm_first=norm_first, activation=activation)
            label = f'{norm_first}/{activation}'
            pad = torch.tensor([[False, False, True], [False] * 3])
            run(cases, f'TransformerEncoderLayer/{label}', with_weights(nn.TransformerEncoderLayer(8, 2, **o), 30), [x], lambda m, t: m(t), op='TransformerEncoderLayer', **o)
            run(cases, f'TransformerEncoderLayer/masks/{label}', with_weights(nn.TransformerEncoderLayer(8, 2, **o), 30), [x], lambda m, t: m(t, self_mask, pad), op='TransformerEncoderLayer',
                extra={'src_mask': self_mask, 'src_key_padding_mask': pad}, **o)
            run(cases, f'TransformerDecoderLayer/{label}', with_weights(nn.TransformerDecoderLayer(8, 2, **o), 50), [x, memory], lambda m, t, y: m(t, y, self_mask, hidden, None, padding),
                op='TransformerDecoderLayer', extra={'tgt_mask': self_mask, 'memory_mask': hidden, 'memory_key_padding_mask': padding}, **o)
    o = dict(dim_feedforward=12)
    xb = x.transpose(0, 1)
    run(cases, 'TransformerEncoderLayer/batchfirst', with_weights(nn.TransformerEncoderLayer(8, 2, batch_first=True, **o), 30), [xb], lambda m, t: m(t), op='TransformerEncoderLayer', batch_first=True, **o)
    run(cases, 'TransformerEncoder', with_weights(nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, **o), 2, nn.LayerNorm(8)), 30), [x], lambda m, t: m(t), op='TransformerEncoder', **o)
    run(cases, 'TransformerDecoder', with_weights(nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, **o), 2, nn.LayerNorm(8)), 30), [x, memory], lambda m, t, y: m(t, y), op='TransformerDecoder', **o)
    run(cases, 'Transformer', with_weights(nn.Transformer(8, 2, 1, 2, **o), 30), [memory, x], lambda m, s, t: m(s, t, tgt_mask=nn.Transformer.generate_square_subsequent_mask(3).double()), op='Transformer', **o)
    run(cases, 'Transformer/batchfirst', with_weights(nn.Transformer(8, 2, 1, 2, batch_first=True, **o), 30), [memory.transpose(0, 1), xb], lambda m, s, t: m(s, t, tgt_mask=nn.Transformer.generate_square_subsequent_mask(3).double()), op='Transformer', batch_first=True, **o)
    table = torch.zeros(9, 8)
    angle = torch.arange(9, dtype=torch.float32).reshape(-1, 1) / torch.pow(10000, torch.arange(0, 8, 2, dtype=torch.float32) / 8)
    table[:, 0::2], table[:, 1::2] = torch.sin(angle), torch.cos(angle)
    y = randn(2, 6, 8, seed=10, dtype=torch.float32)
    cases.run('PositionalEncoding', lambda t: t + table[:6], y, op='PositionalEncoding')
    cases.write()


def printed():
    modules = {
        'GRU': nn.GRU(3, 4), 'GRU/options': nn.GRU(3, 4, 2, batch_first=True, dropout=0.5, bidirectional=True, bias=False), 'RNN/relu': nn.RNN(3, 4, nonlinearity='relu'), 'LSTM': nn.LSTM(3, 4),
        'GRUCell': nn.GRUCell(3, 4), 'RNNCell/relu': nn.RNNCell(3, 4, nonlinearity='relu'), 'LSTMCell/nobias': nn.LSTMCell(3, 4, bias=False),
    }
    with open(f'{ROOT}/{NN}sequence-modules.txt', 'w') as file:
        file.write(''.join(f'=== {label}\n{module}\n' for label, module in modules.items()))
    print(len(modules), 'module texts')


def main():
    recurrent()
    attention()
    printed()


if __name__ == '__main__':
    main()
