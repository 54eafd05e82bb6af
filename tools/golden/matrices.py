"""Sums with products, functions of matrices, systems of equations, norms, matrices of a pattern."""
import torch

from cases import CORE, Cases, ints, name, rand, randn
from pointwise import INF, INTEGERS, NAN

L = torch.linalg


def products(cases):
    a, v, w = randn(3, 4, seed=1), randn(4, seed=2), randn(3, seed=3)
    for label, (s, t) in {'rows': ((2, 3), (4, 3)), 'vectors': ((3,), (3,)), 'batches': ((2, 3), (4, 5, 3)), 'nothing': ((2, 0), (4, 0)), 'number': ((), (2, 3))}.items():
        cases.run(f'inner/{label}', torch.inner, randn(*s, seed=4), randn(*t, seed=5), op='inner')
    cases.run('ger', torch.ger, w, v, op='ger')
    for label, shape in (('row', (3,)), ('one', (1,)), ('number', ())):
        cases.run(f'addmv/{label}', lambda x, m, u: torch.addmv(x, m, u, beta=0.5, alpha=-2), randn(*shape, seed=6), a, v, op='addmv', beta=0.5, alpha=-2.0)
    cases.run('addmv/default', torch.addmv, w, a, v, op='addmv', beta=1, alpha=1)
    for label, shape in (('matrix', (3, 4)), ('row', (4,)), ('number', ())):
        cases.run(f'addr/{label}', lambda x, m, u: torch.addr(x, m, u, beta=0.5, alpha=-2), randn(*shape, seed=6), w, v, op='addr', beta=0.5, alpha=-2.0)
        cases.run(f'addbmm/{label}', lambda x, m, u: torch.addbmm(x, m, u, beta=0.5, alpha=-2), randn(*shape, seed=6), randn(2, 3, 5, seed=7), randn(2, 5, 4, seed=8), op='addbmm', beta=0.5, alpha=-2.0)
    # what counts 0 times is not looked at
    bad = torch.full((3, 4), NAN, dtype=torch.float64)
    cases.run('addmv/nan', lambda x, m, u: torch.addmv(x, m, u, beta=0, alpha=2), bad[:, 0], a, v, gradients=False, op='addmv', beta=0, alpha=2)
    cases.run('addr/nan', lambda x, m, u: torch.addr(x, m, u, beta=0, alpha=2), bad, w, v, gradients=False, op='addr', beta=0, alpha=2)
    cases.run('addmm/nan', lambda x, m, u: torch.addmm(x, m, u, beta=0, alpha=2), bad, w.reshape(3, 1), v.reshape(1, 4), gradients=False, op='addmm', beta=0, alpha=2)
    cases.run('baddbmm/nan', lambda x, m, u: torch.baddbmm(x, m, u, beta=0, alpha=2), bad.expand(1, 3, 4), w.reshape(1, 3, 1), v.reshape(1, 1, 4), gradients=False, op='baddbmm', beta=0, alpha=2)
    for dtype in INTEGERS:
        x = ints(0, 9, 3, seed=9, dtype=dtype)
        cases.run(f'addmv/{name(dtype)}', lambda t, m, u: torch.addmv(t, m, u, beta=2, alpha=3), x, ints(0, 9, 3, 4, seed=10, dtype=dtype), ints(0, 9, 4, seed=11, dtype=dtype), gradients=False, op='addmv', beta=2, alpha=3)
    cases.run('vecdot', L.vecdot, randn(2, 3, 4, seed=12), randn(3, 4, seed=13), op='vecdot', dim=-1)
    cases.run('vecdot/1', lambda s, t: L.vecdot(s, t, dim=1), randn(2, 3, 4, seed=12), randn(1, 3, 1, seed=13), op='vecdot', dim=1)
    cases.run('multiDot', lambda *t: L.multi_dot(t), randn(2, 7, seed=14), randn(7, 3, seed=15), randn(3, 9, seed=16), randn(9, 4, seed=17), op='multiDot')
    cases.run('multiDot/vectors', lambda *t: L.multi_dot(t), v, randn(4, 3, seed=15), w, op='multiDot')
    for p in (0.5, 1, 2, 3, INF):
        for dim in (0, -1):
            cases.run(f'renorm/{p}/{dim}', lambda t: torch.renorm(t, p, dim, 1.5), randn(3, 2, 4, seed=18), op='renorm', p=p, dim=dim, maxnorm=1.5)
    cases.run('renorm/zeros', lambda t: torch.renorm(t, 2, 0, 1.), torch.zeros(2, 3, dtype=torch.float64), op='renorm', p=2, dim=0, maxnorm=1.0)


