"""Special functions of single elements, running results, differences and areas, uneven splits and rotations."""
import torch

from cases import CORE, Cases, ints, name, rand, randn
from pointwise import COMMON, INF, INTEGERS, NAN, SMOOTH, attempt, integers

# PyTorch's own slips are left out: i0 and i1 of infinities are NaN there, and i1's gradient takes NaN for tiny
UNARY = {
    'sinc': torch.sinc, 'signbit': torch.signbit, 'isposinf': torch.isposinf, 'isneginf': torch.isneginf, 'i0': torch.i0,
    'i1': torch.special.i1, 'erfcx': torch.special.erfcx,
}
BINARY = {
    'logaddexp': torch.logaddexp, 'logaddexp2': torch.logaddexp2, 'xlogy': torch.xlogy, 'xlog1py': torch.special.xlog1py,
    'heaviside': torch.heaviside, 'fmax': torch.fmax, 'fmin': torch.fmin, 'floatPower': torch.float_power,
    'clampMin': torch.clamp_min, 'clampMax': torch.clamp_max,
}
FLOATS = [torch.float32, torch.float64, torch.bfloat16, torch.float16]


def unary(cases):
    for op, function in UNARY.items():
        for dtype in FLOATS:
            grid = [v for v in COMMON if op != 'sinc' or v in (0, 0.5, -0.5, 1.5, 2.5, 0.1, 1e-3, 1e-8, 7.3, INF, NAN)]
            grid = [v for v in grid if op not in ('i0', 'i1') or abs(v) < 500 or v != v]
            # halves: what PyTorch computes in halves itself is coarser than ours
            attempt(cases, f'{op}/{name(dtype)}', function, torch.tensor(grid, dtype=torch.float64).to(dtype), gradients=False, op=op)
        attempt(cases, f'{op}/gradient', function, torch.tensor([0.] + SMOOTH, dtype=torch.float64), op=op)
        for dtype in INTEGERS:
            attempt(cases, f'{op}/{name(dtype)}', function, integers(dtype) if op != 'sinc' else ints(-3, 4, 5, dtype=dtype).abs(), gradients=False, op=op)
    x = torch.tensor([-INF, -1., 0., 1e-3, 0.2, 0.5, 0.7, 0.999, 1., 3., INF, NAN], dtype=torch.float64)
    for eps in (1e-3, 0.25):
        cases.run(f'logit/{eps}', lambda t: torch.logit(t, eps), x, op='logit', eps=eps)
    cases.run('logit/int64', lambda t: torch.logit(t, 0.1), torch.tensor([0, 1]), gradients=False, op='logit', eps=0.1)


def binary(cases):
    reals = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 7.25, -100.0, 1e-3, 200.0, INF, -INF, NAN]
    smooth = torch.tensor([-2.3, -0.7, 0.4, 1.6, 3.1], dtype=torch.float64)
    for op, function in BINARY.items():
        for dtype in FLOATS:
            values = reals if dtype in (torch.float32, torch.float64) else [0.0, 1.0, -1.5, 3.25, -7.0, INF, NAN]
            a = torch.tensor(values, dtype=dtype).reshape(-1, 1)
            b = a.reshape(1, -1)
            if op == 'heaviside':
                b = torch.tensor([[0.5, NAN, -1.0]], dtype=dtype)
            attempt(cases, f'{op}/{name(dtype)}', function, a, b, gradients=False, op=op)
        for dtype in INTEGERS:
            x = integers(dtype)
            y = torch.tensor([0, 1, 2, 3], dtype=dtype) if op == 'floatPower' else x
            attempt(cases, f'{op}/{name(dtype)}', function, x.reshape(-1, 1), y.reshape(1, -1), gradients=False, op=op)
        b = torch.tensor([False, True])
        if op not in ('clampMin', 'clampMax'):
            attempt(cases, f'{op}/bool', function, b.reshape(2, 1), b.reshape(1, 2), gradients=False, op=op)
        attempt(cases, f'{op}/int64_float32', function, torch.tensor([[1], [2], [50]]), torch.tensor([[0.5, 2.0, 3.0]]), gradients=False, op=op)
        if op != 'heaviside':
            positive = op in ('xlogy', 'xlog1py', 'floatPower')
            a = torch.cat([smooth, torch.zeros(1, dtype=torch.float64)])
            b = smooth.flip(0) + 0.05
            a, b = (a.abs() + 0.1, b) if op == 'floatPower' else (a, b.abs()) if positive else (a, torch.cat([b, a[:2]]))
            attempt(cases, f'{op}/gradient', function, a.reshape(-1, 1), b.reshape(1, -1), op=op)
            attempt(cases, f'{op}/broadcast', function, a[:4].reshape(2, 2, 1), b[:3], op=op)
    x = torch.tensor([1., NAN, 2., NAN, 3., 5., 0., 4., -1.], dtype=torch.float64)
    low = torch.tensor([1., 1., NAN, NAN, 4., 6., -1., 2., 0.], dtype=torch.float64)
    high = torch.tensor([1., 2., 3., 4., 5., 2., 1., 3., 8.], dtype=torch.float64)
    cases.run('clamp/tensors', torch.clamp, x, low, high, op='clamp')
    for op, f in (('bitwiseAnd', torch.bitwise_and), ('bitwiseOr', torch.bitwise_or), ('bitwiseXor', torch.bitwise_xor),
                  ('bitwiseLeftShift', torch.bitwise_left_shift), ('bitwiseRightShift', torch.bitwise_right_shift)):
        for dtype in INTEGERS:
            cases.run(f'{op}/number/{name(dtype)}', lambda t: f(t, 3), integers(dtype), gradients=False, op=op + 'Number', number=3)
            cases.run(f'{op}/{name(dtype)}', f, integers(dtype).reshape(-1, 1), torch.tensor([[0, 1, 3, 7]], dtype=dtype), gradients=False, op=op)


