"""Gradients where functions bend, jump or saturate, of NaN and of infinities; reductions whose sums or squares overflow."""
import torch
import torch.nn.functional as F

from cases import CORE, Cases, name

INF, NAN = float('inf'), float('nan')


def pointwise(cases):
    # without -3 and 3, where PyTorch's hardswish has one slope in vectors and another at their ends
    bends = [-4., -2.9, -1., -0.5, 0., 0.5, 1., 2.9, 6., 7.]
    far = [100., 1000., -1000., 17.8, 20., 25., -17., -20.]
    for dtype in (torch.float32, torch.float64):
        x = torch.tensor(bends + far, dtype=dtype)
        for op, function in {
            'abs': torch.abs, 'relu': torch.relu, 'relu6': F.relu6, 'elu': F.elu, 'selu': F.selu, 'softplus': F.softplus,
            'mish': F.mish, 'logSigmoid': F.logsigmoid, 'hardswish': F.hardswish, 'hardsigmoid': F.hardsigmoid,
            'hardtanh': F.hardtanh, 'softsign': F.softsign, 'floor': torch.floor, 'ceil': torch.ceil, 'round': torch.round,
            'trunc': torch.trunc, 'sign': torch.sign, 'frac': torch.frac,
        }.items():
            cases.run(f'{op}/{name(dtype)}', function, x, op=op)
        cases.run(f'celu/{name(dtype)}', lambda t: F.celu(t, 0.5), x, op='celu', alpha=0.5)
        cases.run(f'softplus/beta/{name(dtype)}', lambda t: F.softplus(t, 5), x, op='softplusBeta', beta=5.0)
        cases.run(f'threshold/{name(dtype)}', lambda t: F.threshold(t, 0.5, 3.), x, op='threshold', threshold=0.5, value=3.0)
        cases.run(f'clamp/{name(dtype)}', lambda t: t.clamp(-1, 3), x, op='clamp', min=-1.0, max=3.0)
        cases.run(f'clamp/reversed/{name(dtype)}', lambda t: t.clamp(1, -1), x, op='clamp', min=1.0, max=-1.0)
        cases.run(f'hardtanh/reversed/{name(dtype)}', lambda t: F.hardtanh(t, .5, -.5), x, op='hardtanhBounds', min=0.5, max=-0.5)
        cases.run(f'clamp/tensors/{name(dtype)}', lambda t, a, b: t.clamp(a, b), x, torch.full_like(x, -1), torch.full_like(x, 3), op='clampTensors')
        p = torch.tensor([0., 1., -1., 2., 0.5, 0.25, 1e-6], dtype=dtype)
        cases.run(f'logit/{name(dtype)}', torch.logit, p, op='logit')
        a = torch.tensor([NAN, 1., NAN, 1., 2., INF, -INF], dtype=dtype)
        b = torch.tensor([1., NAN, NAN, 1., 1., INF, INF], dtype=dtype)
        for op, function in {'maximum': torch.maximum, 'minimum': torch.minimum}.items():
            cases.run(f'{op}/{name(dtype)}', function, a, b, op=op)
        cases.run(f'abs/odd/{name(dtype)}', torch.abs, a, op='abs')
        for op, mode in {'divFloor': 'floor', 'divTrunc': 'trunc'}.items():
            cases.run(f'{op}/{name(dtype)}', lambda s, t: torch.div(s, t, rounding_mode=mode), x, x.flip(0) + 0.25, op=op)
        for op in ('copysign', 'fmod', 'remainder'):
            cases.run(f'{op}/{name(dtype)}', getattr(torch, op), x + 0.125, x.flip(0) + 0.25, op=op)
    for op, function in {'hardtanh': F.hardtanh, 'relu6': F.relu6, 'softsign': F.softsign, 'tanhshrink': F.tanhshrink}.items():
        for dtype in (torch.int64, torch.int32, torch.int16, torch.int8):
            cases.run(f'{op}/{name(dtype)}', function, torch.tensor([-7, -1, 0, 1, 5, 8], dtype=dtype), op=op)
    for dtype in (torch.int64, torch.uint8):
        cases.run(f'threshold/{name(dtype)}', lambda t: F.threshold(t, 1, 5), torch.tensor([0, 1, 2, 9], dtype=dtype), op='threshold', threshold=1.0, value=5.0)