def equations(cases):
    # PyTorch gives the triangle that does not count a gradient in cholesky_solve and cholesky_inverse: it is masked
    n = 4
    for label, shape in (('4', (n, n)), ('batch', (2, n, n))):
        a = randn(*shape, seed=21) + 3 * torch.eye(n, dtype=torch.float64)
        b = randn(*shape[:-1], 2, seed=22)
        for upper in (False, True):
            for unit in (False, True):
                cases.run(f'solveTriangular/{label}/{upper}/{unit}', lambda s, t: L.solve_triangular(s, t, upper=upper, unitriangular=unit), a, b, op='solveTriangular', upper=upper, left=True, unit=unit)
                cases.run(f'solveTriangular/right/{label}/{upper}/{unit}', lambda s, t: L.solve_triangular(s, t, upper=upper, left=False, unitriangular=unit), a, b.transpose(-1, -2), op='solveTriangular', upper=upper, left=False, unit=unit)
                for transpose in (False, True):
                    if label == '4':
                        cases.run(f'triangularSolve/{upper}/{unit}/{transpose}', lambda t, s: torch.triangular_solve(t, s, upper, transpose, unit)[0], b, a, op='triangularSolve', upper=upper, transpose=transpose, unit=unit)
            cases.run(f'choleskySolve/{label}/{upper}', lambda t, s: torch.cholesky_solve(t, s.triu() if upper else s.tril(), upper), b, a, op='choleskySolve', upper=upper)
        cases.run(f'choleskyInverse/{label}', lambda t: torch.cholesky_inverse(t.tril()), a, op='choleskyInverse')
        cases.run(f'matrixExp/{label}', torch.matrix_exp, a / 2, op='matrixExp')
        for k in (-3, -1, 0, 1, 2, 5):
            cases.run(f'matrixPower/{label}/{k}', lambda t: L.matrix_power(t, k), a / 3, op='matrixPower', n=k)
    cases.run('solveTriangular/broadcast', lambda s, t: L.solve_triangular(s, t, upper=True), randn(2, 3, 3, seed=23), randn(3, 2, seed=24), op='solveTriangular', upper=True, left=True, unit=False)
    cases.run('solveTriangular/zero', lambda s, t: L.solve_triangular(s, t, upper=True), torch.tensor([[0., 1.], [0., 4.]]), torch.tensor([[1.], [2.]]), gradients=False, op='solveTriangular', upper=True, left=True, unit=False)
    cases.run('solveTriangular/nothing', lambda s, t: L.solve_triangular(s, t, upper=True), torch.zeros(3, 3), torch.zeros(3, 0), gradients=False, op='solveTriangular', upper=True, left=True, unit=False)
    cases.run('matrixExp/large', torch.matrix_exp, randn(3, 3, seed=25) * 8, op='matrixExp')
    cases.run('matrixExp/nilpotent', torch.matrix_exp, torch.tensor([[0., 100., 0.], [0., 0., 100.], [0., 0., 0.]], dtype=torch.float64), op='matrixExp')
    cases.run('matrixExp/float32', torch.matrix_exp, randn(3, 3, seed=25, dtype=torch.float32), op='matrixExp')
    cases.run('matrixExp/nothing', torch.matrix_exp, torch.zeros(2, 0, 0), gradients=False, op='matrixExp')
    cases.run('matrixPower/int64', lambda t: L.matrix_power(t, 3), ints(-3, 4, 3, 3, seed=26), gradients=False, op='matrixPower', n=3)
    tall = randn(5, 3, seed=27)
    for label, a in (('tall', tall), ('wide', tall.t().contiguous()), ('square', randn(3, 3, seed=28)), ('batch', randn(2, 4, 3, seed=29))):
        b = randn(*a.shape[:-1], 2, seed=30)
        cases.run(f'pinv/{label}', torch.linalg.pinv, a, op='pinv')
        cases.run(f'lstsq/{label}', lambda s, t: L.lstsq(s, t)[0], a, b, op='lstsq')
        cases.run(f'matrixRank/{label}', L.matrix_rank, a, gradients=False, op='matrixRank')
        cases.run(f'svdvals/{label}', L.svdvals, a, op='svdvals')
    cases.run('lstsq/vector', lambda s, t: L.lstsq(s, t)[0], tall, randn(5, seed=31), gradients=False, op='lstsq')
    cases.run('lstsq/vectors', lambda s, t: L.lstsq(s, t)[0], randn(2, 4, 3, seed=29), randn(2, 4, seed=31), gradients=False, op='lstsq')
    low = randn(5, 2, seed=32) @ randn(2, 4, seed=33)
    cases.run('pinv/low', lambda t: L.pinv(t, rtol=1e-9), low, op='pinv', rtol=1e-9)
    cases.run('pinv/atol', lambda t: L.pinv(t, atol=1.5), tall, op='pinv', atol=1.5)
    cases.run('lstsq/low', lambda s, t: L.lstsq(s, t, rcond=1e-9, driver='gelsd')[0], low, randn(5, 3, seed=34), gradients=False, op='lstsq', rtol=1e-9)
    cases.run('pinv/hermitian', lambda t: L.pinv(t, hermitian=True), randn(3, 3, seed=28), gradients=False, op='pinvHermitian')
    cases.run('pinv/nothing', L.pinv, torch.zeros(2, 0, 3), gradients=False, op='pinv')
    cases.run('pinv/float32', L.pinv, tall.float(), gradients=False, op='pinv')
    cases.run('matrixRank/low', lambda t: L.matrix_rank(t.float()), low, gradients=False, op='matrixRankFloat')
    cases.run('matrixRank/nothing', L.matrix_rank, torch.zeros(2, 0, 3), gradients=False, op='matrixRank')
    cases.run('matrixRank/hermitian', lambda t: L.matrix_rank(t, hermitian=True), low @ low.t(), gradients=False, op='matrixRankHermitian')
    cases.run('matrixRank/atol', lambda t: L.matrix_rank(t, atol=1.5), tall, gradients=False, op='matrixRank', atol=1.5)
    # symmetrised, so that the whole matrix has the gradient
    cases.run('eigvalsh', lambda t: L.eigvalsh((t + t.transpose(-1, -2)) / 2), randn(2, 3, 3, seed=35), op='eigvalsh')
    # real eigenvalues: similar to diagonal ones; sorted, and through projectors, which have no sign
    s = randn(4, 4, seed=36) + 2 * torch.eye(4, dtype=torch.float64)
    real = s @ torch.diag(torch.tensor([1., -2., 3.5, 0.25], dtype=torch.float64)) @ L.inv(s)
    cases.run('eigvals', lambda t: L.eigvals(t).real.sort()[0], real, op='eigvals')
    cases.run('eig', lambda t: spread(t), real, op='eigSpread')
    for p in ('fro', 'nuc', 1, -1, 2, -2, INF, -INF):
        cases.run(f'matrixNorm/{p}', lambda t: L.matrix_norm(t, p), randn(2, 3, 4, seed=37), op='matrixNorm', p=p, keep=False, dims=(-2, -1))
        cases.run(f'matrixNorm/dims/{p}', lambda t: L.matrix_norm(t, p, (2, 0), True), randn(2, 3, 4, seed=37), op='matrixNorm', p=p, keep=True, dims=(2, 0))
        cases.run(f'cond/{p}', lambda t: cond(t, p), randn(2, 3, 3, seed=38), op='cond', p=p)
        cases.run(f'cond/nothing/{p}', lambda t: L.cond(t, p), torch.zeros(2, 0, 0), gradients=False, op='cond', p=p)
        if p not in ('nuc', 2):  # where PyTorch divides by what is left of 0
            cases.run(f'cond/singular/{p}', lambda t: L.cond(t, p).to(torch.float16), torch.tensor([[[1., 2.], [2., 4.]], [[1., 2.], [3., 4.]]]), gradients=False, op='condHalf', p=p)
    cases.run('cond/tall', L.cond, tall, op='cond', p=2)
    for p in (0.5, 1, 2, 3, INF):
        cases.run(f'vectorNorm/{p}', lambda t: L.vector_norm(t, p, (0, 2), True), randn(2, 3, 4, seed=37), op='vectorNorm', p=p)