def scans(cases):
    x = randn(3, 4, 2, seed=1)
    ties = ints(0, 4, 3, 7, seed=2)
    odd = torch.tensor([[1., 3., 3., NAN, 5., NAN, 2.], [-INF, -INF, 2., INF, INF, 1., -1.]])
    for op, function in (('cummax', torch.cummax), ('cummin', torch.cummin)):
        for dim in (0, 1, -1):
            cases.run(f'{op}/{dim}', lambda t: function(t, dim), x, op=op, dim=dim)
        for dtype in INTEGERS + FLOATS[:3]:
            cases.run(f'{op}/ties/{name(dtype)}', lambda t: function(t, 1), ties.to(dtype), gradients=False, op=op, dim=1)
        cases.run(f'{op}/ties/bool', lambda t: function(t, 1), ties > 1, gradients=False, op=op, dim=1)
        cases.run(f'{op}/ties/gradient', lambda t: function(t, 1), ties.double(), op=op, dim=1)
        cases.run(f'{op}/odd', lambda t: function(t, 1), odd, gradients=False, op=op, dim=1)
        cases.run(f'{op}/number', lambda t: function(t, 0), torch.tensor(3., dtype=torch.float64), op=op, dim=0)
        cases.run(f'{op}/empty', lambda t: function(t, 1), torch.zeros(2, 0, 3), gradients=False, op=op, dim=1)
    for dim in (0, 1, -1):
        cases.run(f'logcumsumexp/{dim}', lambda t: t.logcumsumexp(dim), x, op='logcumsumexp', dim=dim)
    wide = torch.tensor([-1000., 1000., 0., -800., 1001.], dtype=torch.float64)
    cases.run('logcumsumexp/wide', lambda t: t.logcumsumexp(0), wide, op='logcumsumexp', dim=0)
    cases.run('logcumsumexp/odd', lambda t: t.logcumsumexp(1), odd, gradients=False, op='logcumsumexp', dim=1)
    cases.run('logcumsumexp/number', lambda t: t.logcumsumexp(0), torch.tensor(3., dtype=torch.float64), op='logcumsumexp', dim=0)
    cases.run('logcumsumexp/float32', lambda t: t.logcumsumexp(0), randn(50, seed=3, dtype=torch.float32), gradients=False, op='logcumsumexp', dim=0)
    cases.run('logcumsumexp/bfloat16', lambda t: t.float().logcumsumexp(0).bfloat16(), randn(20, seed=3, dtype=torch.bfloat16), gradients=False, op='logcumsumexp', dim=0)
    for n in (0, 1, 2, 6):
        for dim in (0, -1):
            cases.run(f'diff/{n}/{dim}', lambda t: torch.diff(t, n, dim), randn(3, 5, seed=4), op='diff', n=n, dim=dim)
    a, b = randn(3, 1, seed=5), randn(3, 2, seed=6)
    cases.run('diff/both', lambda t, p, q: torch.diff(t, 2, 1, p, q), randn(3, 5, seed=4), a, b, op='diffBoth', n=2, dim=1)
    cases.run('diff/mixed', lambda t, p: torch.diff(t, 1, 0, prepend=p), torch.tensor([1, 2, 4]), torch.tensor([0.5]), gradients=False, op='diffPrepend', n=1, dim=0)
    cases.run('diff/bool', torch.diff, torch.tensor([True, False, False, True]), gradients=False, op='diff', n=1, dim=-1)
    cases.run('diff/uint8', torch.diff, torch.tensor([3, 1, 2], dtype=torch.uint8), gradients=False, op='diff', n=1, dim=-1)
    y, places, grid = randn(3, 4, seed=7), randn(4, seed=8), randn(3, 4, seed=9)
    for op, function in (('trapezoid', torch.trapezoid), ('cumulativeTrapezoid', torch.cumulative_trapezoid)):
        for dim in (0, 1, -1):
            cases.run(f'{op}/dx/{dim}', lambda t: function(t, dx=0.5, dim=dim), y, op=op, dx=0.5, dim=dim)
            cases.run(f'{op}/grid/{dim}', lambda t, x: function(t, x, dim=dim), y, grid, op=op + 'X', dim=dim)
        cases.run(f'{op}/row', lambda t, x: function(t, x), y, places, op=op + 'X', dim=-1)
        cases.run(f'{op}/row0', lambda t, x: function(t, x, dim=0), y, places[:3], op=op + 'X', dim=0)
        cases.run(f'{op}/int64', lambda t: function(t), torch.tensor([1, 2, 4]), gradients=False, op=op, dx=1, dim=-1)
        cases.run(f'{op}/empty', lambda t: function(t), torch.zeros(2, 0), gradients=False, op=op, dx=1, dim=-1)
        cases.run(f'{op}/one', lambda t: function(t), torch.ones(2, 1), gradients=False, op=op, dx=1, dim=-1)