def norms(cases):
    for p in (0.5, 1, 1.5, 2, 3, INF, -INF, -1, -0.5):
        for label, values in {'zeros': [0., 0., 0.], 'zero': [0., 1., 4.], 'none': [2., -1., 4.]}.items():
            cases.run(f'norm/{p}/{label}', lambda t: t.norm(p), torch.tensor(values, dtype=torch.float64), op='normP', p=p)
    for dtype in (torch.float32, torch.float64):
        cases.run(f'std/large/{name(dtype)}', lambda t: t.std(), torch.tensor([1e20, 2e20, 3e20], dtype=dtype), op='std')
        cases.run(f'std/rows/{name(dtype)}', lambda t: t.std(1), torch.tensor([[1e4 + 1, 1e4 + 2, 1e4 + 4], [-1e8, 0, 1e8], [1e-20, 2e-20, 4e-20]], dtype=dtype), gradients=dtype == torch.float64, op='stdDim', dim=1)
        cases.run(f'var/one/{name(dtype)}', lambda t: t.var(0, unbiased=False), torch.tensor([[3., -2.]], dtype=dtype), op='varBiased', dim=0)
    half = torch.tensor([-6984., -17232., -13832., -12080.])
    for dtype in (torch.float16, torch.bfloat16):
        for op in ('std', 'var', 'mean', 'sum'):
            cases.run(f'{op}/{name(dtype)}', lambda t: getattr(t, op)(), half.to(dtype), gradients=False, op=op)
    cases.run('max/nan', lambda t: t.max(), torch.tensor([NAN, 1., NAN]), op='max')
    cases.run('min/nan', lambda t: t.min(), torch.tensor([NAN, 1., NAN]), op='min')
    x, y = torch.tensor([[1., 0.], [0., 1.]]), torch.tensor([[2.]])
    shapes = {'one': (x, y), 'row': (x, torch.tensor([2., 1.])), 'pairs': (x.unsqueeze(1), x.unsqueeze(0) + 0.5), 'longer': (x[0], x + 0.25)}
    for label, (a, b) in shapes.items():
        cases.run(f'cosineSimilarity/{label}', lambda s, t: F.cosine_similarity(s, t, -1), a.double(), b.double(), op='cosineSimilarity', dim=-1)


def losses(cases):
    d = torch.tensor([INF, -INF, NAN, 1., -1., 0., 0.5, 2.])
    zero = torch.zeros_like(d)
    for op, function in {'l1Loss': F.l1_loss, 'smoothL1Loss': F.smooth_l1_loss}.items():
        cases.run(op, lambda a: function(a, zero, reduction='none'), d, op=op)
    cases.run('huberLoss', lambda a: F.huber_loss(a, zero, reduction='none', delta=2.), d, op='huberLoss', delta=2.0)
    p, y = torch.tensor([1., 0., 1., 0., 0.5, 0.25]), torch.tensor([1., 0., 0., 1., 1., 0.25])
    for reduction in ('none', 'mean', 'sum'):
        cases.run(f'bceLoss/{reduction}', lambda a: F.binary_cross_entropy(a, y, reduction=reduction), p, op='bceLoss', reduction=reduction, extra={'target': y})
    x = torch.tensor([15., 20., -15., -20., 0., 100., -100., 3.], dtype=torch.float64)
    t = torch.tensor([1., 1., 0., 0., 1., 0., 1., 0.3], dtype=torch.float64)
    cases.run('bceWithLogits', lambda a: F.binary_cross_entropy_with_logits(a, t, reduction='none'), x, op='bceWithLogits', extra={'target': t})
    big = {'equal': [1e4, 1e4, 0.], 'apart': [1e9, 0., 1e9], 'low': [-1e6, -1e6 + 1, -1e6]}
    for label, row in big.items():
        for dtype in (torch.float32, torch.float64):
            z = torch.tensor([row, row[::-1]], dtype=dtype)
            target = torch.tensor([0, 1])
            for smoothing in (0.0, 0.1):
                cases.run(f'crossEntropy/{label}/{smoothing}/{name(dtype)}', lambda a: F.cross_entropy(a, target, label_smoothing=smoothing), z, op='crossEntropy', smoothing=smoothing, extra={'target': target})
            w = torch.tensor([0.5, 2., 1.], dtype=dtype)
            cases.run(f'crossEntropy/weight/{label}/{name(dtype)}', lambda a: F.cross_entropy(a, target, w), z, op='crossEntropy', extra={'target': target, 'weight': w})
            soft = torch.tensor([[0.5, 0.25, 0.25], [0., 1., 0.]], dtype=dtype)
            cases.run(f'crossEntropy/soft/{label}/{name(dtype)}', lambda a, b: F.cross_entropy(a, b), z, soft, op='crossEntropySoft')
    z, none = torch.tensor([[1., 2., 0.], [3., 4., -1.]]), torch.tensor([1, 1])
    for reduction in ('mean', 'sum', 'none'):
        for smoothing in (0.0, 0.1):
            cases.run(f'crossEntropy/ignored/{smoothing}/{reduction}', lambda a: F.cross_entropy(a, none, ignore_index=1, label_smoothing=smoothing, reduction=reduction), z, op='crossEntropy', ignore=1, smoothing=smoothing, reduction=reduction, extra={'target': none})
        w = torch.tensor([1., 2., 3.])
        cases.run(f'crossEntropy/ignored/weight/{reduction}', lambda a: F.cross_entropy(a, none, w, ignore_index=1, reduction=reduction), z, op='crossEntropy', ignore=1, reduction=reduction, extra={'target': none, 'weight': w})
        cases.run(f'nllLoss/ignored/{reduction}', lambda a: F.nll_loss(a, none, ignore_index=1, reduction=reduction), z, op='nllLoss', ignore=1, reduction=reduction, extra={'target': none})


def main():
    cases = Cases(CORE + 'bends.safetensors')
    pointwise(cases)
    norms(cases)
    losses(cases)
    cases.write()


if __name__ == '__main__':
    main()
