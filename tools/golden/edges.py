"""Edge cases: reductions of scattered values, negative pads, batches of vectors, determinants of any sign, large output padding."""
import torch
import torch.nn.functional as F

from cases import CORE, Cases, ints, randn


def scattered(cases):
    x, src = randn(3, 4, seed=1), randn(3, 4, seed=2)
    index = torch.tensor([[0, 2, 1, 0], [1, 2, 1, 0], [0, 2, 1, 2]])
    small = torch.tensor([[2, 0], [2, 0]])
    ties_x = torch.tensor([[1., 2., 0., 1.], [3., 0., 5., 1.], [0., 2., 1., 1.]], dtype=torch.float64)
    ties_src = torch.tensor([[1., 2., 0., 1.], [3., 0., 5., 1.], [1., 2., 5., 1.]], dtype=torch.float64)
    zeros = torch.tensor([[0., 2., 1., 3.], [4., 0., 2., 0.], [1., 5., 0., 2.]], dtype=torch.float64)
    for reduce in ('sum', 'prod', 'mean', 'amax', 'amin'):
        for include in (True, False):
            def run(label, a, b, i, dim=0):
                cases.run(f'scatterReduce/{reduce}/{include}/{label}',
                          lambda t, v: t.scatter_reduce(dim, i, v, reduce, include_self=include), a, b,
                          extra={'index': i}, op='scatterReduce', dim=dim, reduce=reduce, include=include)

            run('0', x, src, index)
            run('1', x, src[:, :3], index[:, :3], 1)
            run('small', x, src[:2, :2], small)
            if include:
                run('ties', ties_x, ties_src, index)
            # where self takes no part but equals the extremum, PyTorch counts it among those that share the gradient
            run('zeros', ties_x if include else x, zeros, index)
            whole = ints(-9, 9, 3, 4, seed=3), ints(-9, 9, 3, 4, seed=4)
            cases.run(f'scatterReduce/{reduce}/{include}/int64',
                      lambda t, v: t.scatter_reduce(0, index, v, reduce, include_self=include), *whole, gradients=False,
                      extra={'index': index}, op='scatterReduce', dim=0, reduce=reduce, include=include)
            if reduce == 'sum':
                continue
            for dim, row, shape in ((0, [2, 0, 2, 2], (4, 4)), (1, [3, 3], (3, 2)), (0, [], (0, 4))):
                i = torch.tensor(row, dtype=torch.int64)
                cases.run(f'indexReduce/{reduce}/{include}/{dim}/{len(row)}',
                          lambda t, v: t.index_reduce(dim, i, v, reduce, include_self=include), x, randn(*shape, seed=5),
                          extra={'index': i}, op='indexReduce', dim=dim, reduce=reduce, include=include)
    for dim, row, shape in ((0, [2, 0], (2, 4)), (1, [3, 1, 0], (3, 3)), (1, [], (3, 0))):
        i = torch.tensor(row, dtype=torch.int64)
        cases.run(f'indexCopy/{dim}/{len(row)}', lambda t, v: t.index_copy(dim, i, v), x, randn(*shape, seed=6),
                  extra={'index': i}, op='indexCopy', dim=dim)
        cases.run(f'indexAdd/{dim}/{len(row)}', lambda t, v: t.index_add(dim, i, v, alpha=-1.5), x, randn(*shape, seed=6),
                  extra={'index': i}, op='indexAdd', dim=dim, alpha=-1.5)
        cases.run(f'indexFill/{dim}/{len(row)}', lambda t: t.index_fill(dim, i - 1, 2.5), x,
                  extra={'index': i - 1}, op='indexFill', dim=dim, value=2.5)