def views(cases):
    x = torch.arange(7.)
    for sections in (1, 3, 9):
        cases.run(f'tensorSplit/{sections}', lambda t: torch.tensor_split(t, sections), x, gradients=False, op='tensorSplit', sections=sections, dim=0)
    for i, indices in enumerate([(1, 6), (1, 6, -2, 9, 3), (0,), (7,), (-20, 2)]):
        cases.run(f'tensorSplit/indices{i}', lambda t: torch.tensor_split(t, indices), x, gradients=False, op='tensorSplitIndices', indices=indices, dim=0)
    y = randn(2, 4, 6, seed=1)
    cases.run('tensorSplit/dim', lambda t: torch.tensor_split(t, 4, -1), y, op='tensorSplit', sections=4, dim=-1)
    for op, f in (('hsplit', torch.hsplit), ('vsplit', torch.vsplit), ('dsplit', torch.dsplit)):
        cases.run(f'{op}/2', lambda t: f(t, 2), y, gradients=False, op=op, sections=2)
        cases.run(f'{op}/indices', lambda t: f(t, (1, 2)), y, gradients=False, op=op + 'Indices', indices=(1, 2))
    cases.run('hsplit/row', lambda t: torch.hsplit(t, 7), x, gradients=False, op='hsplit', sections=7)
    for k in (-5, -1, 0, 1, 2, 3, 4):
        cases.run(f'rot90/{k}', lambda t: torch.rot90(t, k, (0, 2)), y, op='rot90', k=k, dims=(0, 2))
    cases.run('rot90/reversed', lambda t: torch.rot90(t, 1, (-1, 0)), y, op='rot90', k=1, dims=(-1, 0))
    cases.run('fliplr', torch.fliplr, y, op='fliplr')
    cases.run('flipud', torch.flipud, y, op='flipud')
    cases.run('T', lambda t: t.T, y, op='T')
    cases.run('T/number', lambda t: t.T, torch.tensor(2.), gradients=False, op='T')
    cases.run('mT', lambda t: t.mT, y, op='mT')
    cases.run('takeAlongDim/flat', lambda t: torch.take_along_dim(t, torch.tensor([[3, 0], [47, 5]])), y, extra={'index': torch.tensor([[3, 0], [47, 5]])}, op='takeAlongDim')


def main():
    cases = Cases(CORE + 'special.safetensors')
    unary(cases)
    binary(cases)
    scans(cases)
    views(cases)
    cases.write()


if __name__ == '__main__':
    main()
