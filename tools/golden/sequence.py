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
    printed()


if __name__ == '__main__':
    main()