def cond(t, p):
    """As torch.linalg.cond, whose own gradient fails: it writes into an inverse that it needs."""
    return torch.linalg.cond(t, p) if p in (2, -2) else torch.linalg.matrix_norm(t, p) * torch.linalg.matrix_norm(torch.linalg.inv(t), p)


def spread(t):
    """What eigenvectors do to a fixed row, sorted: free of order and sign."""
    values, vectors = torch.linalg.eig(t)
    order = values.real.detach().argsort()
    row = torch.tensor([1., -0.5, 0.25, 2.], dtype=t.dtype)
    return (row @ vectors.real)[order] ** 2


def patterns(cases):
    a, b, c = randn(2, seed=41), randn(3, seed=42), randn(2, seed=43)
    cases.run('cartesianProd', torch.cartesian_prod, a, b, c, op='cartesianProd')
    cases.run('cartesianProd/one', torch.cartesian_prod, a, op='cartesianProd')
    cases.run('cartesianProd/nothing', torch.cartesian_prod, torch.zeros(0), torch.ones(2), gradients=False, op='cartesianProd')
    row = randn(4, seed=44)
    for r in (0, 1, 2, 3, 4, 5):
        for again in (False, True):
            cases.run(f'combinations/{r}/{again}', lambda t: torch.combinations(t, r, again), row, op='combinations', r=r, replacement=again)
    cases.run('blockDiag', torch.block_diag, randn(2, 3, seed=45), randn(2, seed=46), torch.tensor(3., dtype=torch.float64), torch.zeros(2, 0, dtype=torch.float64), randn(1, 1, seed=47), op='blockDiag')
    cases.run('blockDiag/mixed', torch.block_diag, torch.tensor([[1, 2]]), torch.tensor([0.5]), gradients=False, op='blockDiag')
    for increasing in (False, True):
        for n in (0, 1, 3, 5):
            cases.run(f'vander/{n}/{increasing}', lambda t: torch.vander(t, n, increasing), torch.tensor([1.5, 0., -2., 0.3], dtype=torch.float64), gradients=False, op='vander', n=n, increasing=increasing)
    cases.run('vander/int8', lambda t: torch.vander(t, 3), torch.tensor([1, 2, -100], dtype=torch.int8), gradients=False, op='vander', n=3, increasing=False)
    for row_, col, offset in ((3, 3, 0), (3, 4, 1), (4, 2, -1), (0, 3, 0), (3, 3, -5), (2, 2, 5)):
        cases.add(f'trilIndices/{row_}/{col}/{offset}', (), [torch.tril_indices(row_, col, offset)], op='trilIndices', sizes=(row_, col, offset))
        cases.add(f'triuIndices/{row_}/{col}/{offset}', (), [torch.triu_indices(row_, col, offset)], op='triuIndices', sizes=(row_, col, offset))


def main():
    cases = Cases(CORE + 'matrices.safetensors')
    products(cases)
    equations(cases)
    patterns(cases)
    cases.write()


if __name__ == '__main__':
    main()
