"""Moments, quantiles, covariances, histograms; reductions that leave NaN out; distances; searches in sorted rows."""
import torch

from cases import CORE, Cases, ints, name, rand, randn
from pointwise import INF, INTEGERS, NAN

FLOATS = [torch.float32, torch.float64, torch.bfloat16, torch.float16]
HOLES = torch.tensor([[1., NAN, 3., -2.], [NAN, NAN, NAN, NAN], [0.5, 4., 4., INF], [NAN, NAN, 7., 1.]], dtype=torch.float64)


def moments(cases):
    x = randn(2, 3, 4, seed=1)
    for op, function in (('varMean', torch.var_mean), ('stdMean', torch.std_mean)):
        cases.run(f'{op}/all', lambda t: function(t, unbiased=True), x, op=op)
        for dims in ((0,), (1,), (0, 2)):
            for correction in (0, 1):
                cases.run(f'{op}/{dims}/{correction}', lambda t: function(t, dims, correction=correction, keepdim=True), x, op=op, dims=dims, correction=correction)
    for op, function in (('nansum', torch.nansum), ('nanmean', torch.nanmean)):
        cases.run(f'{op}/all', lambda t: function(t), HOLES, op=op)
        for dims in ((0,), (1,), (-1,), (0, 1)):
            for keep in (False, True):
                # the mean of nothing has a gradient of NaN there, of zeros here
                cases.run(f'{op}/{dims}/{keep}', lambda t: function(t, dims, keep), HOLES[[0, 2, 3]], op=op, dims=dims, keep=keep)
        cases.run(f'{op}/nothing', lambda t: function(t, 1), HOLES, gradients=False, op=op, dims=(1,), keep=False)
        for dtype in FLOATS:
            cases.run(f'{op}/{name(dtype)}', lambda t: function(t, 1), HOLES.to(dtype), gradients=False, op=op, dims=(1,), keep=False)
        cases.run(f'{op}/empty', lambda t: function(t, 0), torch.zeros(0, 3), gradients=False, op=op, dims=(0,), keep=False)
        cases.run(f'{op}/number', lambda t: function(t, 0), torch.tensor(3.), gradients=False, op=op, dims=(0,), keep=False)
    for dtype in INTEGERS + [torch.bool]:
        cases.run(f'nansum/{name(dtype)}', lambda t: torch.nansum(t), ints(0, 2 if dtype == torch.bool else 100, 5, seed=2, dtype=dtype), gradients=False, op='nansum')
    # along a dimension PyTorch's choice among equal elements is free: they are different but for NaN
    m = torch.tensor([[1., NAN, 3., -2.], [NAN, NAN, 2., 5.], [0.5, 4., 4.5, INF], [NAN, NAN, 7., 1.]], dtype=torch.float64)
    cases.run('nanmedian/all', lambda t: t.nanmedian(), m, op='nanmedian')
    for dim in (0, 1):
        for keep in (False, True):
            cases.run(f'nanmedian/{dim}/{keep}', lambda t: t.nanmedian(dim, keep), m, op='nanmedian', dims=(dim,), keep=keep)
    cases.run('nanmedian/empty', lambda t: t.nanmedian(), torch.zeros(0), gradients=False, op='nanmedian')
    cases.run('median/empty', lambda t: t.median(), torch.zeros(0), gradients=False, op='median')
    cases.run('nanmedian/nothing', lambda t: t.nanmedian(), torch.full((3,), NAN), gradients=False, op='nanmedian')
    cases.run('nanmedian/int64', lambda t: t.nanmedian(), torch.tensor([3, 1, 2, 5]), gradients=False, op='nanmedian')
    cases.run('nanmedian/number', lambda t: t.nanmedian(0), torch.tensor(3.), gradients=False, op='nanmedian', dims=(0,), keep=False)


def quantiles(cases):
    x = randn(3, 5, 4, seed=3)
    row = torch.tensor([0., 0.3, 0.5, 1.], dtype=torch.float64)
    for how in ('linear', 'lower', 'higher', 'midpoint', 'nearest'):
        for op, function, given in (('quantile', torch.quantile, x), ('nanquantile', torch.nanquantile, torch.where(x > 1, torch.full_like(x, NAN), x))):
            for q in (0., 0.25, 0.6, 1.):
                cases.run(f'{op}/{how}/{q}', lambda t: function(t, q, 1, False, interpolation=how), given, op=op, q=q, dim=1, keep=False, interpolation=how.upper())
            cases.run(f'{op}/{how}/row', lambda t: function(t, row, 2, True, interpolation=how), given, extra={'q': row}, op=op, dim=2, keep=True, interpolation=how.upper())
    for keep in (False, True):
        cases.run(f'quantile/all/{keep}', lambda t: torch.quantile(t, 0.3, keepdim=keep), x, op='quantile', q=0.3, keep=keep, interpolation='LINEAR')
        cases.run(f'quantile/allrow/{keep}', lambda t: torch.quantile(t, row, keepdim=keep), x, extra={'q': row}, op='quantile', keep=keep, interpolation='LINEAR')
        cases.run(f'quantile/first/{keep}', lambda t: torch.quantile(t, 0.3, 0, keep), x, op='quantile', q=0.3, dim=0, keep=keep, interpolation='LINEAR')
    for op, function in (('quantile', torch.quantile), ('nanquantile', torch.nanquantile)):
        cases.run(f'{op}/holes', lambda t: function(t, 0.4, 1), torch.where(HOLES == INF, torch.full_like(HOLES, 9), HOLES), op=op, q=0.4, dim=1, keep=False, interpolation='LINEAR')
        cases.run(f'{op}/number', lambda t: function(t, 0.4, 0), torch.tensor(2., dtype=torch.float64), op=op, q=0.4, dim=0, keep=False, interpolation='LINEAR')
        cases.run(f'{op}/float32', lambda t: function(t, 0.6, 0), randn(11, seed=4, dtype=torch.float32), gradients=False, op=op, q=0.6, dim=0, keep=False, interpolation='LINEAR')
    # 0.6 of ten steps is six in float32, a little more in float64
    cases.run('quantile/rounding', lambda t: torch.quantile(t, 0.6, 0, interpolation='higher'), randn(11, seed=4, dtype=torch.float32), gradients=False, op='quantile', q=0.6, dim=0, keep=False, interpolation='HIGHER')


