"""Functions of one and two elements over grids that hold the extremes of each type."""
import torch

from cases import CORE, Cases, name

INF, NAN = float('inf'), float('nan')
COMMON = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 2.0, -2.0, 3.0, -3.7, 0.1, -0.1, 0.9, -0.9, 1e-3, -1e-3,
          1e-8, -1e-8, 7.3, -7.3, 10.0, -10.0, 19.5, -25.0, 88.0, -88.0, 100.25, -103.0, 1e4, -1e4, 12345.678, 3.14159265358979,
          1.5707963267948966, -0.7853981633974483, 0.99999, 1.00001, 4.0, 6.25, 8.0, 1024.0, INF, -INF, NAN]
FLOAT32 = COMMON + [1e-45, -1e-45, 1.1754944e-38, 3.4028235e38, -3.4028235e38, 1e30, -1e30]
FLOAT64 = COMMON + [5e-324, -5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -1.7976931348623157e308, 1e200, 709.0, -745.0]
SMOOTH = [-5.3, -3.1, -1.7, -0.93, -0.41, -0.07, 0.03, 0.29, 0.61, 0.87, 1.13, 1.9, 2.7, 4.2, 8.8]

UNARY = {
    'neg': torch.neg, 'abs': torch.abs, 'sign': torch.sign, 'floor': torch.floor, 'ceil': torch.ceil, 'round': torch.round,
    'trunc': torch.trunc, 'frac': torch.frac, 'sqrt': torch.sqrt, 'rsqrt': torch.rsqrt, 'reciprocal': torch.reciprocal,
    'square': torch.square, 'exp': torch.exp, 'exp2': torch.exp2, 'expm1': torch.expm1, 'log': torch.log, 'log2': torch.log2,
    'log10': torch.log10, 'log1p': torch.log1p, 'sin': torch.sin, 'cos': torch.cos, 'tan': torch.tan, 'asin': torch.asin,
    'acos': torch.acos, 'atan': torch.atan, 'sinh': torch.sinh, 'cosh': torch.cosh, 'tanh': torch.tanh, 'asinh': torch.asinh,
    'acosh': torch.acosh, 'atanh': torch.atanh, 'sigmoid': torch.sigmoid, 'erf': torch.erf, 'erfc': torch.erfc,
    'erfinv': torch.erfinv, 'lgamma': torch.lgamma, 'digamma': torch.digamma, 'isnan': torch.isnan, 'isinf': torch.isinf,
    'isfinite': torch.isfinite, 'logicalNot': torch.logical_not, 'nanToNum': torch.nan_to_num,
    'relu': torch.relu, 'softplus': torch.nn.functional.softplus, 'silu': torch.nn.functional.silu,
    'gelu': torch.nn.functional.gelu, 'geluTanh': lambda x: torch.nn.functional.gelu(x, approximate='tanh'),
    'logSigmoid': torch.nn.functional.logsigmoid, 'mish': torch.nn.functional.mish, 'elu': torch.nn.functional.elu,
    'selu': torch.nn.functional.selu, 'celu': torch.nn.functional.celu, 'hardswish': torch.nn.functional.hardswish,
    'hardsigmoid': torch.nn.functional.hardsigmoid, 'relu6': torch.nn.functional.relu6,
    'hardtanh': torch.nn.functional.hardtanh, 'tanhshrink': torch.nn.functional.tanhshrink,
    'softsign': torch.nn.functional.softsign, 'softshrink': torch.nn.functional.softshrink,
    'hardshrink': torch.nn.functional.hardshrink, 'leakyRelu': torch.nn.functional.leaky_relu,
}
# PyTorch's own slips: log1p overflows near the greatest numbers, hardswish overflows before it divides, softshrink loses NaN
SLIPS = {'log1p': lambda v: abs(v) < 1e300, 'hardswish': lambda v: abs(v) < 1e38, 'softshrink': lambda v: v == v}
ACTIVATIONS = list(UNARY)[list(UNARY).index('relu') + 1:]
BINARY = {
    'add': torch.add, 'sub': torch.sub, 'mul': torch.mul, 'div': torch.div, 'floorDivide': torch.floor_divide,
    'divTrunc': lambda a, b: torch.div(a, b, rounding_mode='trunc'), 'divFloor': lambda a, b: torch.div(a, b, rounding_mode='floor'),
    'remainder': torch.remainder, 'fmod': torch.fmod, 'pow': torch.pow, 'maximum': torch.maximum, 'minimum': torch.minimum,
    'atan2': torch.atan2, 'hypot': torch.hypot, 'copysign': torch.copysign,
    'eq': torch.eq, 'ne': torch.ne, 'lt': torch.lt, 'le': torch.le, 'gt': torch.gt, 'ge': torch.ge,
    'logicalAnd': torch.logical_and, 'logicalOr': torch.logical_or, 'logicalXor': torch.logical_xor,
}
BITS = {'bitwiseAnd': torch.bitwise_and, 'bitwiseOr': torch.bitwise_or, 'bitwiseXor': torch.bitwise_xor}
INTEGERS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8]