def linear_algebra(cases):
    a = randn(3, 4, 4, seed=7) + torch.eye(4, dtype=torch.float64)
    two = torch.stack([torch.tensor([[0., 1.], [1., 0.]]), torch.tensor([[2., 1.], [1., 3.]])]).double()
    for label, t in (('batch', a), ('one', a[0]), ('signs', two), ('1', a[0, :1, :1])):
        cases.run(f'slogdet/{label}', torch.linalg.slogdet, t, op='slogdet')
        cases.run(f'logdet/{label}', torch.logdet, t, op='logdet')
    for label, t in (('singular', torch.zeros(2, 2, dtype=torch.float64)), ('empty', torch.zeros(2, 0, 0, dtype=torch.float64))):
        cases.run(f'slogdet/{label}', torch.linalg.slogdet, t, gradients=False, op='slogdet')
        cases.run(f'logdet/{label}', torch.logdet, t, gradients=False, op='logdet')
    for label, left, right in (
            ('batch of vectors', (3, 4, 4), (3, 4)), ('one vector', (3, 4, 4), (4,)), ('broadcast', (4, 4), (3, 4, 2)),
            ('broadcast left', (3, 4, 4), (4, 2)), ('1', (1, 1, 1), (1,)), ('vectors of vectors', (2, 3, 2, 2), (2, 3, 2)),
            ('no right sides', (4, 4), (4, 0)), ('no batch', (0, 4, 4), (0, 4))):
        m = randn(*left, seed=8) + 2 * torch.eye(left[-1], dtype=torch.float64)
        cases.run(f'solve/{label}'.replace(' ', '_'), torch.linalg.solve, m, randn(*right, seed=9), gradients=label != '1', op='solve')
    # squares of the vectors' elements do not depend on the vectors' signs
    s = a + a.transpose(-1, -2)
    cases.run('eighSquares/batch', lambda t: torch.linalg.eigh(t)[1].square(), s, op='eighSquares')
    cases.run('eighSquares/2', lambda t: torch.linalg.eigh(t)[1].square(), two[1], op='eighSquares')


def layers(cases):
    x = torch.arange(24, dtype=torch.float64).reshape(1, 2, 3, 4)
    for mode in ('constant', 'reflect', 'replicate', 'circular'):
        for pads in ((-1, 1), (1, -1), (-1, -1), (2, -1), (-1, 2, 1, -1), (0, -2, -1, 0), (-1, 0, 2, -1)):
            if mode == 'circular' and pads in ((2, -1),):
                pads = (1, -2)
            t = x if len(pads) == 4 else x[0]
            cases.run(f'pad/{mode}/{pads}'.replace(' ', ''), lambda v: F.pad(v, pads, mode=mode), t, op='pad', mode=mode, pads=pads)
    for label, o in (('dilation', dict(stride=2, output_padding=2, dilation=3)), ('rows', dict(stride=(1, 3), output_padding=(1, 2), dilation=(2, 1))),
                     ('padding', dict(stride=2, padding=3, output_padding=3, dilation=4)), ('groups', dict(stride=1, padding=1, output_padding=1, dilation=2, groups=2))):
        w = randn(2, 3, 2, 3, seed=10)
        b = randn(w.size(1) * o.get('groups', 1), seed=11)
        cases.run(f'convTranspose2d/{label}', lambda *t: F.conv_transpose2d(*t, **o), randn(2, 2, 3, 4, seed=12), w, b, op='convTranspose2d',
                  stride=o['stride'], padding=o.get('padding', 0), outputPadding=o['output_padding'], dilation=o['dilation'], groups=o.get('groups', 1))
    for scale in ((1.3,), (1.3, 1.5), (1.5, 1.3)):
        cases.run(f'interpolate/{scale}'.replace(' ', ''), lambda t: F.interpolate(t, scale_factor=scale if len(scale) > 1 else scale[0], mode='bilinear'),
                  randn(1, 2, 3, 3, seed=13), op='interpolate', scale=scale)
    mask = torch.tensor([[True, False], [True, True]])
    cases.run('maskedScatter/receiver', lambda t, v: t.masked_scatter(mask, v), randn(2, seed=14), randn(4, seed=15), extra={'mask': mask}, op='maskedScatter')
    cases.run('maskedScatter/mask', lambda t, v: t.masked_scatter(mask[0], v), randn(3, 2, seed=14), randn(4, seed=15), extra={'mask': mask[0]}, op='maskedScatter')


def main():
    cases = Cases(CORE + 'edges.safetensors')
    scattered(cases)
    linear_algebra(cases)
    layers(cases)
    cases.write()


if __name__ == '__main__':
    main()
