"""Linear algebra: products, decompositions and their gradients."""
import torch

from cases import CORE, Cases, ints, name, randn


def main():
    cases = Cases(CORE + 'linalg.safetensors')
    shapes = {
        'vv': ((3,), (3,)), 'mv': ((2, 3), (3,)), 'vm': ((3,), (3, 4)), 'mm': ((2, 3), (3, 4)), 'bmm': ((5, 2, 3), (5, 3, 4)),
        'broadcastleft': ((3, 4), (5, 4, 2)), 'broadcastright': ((5, 2, 3), (3, 4)), 'batchvector': ((5, 2, 3), (3,)),
        'vectorbatch': ((3,), (5, 3, 2)), 'both': ((2, 1, 3, 4), (5, 4, 2)), 'inner0': ((2, 0), (0, 3)), 'empty': ((0, 3), (3, 4)),
        'onebyone': ((1, 1), (1, 1)), 'wide': ((17, 33), (33, 19)),
    }
    for label, (s, t) in shapes.items():
        cases.run(f'matmul/{label}', torch.matmul, randn(*s, seed=1), randn(*t, seed=2), op='matmul')
    for dtype in (torch.float32, torch.bfloat16):
        cases.run(f'matmul/{name(dtype)}', torch.matmul, randn(17, 33, seed=3, dtype=dtype), randn(33, 19, seed=4, dtype=dtype), op='matmul')
    for dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8):
        cases.run(f'matmul/{name(dtype)}', torch.matmul, ints(0, 9, 4, 5, seed=5, dtype=dtype), ints(0, 9, 5, 3, seed=6, dtype=dtype), gradients=False, op='matmul')
    m, v, w = randn(3, 4, seed=7), randn(4, seed=8), randn(4, seed=9)
    cases.run('dot', torch.dot, v, w, op='dot')
    cases.run('mv', torch.mv, m, v, op='mv')
    cases.run('mm', torch.mm, m, m.t().contiguous(), op='mm')
    cases.run('bmm', torch.bmm, randn(2, 3, 4, seed=10), randn(2, 4, 2, seed=11), op='bmm')
    cases.run('outer', torch.outer, v, randn(3, seed=12), op='outer')
    cases.run('addmm', lambda a, b, c: torch.addmm(a, b, c, beta=0.5, alpha=-2), randn(3, 3, seed=13), m, m.t().contiguous(), op='addmm', beta=0.5, alpha=-2.0)
    cases.run('addmm/row', lambda a, b, c: torch.addmm(a, b, c), randn(3, seed=13), m, m.t().contiguous(), op='addmm', beta=1.0, alpha=1.0)
    cases.run('baddbmm', lambda a, b, c: torch.baddbmm(a, b, c, beta=2, alpha=0.5), randn(2, 3, 2, seed=14), randn(2, 3, 4, seed=10), randn(2, 4, 2, seed=11), op='baddbmm', beta=2.0, alpha=0.5)
    for i, (equation, tensors) in enumerate([
            ('ij,jk->ik', ((2, 3), (3, 4))), ('bij,bjk->bik', ((2, 3, 4), (2, 4, 5))), ('ii', ((3, 3),)), ('ii->i', ((3, 3),)),
            ('ij->ji', ((2, 3),)), ('ij->', ((2, 3),)), ('ij,ij->i', ((2, 3), (2, 3))), ('i,j->ij', ((3,), (4,))),
            ('bhid,bhjd->bhij', ((2, 2, 3, 4), (2, 2, 5, 4))), ('...ij,...jk->...ik', ((2, 3, 4), (4, 5))), ('ij,jk', ((2, 3), (3, 4))),
            ('ij,jk,kl->il', ((2, 3), (3, 4), (4, 2))), ('b...,b...->b...', ((2, 3), (2, 3))), ('ijk,ilm,njm,nlk->', ((2, 3, 4), (2, 5, 3), (6, 3, 3), (6, 5, 4))),
            ('ij,k->ijk', ((2, 3), (2,))), ('bn,anm,bm->ba', ((2, 3), (5, 3, 4), (2, 4)))]):
        cases.run(f'einsum/{i}', lambda *t: torch.einsum(equation, *t), *[randn(*s, seed=20 + k) for k, s in enumerate(tensors)], op='einsum', equation=equation)
    cases.run('tensordot/2', lambda a, b: torch.tensordot(a, b, 2), randn(2, 3, 4, seed=15), randn(3, 4, 5, seed=16), op='tensordot', dims=2)
    cases.run('tensordot/dims', lambda a, b: torch.tensordot(a, b, ([0, 2], [2, 1])), randn(2, 3, 4, seed=15), randn(5, 4, 2, seed=16), op='tensordotDims', left=(0, 2), right=(2, 1))
    cases.run('trace', torch.trace, m, op='trace')
    cases.run('kron', torch.kron, randn(2, 3, seed=17), randn(2, 2, seed=18), op='kron')
    cases.run('cross', lambda a, b: torch.cross(a, b, dim=1), randn(2, 3, seed=19), randn(2, 3, seed=20), op='cross', dim=1)
    for label, shape in (('4', (4, 4)), ('batch', (2, 3, 3)), ('1', (1, 1))):
        n = shape[-1]
        a = randn(*shape, seed=21) + 2 * torch.eye(n, dtype=torch.float64)
        cases.run(f'inv/{label}', torch.linalg.inv, a, op='inv')
        cases.run(f'det/{label}', torch.linalg.det, a, op='det')
        cases.run(f'solve/{label}', torch.linalg.solve, a, randn(*shape[:-1], 2, seed=22), op='solve')
        spd = a @ a.transpose(-1, -2) + torch.eye(n, dtype=torch.float64)
        cases.run(f'cholesky/{label}', torch.linalg.cholesky, spd, op='cholesky')
        # eigh and cholesky read one triangle; symmetrising makes the gradient well defined on the whole matrix
        cases.run(f'eigh/values/{label}', lambda t: torch.linalg.eigh((t + t.transpose(-1, -2)) / 2)[0], a, op='eighValues')
        cases.run(f'eigh/projector/{label}', projector, a, op='eighProjector')
        cases.run(f'svd/square/{label}', lambda t: torch.linalg.svd(t, full_matrices=False)[1], a, op='svdValues')
    cases.run('solve/vector', torch.linalg.solve, randn(4, 4, seed=23) + 3 * torch.eye(4, dtype=torch.float64), randn(4, seed=24), op='solve')
    cases.run('det/singular', torch.linalg.det, torch.tensor([[1., 2.], [2., 4.]], dtype=torch.float64), gradients=False, op='det')
    cases.run('inv/float32', torch.linalg.inv, (randn(4, 4, seed=25) + 2 * torch.eye(4, dtype=torch.float64)).float(), op='inv')
    for label, shape in (('tall', (5, 3)), ('wide', (3, 5)), ('batch', (2, 4, 3))):
        a = randn(*shape, seed=26)
        cases.run(f'svd/values/{label}', lambda t: torch.linalg.svd(t, full_matrices=False)[1], a, op='svdValues')
        # signs of the vectors are free: |U| V-independent products pin them down
        cases.run(f'svd/polar/{label}', polar, a, op='svdPolar')
    for label, shape in (('tall', (5, 3)), ('square', (4, 4)), ('batch', (2, 4, 3))):
        # with R's diagonal made positive Q and R are unique
        cases.run(f'qr/{label}', positive_qr, randn(*shape, seed=27), op='qrPositive')
    cases.write()


def projector(t):
    """Onto the eigenvectors of the two least eigenvalues (or the one): free of the vectors' signs."""
    v = torch.linalg.eigh((t + t.transpose(-1, -2)) / 2)[1][..., :2]
    return v[..., :1] @ v[..., :1].transpose(-1, -2)


def polar(t):
    u, s, vh = torch.linalg.svd(t, full_matrices=False)
    return u @ vh


def positive_qr(t):
    q, r = torch.linalg.qr(t)
    sign = torch.diagonal(r, dim1=-2, dim2=-1).sign().detach()
    return q * sign.unsqueeze(-2), r * sign.unsqueeze(-1)


if __name__ == '__main__':
    main()