def attempt(cases, *args, **kwargs):
    """PyTorch has no such function of such types: no case."""
    try:
        cases.run(*args, **kwargs)
    except RuntimeError:
        pass


def integers(dtype):
    info = torch.iinfo(dtype)
    values = [v for v in (0, 1, -1, 2, -2, 3, 5, -7, 10, 100, info.max, info.min, info.max - 1, info.min + 1) if info.min <= v <= info.max]
    return torch.tensor(sorted(set(values)), dtype=dtype)


def unary():
    cases = Cases(CORE + 'unary.safetensors')
    for op, function in UNARY.items():
        grids = {torch.float32: FLOAT32, torch.float64: FLOAT64, torch.bfloat16: COMMON[:-3] + [INF, NAN], torch.float16: COMMON[:32] + [INF, NAN]}
        for dtype, grid in grids.items():
            grid = [v for v in grid if op not in SLIPS or SLIPS[op](v)]
            if op == 'log1p' and dtype == torch.float32:
                grid = [v for v in grid if abs(v) < 1e38]
            attempt(cases, f'{op}/{name(dtype)}', function, torch.tensor(grid, dtype=torch.float64).to(dtype), gradients=False, op=op)
        attempt(cases, f'{op}/gradient', function, torch.tensor(SMOOTH, dtype=torch.float64), op=op)
        if op in ACTIVATIONS:
            continue
        for dtype in INTEGERS:
            attempt(cases, f'{op}/{name(dtype)}', function, integers(dtype), gradients=False, op=op)
        attempt(cases, f'{op}/bool', function, torch.tensor([False, True]), gradients=False, op=op)
    for dtype in INTEGERS + [torch.bool]:
        x = integers(dtype) if dtype != torch.bool else torch.tensor([False, True])
        cases.run(f'bitwiseNot/{name(dtype)}', torch.bitwise_not, x, gradients=False, op='bitwiseNot')
    x = torch.tensor(SMOOTH + [INF, -INF], dtype=torch.float64)
    y = torch.tensor(SMOOTH, dtype=torch.float64)
    cases.run('clamp/both', lambda t: t.clamp(-1, 2), x, op='clamp', min=-1, max=2)
    cases.run('clamp/min', lambda t: t.clamp(min=-0.41), x, op='clamp', min=-0.41)
    cases.run('clamp/max', lambda t: t.clamp(max=0.5), x, op='clamp', max=0.5)
    cases.run('clamp/int64', lambda t: t.clamp(-1, 5), integers(torch.int64), gradients=False, op='clamp', min=-1, max=5)
    for p in (2, 3, 0.5, -1, 0, 1, -2, 2.5):
        cases.run(f'powScalar/{p}', lambda t: t.pow(p), x, op='powScalar', exponent=p)
    for p in (0, 1, 2, 3, 5):
        cases.run(f'powScalar/int64/{p}', lambda t: t.pow(p), integers(torch.int64), gradients=False, op='powScalar', exponent=p)
        cases.run(f'powScalar/int32/{p}', lambda t: t.pow(p), integers(torch.int32), gradients=False, op='powScalar', exponent=p)
    cases.run('nanToNum/values', lambda t: torch.nan_to_num(t, 1.5, 100., -200.), x, gradients=False, op='nanToNumValues', nan=1.5, posinf=100.0, neginf=-200.0)
    cases.run('round/decimals2', lambda t: torch.round(t, decimals=2), y, gradients=False, op='roundDecimals', decimals=2)
    cases.run('lerp', lambda a, b, w: torch.lerp(a, b, w), y, y.flip(0), y / 3, op='lerp')
    cases.run('lerpScalar', lambda a, b: torch.lerp(a, b, 0.3), y, y.flip(0), op='lerpScalar', weight=0.3)
    cases.run('addcmul', lambda a, b, c: torch.addcmul(a, b, c, value=-0.7), y, y.flip(0), y * y, op='addcmul', value=-0.7)
    cases.run('addcdiv', lambda a, b, c: torch.addcdiv(a, b, c, value=-0.7), y, y.flip(0), y * y + 1, op='addcdiv', value=-0.7)
    cases.run('where', lambda a, b: torch.where(a > b, a, b), y, y.flip(0), op='where')
    # conversions: of values that the target type holds (others are undefined in C)
    values = torch.tensor([0., -0., 1., -1., 0.5, -0.5, 1.9, -1.9, 100.7, 3., 65., 126.5], dtype=torch.float64)
    every = INTEGERS + [torch.bool, torch.float32, torch.float64, torch.bfloat16, torch.float16]
    for a in every:
        x = values.abs().to(a) if a in (torch.uint8, torch.bool) else values.to(a)
        for b in every:
            v = x.abs() if b == torch.uint8 and a != torch.bool else x
            cases.run(f'to/{name(a)}/{name(b)}', lambda t: t.to(b), v, gradients=False, op='to', dtype=name(b))
    big = torch.tensor([2**53 + 1, -2**62 - 3, 2**31, -2**31 - 1, 16777217, 33554435, 255, 256, 257, -129], dtype=torch.int64)
    for b in every:
        cases.run(f'to/big/{name(b)}', lambda t: t.to(b), big, gradients=False, op='to', dtype=name(b))
    fine = torch.tensor([1.00390625, 1.01171875, 3.3895313892515355e38, 65519.9, 65520., 6e-8, 2.9e-8, 1 / 3, 1e-40, NAN, INF, -INF], dtype=torch.float64)
    for b in (torch.float32, torch.bfloat16, torch.float16):
        cases.run(f'to/fine/{name(b)}', lambda t: t.to(b), fine, gradients=False, op='to', dtype=name(b))
        cases.run(f'to/finefloat32/{name(b)}', lambda t: t.to(b), fine.float(), gradients=False, op='to', dtype=name(b))
    cases.write()


