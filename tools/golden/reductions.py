"""Reductions over all dimensions, one, several and none, with and without keeping them; running and sorted results."""
import torch

from cases import CORE, Cases, ints, name, rand, randn

DIMS = [None, (0,), (1,), (-1,), (0, 2), (0, 1, 2)]


def over(function, x, dims, keep, single=False):
    if dims is None:
        return function(x)
    return function(x, dims[0] if single else dims, keep)


def main():
    cases = Cases(CORE + 'reductions.safetensors')
    x = randn(2, 3, 4, seed=1)
    many = {
        'sum': lambda t, *a: t.sum(*a), 'mean': lambda t, *a: t.mean(*a), 'amax': lambda t, *a: t.amax(*a) if a else t.amax(),
        'amin': lambda t, *a: t.amin(*a) if a else t.amin(),
        'var': lambda t, *a: t.var(*a) if not a else t.var(a[0], unbiased=True, keepdim=a[1]),
        'std': lambda t, *a: t.std(*a) if not a else t.std(a[0], unbiased=True, keepdim=a[1]),
        'logsumexp': lambda t, *a: t.logsumexp(*(a or ((0, 1, 2),))),
        'norm': lambda t, *a: torch.linalg.vector_norm(t, 2, *a),
    }
    one = {
        'prod': lambda t, *a: t.prod(*a), 'max': lambda t, *a: t.max(*a), 'min': lambda t, *a: t.min(*a),
        'median': lambda t, *a: t.median(*a), 'argmax': lambda t, *a: t.argmax(*a), 'argmin': lambda t, *a: t.argmin(*a),
    }
    for op, function in many.items():
        for dims in DIMS:
            for keep in (False, True):
                if dims is None and keep:
                    continue
                label = 'all' if dims is None else '_'.join(map(str, dims))
                cases.run(f'{op}/{label}/{keep}', lambda t: over(function, t, dims, keep), x, op=op, dims=dims, keep=keep)
    for op, function in one.items():
        for dims in DIMS[:4]:
            for keep in (False, True):
                if dims is None and keep:
                    continue
                label = 'all' if dims is None else str(dims[0])
                cases.run(f'{op}/{label}/{keep}', lambda t: over(function, t, dims, keep, True), x, op=op, dims=dims, keep=keep)
    # products with zeros: the gradient must not divide by them
    for zeros in (1, 2):
        z = randn(3, 4, seed=2)
        z[1, :zeros] = 0
        cases.run(f'prod/zeros{zeros}/all', lambda t: t.prod(), z, op='prod', keep=False)
        cases.run(f'prod/zeros{zeros}/1', lambda t: t.prod(1), z, op='prod', dims=(1,), keep=False)
        cases.run(f'cumprod/zeros{zeros}', lambda t: t.cumprod(1), z, op='cumprod', dim=1)
    for correction in (0, 1):
        cases.run(f'var/correction{correction}', lambda t: torch.var(t, (1,), correction=correction, keepdim=False), x, op='varCorrection', dims=(1,), correction=correction)
        cases.run(f'std/correction{correction}', lambda t: torch.std(t, (1,), correction=correction, keepdim=False), x, op='stdCorrection', dims=(1,), correction=correction)
    for p in (0, 1, 2, 3, 0.5, float('inf'), float('-inf')):
        cases.run(f'norm/p{p}/all', lambda t: torch.linalg.vector_norm(t, p), x, op='normP', p=p, keep=False)
        cases.run(f'norm/p{p}/1', lambda t: torch.linalg.vector_norm(t, p, (1,), True), x, op='normP', p=p, dims=(1,), keep=True)
    for op in ('cumsum', 'cumprod', 'softmax', 'log_softmax'):
        for dim in (0, 1, -1):
            cases.run(f'{op}/{dim}', lambda t: getattr(t, op)(dim), x, op={'log_softmax': 'logSoftmax'}.get(op, op), dim=dim)
    # ties: where the gradient goes
    tie = torch.tensor([[1., 3., 3., 2.], [5., 5., 5., 0.]], dtype=torch.float64)
    for op in ('amax', 'amin'):
        cases.run(f'{op}/ties', lambda t: getattr(t, op)(1), tie, op=op, dims=(1,), keep=False)
    for op in ('max', 'min'):
        cases.run(f'{op}/ties/all', lambda t: getattr(t, op)(), tie, op=op, keep=False)
        cases.run(f'{op}/ties/1', lambda t: getattr(t, op)(1), torch.tensor([[1., 4., 3., 2.], [5., 6., 7., 0.]], dtype=torch.float64), op=op, dims=(1,), keep=False)
    # NaN, infinities, empty
    odd = torch.tensor([[1., float('nan'), 3.], [float('inf'), 2., -1.], [float('inf'), float('-inf'), 0.]])
    for op in ('sum', 'mean', 'amax', 'amin', 'var', 'logsumexp', 'norm'):
        cases.run(f'{op}/odd', lambda t: over(many[op], t, (1,), False), odd, gradients=False, op=op, dims=(1,), keep=False)
    for op in ('prod', 'max', 'min', 'median', 'argmax', 'argmin'):
        cases.run(f'{op}/odd', lambda t: over(one[op], t, (1,), False, True), odd, gradients=False, op=op, dims=(1,), keep=False)
    empty = torch.zeros(0, 3)
    for op in ('sum', 'mean', 'logsumexp', 'norm', 'var'):
        cases.run(f'{op}/empty', lambda t: over(many[op], t, (0,), False), empty, gradients=False, op=op, dims=(0,), keep=False)
        cases.run(f'{op}/emptyother', lambda t: over(many[op], t, (1,), False), empty, gradients=False, op=op, dims=(1,), keep=False)
    cases.run('prod/empty', lambda t: t.prod(0), empty, gradients=False, op='prod', dims=(0,), keep=False)
    scalar = torch.tensor(2.5, dtype=torch.float64)
    for op in ('sum', 'mean', 'amax', 'norm', 'logsumexp'):
        cases.run(f'{op}/scalar', lambda t: over(many[op], t, (0,), False), scalar, op=op, dims=(0,), keep=False)
    cases.run('var/one', lambda t: t.var(0), torch.ones(1, 2), gradients=False, op='var', dims=(0,), keep=False)
    # other types
    for dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool):
        t = ints(0 if dtype in (torch.uint8, torch.bool) else -9, 2 if dtype == torch.bool else 120, 3, 4, seed=3, dtype=dtype)
        for op in ('sum', 'amax', 'amin'):
            for dims in (None, (1,)):
                cases.run(f'{op}/{name(dtype)}/{dims}', lambda v: over(many[op], v, dims, False), t, gradients=False, op=op, dims=dims, keep=False)
        for op in ('prod', 'argmax', 'max', 'median') if dtype != torch.bool else ('prod', 'max'):
            for dims in (None, (1,)):
                cases.run(f'{op}/{name(dtype)}/{dims}', lambda v: over(one[op], v, dims, False, True), t, gradients=False, op=op, dims=dims, keep=False)
        cases.run(f'cumsum/{name(dtype)}', lambda v: v.cumsum(0), t, gradients=False, op='cumsum', dim=0)
        cases.run(f'cumprod/{name(dtype)}', lambda v: v.cumprod(0), t, gradients=False, op='cumprod', dim=0)
    for dtype in (torch.float32, torch.bfloat16, torch.float16):
        t = randn(5, 7, seed=4, dtype=dtype)
        for op in ('sum', 'mean', 'amax', 'var', 'norm'):
            cases.run(f'{op}/{name(dtype)}', lambda v: over(many[op], v, (1,), False), t, gradients=False, op=op, dims=(1,), keep=False)
    mask = ints(0, 2, 3, 4, seed=5, dtype=torch.bool)
    for op in ('any', 'all'):
        for t, label in ((mask, 'bool'), (mask.float() * 2, 'float32'), (torch.zeros(0, 3), 'empty')):
            cases.run(f'{op}/{label}/all', lambda v: getattr(v, op)(), t, gradients=False, op=op, keep=False)
            cases.run(f'{op}/{label}/0', lambda v: getattr(v, op)(0, True), t, gradients=False, op=op, dims=(0,), keep=True)
    cases.run('countNonzero/all', lambda v: v.count_nonzero(), mask.float(), gradients=False, op='countNonzero', keep=False)
    cases.run('countNonzero/1', lambda v: v.count_nonzero(1), mask.float(), gradients=False, op='countNonzero', dims=(1,), keep=False)
    # sorted
    s = ints(0, 6, 4, 9, seed=6, dtype=torch.float64)
    t = s + rand(4, 9, seed=7) / 100
    for descending in (False, True):
        for dim in (0, 1):
            cases.run(f'sort/{dim}/{descending}', lambda v: v.sort(dim, descending), t, op='sort', dim=dim, descending=descending)
            cases.run(f'sort/stable/{dim}/{descending}', lambda v: torch.sort(v, dim=dim, descending=descending, stable=True), s, op='sort', dim=dim, descending=descending)
            cases.run(f'topk/{dim}/{descending}', lambda v: v.topk(3, dim, descending), t, op='topk', k=3, dim=dim, largest=descending)
            cases.run(f'argsort/{dim}/{descending}', lambda v: v.argsort(dim, descending), t, gradients=False, op='argsort', dim=dim, descending=descending)
    nan = torch.tensor([3., float('nan'), -1., float('inf'), float('-inf'), 2.])
    for descending in (False, True):
        cases.run(f'sort/nan/{descending}', lambda v: torch.sort(v, dim=0, descending=descending, stable=True), nan, gradients=False, op='sort', dim=0, descending=descending)
    for k in (1, 4):
        cases.run(f'kthvalue/{k}', lambda v: v.kthvalue(k, 1), t, op='kthvalue', k=k, dim=1)
    u = ints(-3, 4, 3, 5, seed=8)
    cases.run('unique', lambda v: torch.unique(v, return_inverse=True, return_counts=True), u, gradients=False, op='unique')
    cases.run('unique/float', lambda v: torch.unique(v, return_inverse=True, return_counts=True), u.float() / 2, gradients=False, op='unique')
    few = ints(0, 2, 7, 3, 2, seed=12)
    for dim in (0, 1, 2, -1):
        for dtype in (torch.int64, torch.uint8, torch.float32, torch.bool):
            cases.run(f'unique/{dim}/{name(dtype)}', lambda v: torch.unique(v, dim=dim, return_inverse=True, return_counts=True), few.to(dtype), gradients=False, op='uniqueDim', dim=dim)
    cases.run('unique/column', lambda v: torch.unique(v, dim=0, return_inverse=True, return_counts=True), u.flatten(), gradients=False, op='uniqueDim', dim=0)
    cases.run('unique/none', lambda v: torch.unique(v, dim=1, return_inverse=True, return_counts=True), torch.zeros(2, 0, 3), gradients=False, op='uniqueDim', dim=1)
    cases.run('bincount', lambda v: torch.bincount(v), u.abs().flatten(), gradients=False, op='bincount')
    cases.run('bincount/weights', lambda v, w: torch.bincount(v, w, 10), u.abs().flatten(), rand(15, seed=9), gradients=False, op='bincountWeights', minlength=10)
    cases.run('histc', lambda v: torch.histc(v, 7, -2, 2), randn(40, seed=10, dtype=torch.float32), gradients=False, op='histc', bins=7, min=-2, max=2)
    cases.run('histc/auto', lambda v: torch.histc(v, 5), randn(40, seed=11, dtype=torch.float32), gradients=False, op='histc', bins=5, min=0, max=0)
    # long sums: float32 keeps its digits
    for n in (1000, 100003):
        g = torch.Generator().manual_seed(n)
        v = (torch.randint(1, 256, (n,), generator=g).float() / 64).to(torch.uint8)
        cases.add(f'sum/long{n}', [v], [v.double().mul(0.1).sum().float(), v.double().mul(0.1).var().float()], op='longSum')
    cases.write()


if __name__ == '__main__':
    main()