def covariances(cases):
    x = randn(3, 6, seed=5)
    f, a = ints(0, 4, 6, seed=6), rand(6, seed=7)
    for correction in (0, 1, 2):
        cases.run(f'cov/{correction}', lambda t: torch.cov(t, correction=correction), x, op='cov', correction=correction)
        cases.run(f'cov/fweights/{correction}', lambda t: torch.cov(t, correction=correction, fweights=f), x, extra={'fweights': f}, op='cov', correction=correction)
        cases.run(f'cov/aweights/{correction}', lambda t: torch.cov(t, correction=correction, aweights=a), x, extra={'aweights': a}, op='cov', correction=correction)
        cases.run(f'cov/both/{correction}', lambda t: torch.cov(t, correction=correction, fweights=f, aweights=a), x, extra={'fweights': f, 'aweights': a}, op='cov', correction=correction)
    cases.run('cov/row', torch.cov, x[0], op='cov', correction=1)
    cases.run('cov/number', torch.cov, torch.tensor(2.), gradients=False, op='cov', correction=1)
    cases.run('cov/few', lambda t: torch.cov(t, correction=9), x[:1].float(), gradients=False, op='cov', correction=9)
    cases.run('cov/int64', torch.cov, ints(-5, 9, 2, 7, seed=8), gradients=False, op='cov', correction=1)
    cases.run('cov/nothing', torch.cov, torch.zeros(2, 0), gradients=False, op='cov', correction=1)
    cases.run('cov/novariables', torch.cov, torch.zeros(0, 2), gradients=False, op='cov', correction=1)
    cases.run('corrcoef', torch.corrcoef, x, op='corrcoef')
    cases.run('corrcoef/row', torch.corrcoef, x[0], op='corrcoef')
    cases.run('corrcoef/constant', torch.corrcoef, torch.tensor([[1., 2., 4.], [3., 3., 3.]]), gradients=False, op='corrcoef')
    cases.run('corrcoef/int64', torch.corrcoef, ints(-5, 9, 2, 7, seed=8), gradients=False, op='corrcoef')


def histograms(cases):
    # NaN is left out here; PyTorch counts it in the last bin
    x = torch.round(randn(40, seed=9, dtype=torch.float32), decimals=1)
    w = rand(40, seed=10, dtype=torch.float32)
    edges = torch.tensor([-1., -0.5, 0., 1., 1.5])
    for density in (False, True):
        cases.run(f'histogram/bins/{density}', lambda t: torch.histogram(t, 7, density=density), x, gradients=False, op='histogram', bins=7, density=density)
        cases.run(f'histogram/range/{density}', lambda t, v: torch.histogram(t, 8, range=(-1., 1.), weight=v, density=density), x, w, gradients=False, op='histogram', bins=8, range=(-1.0, 1.0), density=density)
        cases.run(f'histogram/edges/{density}', lambda t: torch.histogram(t, edges, density=density), torch.cat([x, torch.tensor([-INF, INF])]), gradients=False, extra={'edges': edges}, op='histogram', density=density)
    cases.run('histogram/equal', lambda t: torch.histogram(t, 2), torch.tensor([2., 2.]), gradients=False, op='histogram', bins=2, density=False)
    cases.run('histogram/empty', lambda t: torch.histogram(t, 2), torch.zeros(0), gradients=False, op='histogram', bins=2, density=False)
    cases.run('histogram/matrix', lambda t: torch.histogram(t, 3), x.double().reshape(5, 8), gradients=False, op='histogram', bins=3, density=False)