def binary():
    cases = Cases(CORE + 'binary.safetensors')
    reals = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, -3.0, 7.25, -100.0, 1e-3, 2.0, INF, -INF, NAN]
    smooth = torch.tensor([-2.3, -0.7, 0.4, 1.6, 3.1], dtype=torch.float64)
    for op, function in BINARY.items():
        for dtype in (torch.float32, torch.float64):
            a = torch.tensor(reals, dtype=dtype).reshape(-1, 1)
            attempt(cases, f'{op}/{name(dtype)}', function, a, a.reshape(1, -1), gradients=False, op=op)
        half = torch.tensor([0.0, 1.0, -1.5, 3.25, -7.0, 0.1], dtype=torch.float32).reshape(-1, 1)
        for dtype in (torch.bfloat16, torch.float16):
            attempt(cases, f'{op}/{name(dtype)}', function, half.to(dtype), half.reshape(1, -1).to(dtype), gradients=False, op=op)
        a = smooth.abs() if op == 'pow' else smooth
        attempt(cases, f'{op}/gradient', function, a.reshape(-1, 1), smooth.flip(0).reshape(1, -1) + 0.05, op=op)
        divides = op in ('floorDivide', 'divTrunc', 'divFloor', 'remainder', 'fmod')
        for dtype in INTEGERS:
            x = integers(dtype)
            y = x[x != 0] if divides else x
            if divides:  # the least number divided by -1 overflows: undefined in C
                y = y[y != -1]
            if op == 'pow':
                y = torch.tensor([0, 1, 2, 3, 5, 10], dtype=dtype)
            attempt(cases, f'{op}/{name(dtype)}', function, x.reshape(-1, 1), y.reshape(1, -1), gradients=False, op=op)
        b = torch.tensor([False, True])
        attempt(cases, f'{op}/bool', function, b.reshape(2, 1), b.reshape(1, 2), gradients=False, op=op)
        mixed = torch.tensor([1, 2, 5, 100], dtype=torch.int64)
        attempt(cases, f'{op}/int64_float32', function, mixed.reshape(-1, 1), torch.tensor([[0.5, -2.0, 3.0]]), gradients=False, op=op)
        attempt(cases, f'{op}/uint8_int8', function, mixed.to(torch.uint8).reshape(-1, 1), torch.tensor([[1, -2, 3]], dtype=torch.int8), gradients=False, op=op)
    for op, function in BITS.items():
        for dtype in INTEGERS:
            x = integers(dtype)
            cases.run(f'{op}/{name(dtype)}', function, x.reshape(-1, 1), x.reshape(1, -1), gradients=False, op=op)
        b = torch.tensor([False, True])
        cases.run(f'{op}/bool', function, b.reshape(2, 1), b.reshape(1, 2), gradients=False, op=op)
    # broadcasting, with gradients
    for i, (s, t) in enumerate([((3, 1), (1, 4)), ((2, 3, 4), (4,)), ((), (2, 3)), ((1,), ()), ((0, 3), (1, 3)), ((2, 1, 3), (5, 1))]):
        a = torch.linspace(-1.3, 2.1, max(1, torch.Size(s).numel()), dtype=torch.float64)[:torch.Size(s).numel()].reshape(s)
        b = torch.linspace(0.7, 3.3, max(1, torch.Size(t).numel()), dtype=torch.float64)[:torch.Size(t).numel()].reshape(t)
        for op in ('add', 'mul', 'div', 'maximum', 'atan2'):
            cases.run(f'broadcast{i}/{op}', BINARY[op], a, b, op=op)
    cases.write()


def promotion():
    """Lines `operation left right result`; a type in brackets is a zero-dimensional tensor, int/float/bool a Python number."""
    every = INTEGERS + [torch.bool, torch.float32, torch.float64, torch.bfloat16, torch.float16]
    scalars = {'int': 1, 'float': 1.5}
    lines = []

    def line(op, left, right, function):
        try:
            lines.append(f'{op} {left} {right} {name(function().dtype)}')
        except (RuntimeError, TypeError):
            lines.append(f'{op} {left} {right} error')

    for a in every:
        x = torch.ones(2, dtype=a)
        for b in every:
            y = torch.ones(2, dtype=b)
            for op in ('add', 'sub', 'mul', 'div', 'floorDivide', 'divTrunc', 'remainder', 'pow', 'maximum', 'atan2', 'eq'):
                line(op, name(a), name(b), lambda: BINARY[op](x, y))
            line('add', name(a), f'({name(b)})', lambda: torch.add(x, y[0]))
            line('add', f'({name(a)})', f'({name(b)})', lambda: torch.add(x[0], y[0]))
            line('add_', name(a), name(b), lambda: x.clone().add_(y))
            line('cat', name(a), name(b), lambda: torch.cat([x, y]))
        for s, v in scalars.items():
            for op in ('add', 'sub', 'mul', 'div', 'floorDivide', 'divTrunc', 'remainder', 'pow'):
                line(op, name(a), s, lambda: BINARY[op](x, v))
            line('add', f'({name(a)})', s, lambda: x[0] + v)
            line('add_', name(a), s, lambda: x.clone().add_(v))
            line('mul_', name(a), s, lambda: x.clone().mul_(v))
            line('clamp', name(a), s, lambda: x.clamp(min=v))
            line('full', name(a), s, lambda: torch.full_like(x, v))
        for op in ('sum', 'prod', 'mean', 'max', 'argmax', 'cumsum', 'cumprod', 'any', 'std', 'var', 'norm', 'logsumexp', 'median', 'softmax'):
            arguments = {'cumsum': (0,), 'cumprod': (0,), 'logsumexp': (0,), 'softmax': (0,)}.get(op, ())
            line(op, name(a), '-', lambda: getattr(x, op)(*arguments))
        for op, function in UNARY.items():
            if op not in ACTIVATIONS or a.is_floating_point:
                line(op, name(a), '-', lambda: function(x))
    path = Cases(CORE + 'promotion.txt').path
    with open(path, 'w') as file:
        file.write('\n'.join(lines) + '\n')
    print(path.split('/')[-1], len(lines), 'lines')


def main():
    unary()
    binary()
    promotion()


if __name__ == '__main__':
    main()