def distances(cases):
    for p in (0.5, 1, 2, 3, INF):
        cases.run(f'dist/{p}', lambda a, b: torch.dist(a, b, p), randn(2, 3, seed=11), randn(3, seed=12), op='dist', p=p)
        cases.run(f'dist/same/{p}', lambda a, b: torch.dist(a, b, p), randn(3, seed=12), randn(3, seed=12), op='dist', p=p) if p != 0.5 else None
    a = torch.tensor([[1., 2., 3.], [0., 0., 1.], [4., -1., 2.]], dtype=torch.float64)
    b = torch.tensor([[1., 2., 3.], [2., 2., 3.], [2., 3., 4.], [4., -1., 5.]], dtype=torch.float64)
    for p in (0, 0.5, 1, 1.5, 2, 3, INF):
        # equal points, equal coordinates, equal greatest differences
        cases.run(f'cdist/special/{p}', lambda s, t: torch.cdist(s, t, p), a, b, op='cdist', p=p)
        cases.run(f'cdist/batch/{p}', lambda s, t: torch.cdist(s, t, p), randn(2, 1, 3, 4, seed=13), randn(3, 2, 4, seed=14), op='cdist', p=p)
        cases.run(f'cdist/float32/{p}', lambda s, t: torch.cdist(s, t, p), randn(5, 4, seed=13, dtype=torch.float32), randn(6, 4, seed=14, dtype=torch.float32), gradients=False, op='cdist', p=p)
        cases.run(f'cdist/nocolumns/{p}', lambda s, t: torch.cdist(s, t, p), torch.zeros(2, 0), torch.zeros(3, 0), gradients=False, op='cdist', p=p)
        cases.run(f'cdist/norows/{p}', lambda s, t: torch.cdist(s, t, p), torch.zeros(0, 2), torch.zeros(3, 2), gradients=False, op='cdist', p=p)
    cases.run('cdist/large', lambda s, t: torch.cdist(s, t), randn(27, 3, seed=15), randn(4, 3, seed=16), op='cdist', p=2)


def searches(cases):
    rows = ints(0, 20, 3, 9, seed=17).sort(-1)[0]
    values = ints(-2, 23, 3, 5, seed=18)
    for dtype in INTEGERS + FLOATS:
        s, v = rows.to(dtype), values.abs().to(dtype)
        for right in (False, True):
            cases.run(f'searchsorted/{name(dtype)}/{right}', lambda a, b: torch.searchsorted(a, b, right=right), s, v, gradients=False, op='searchsorted', right=right)
    cases.run('searchsorted/shared', lambda a, b: torch.searchsorted(a, b), rows[0], values, gradients=False, op='searchsorted', right=False)
    cases.run('searchsorted/int32', lambda a, b: torch.searchsorted(a, b, out_int32=True), rows[0], values, gradients=False, op='searchsorted', right=False, int32=True)
    cases.run('searchsorted/number', lambda a, b: torch.searchsorted(a, b), rows[0], torch.tensor(7), gradients=False, op='searchsorted', right=False)
    cases.run('searchsorted/empty', lambda a, b: torch.searchsorted(a, b), torch.zeros(0), torch.ones(2), gradients=False, op='searchsorted', right=False)
    cases.run('searchsorted/novalues', lambda a, b: torch.searchsorted(a, b), torch.ones(2), torch.zeros(0), gradients=False, op='searchsorted', right=False)
    cases.run('searchsorted/odd', lambda a, b: torch.searchsorted(a, b), torch.tensor([-INF, 0., 2., INF]), torch.tensor([NAN, INF, -INF, -0.]), gradients=False, op='searchsorted', right=False)
    mixed = torch.tensor([3., 1., 2.])
    cases.run('searchsorted/sorter', lambda a, b, c: torch.searchsorted(a, b, sorter=c), mixed, torch.tensor([2., 0., 9.]), mixed.argsort(), gradients=False, op='searchsorted', right=False)
    for right in (False, True):
        cases.run(f'bucketize/{right}', lambda a, b: torch.bucketize(a, b, right=right), values, torch.tensor([0, 5, 10, 15]), gradients=False, op='bucketize', right=right)
    x = ints(0, 9, 3, 4, seed=19)
    for dtype in INTEGERS + FLOATS[:2]:
        cases.run(f'isin/{name(dtype)}', lambda a, b: torch.isin(a, b), x.to(dtype), torch.tensor([[7, 1], [3, 3]], dtype=dtype), gradients=False, op='isin', invert=False)
    many = torch.tensor([NAN] * 40 + [1., 5., -0.])
    for invert in (False, True):
        cases.run(f'isin/nan/{invert}', lambda a, b: torch.isin(a, b, invert=invert), torch.tensor([NAN, 1., 0., 2., INF]), many, gradients=False, op='isin', invert=invert)
        cases.run(f'isin/nothing/{invert}', lambda a, b: torch.isin(a, b, invert=invert), torch.tensor([1., 2.]), torch.zeros(0), gradients=False, op='isin', invert=invert)
    cases.run('isin/mixed', lambda a, b: torch.isin(a, b), torch.tensor([1.5, 2.]), torch.tensor([2]), gradients=False, op='isin', invert=False)


def main():
    cases = Cases(CORE + 'statistics.safetensors')
    moments(cases)
    quantiles(cases)
    covariances(cases)
    histograms(cases)
    distances(cases)
    searches(cases)
    cases.write()


if __name__ == '__main__':
    main()
