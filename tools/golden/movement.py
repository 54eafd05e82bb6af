"""Views, joins, repetition, indexing for reading and writing, scatter and gather: results and gradients."""
import torch

from cases import CORE, Cases, ints, randn

READ = [
    '0', '-1', '1, 2', '1, 2, 3', '0, -1, -2', ':', '0:1', '1:', ':2', ':, 1:3', ':, :, ::2', '::2', ':, 0:3:2',
    '-1:, :-1', '...', '..., 0', '0, ...', '..., 1:3', '1, ..., 2', 'None', ':, None', '..., None', 'None, 1, None, :, 0',
    '0:0', ':, 3:1', '5:9', '-100:100', ':, :, 1:4:2', '1:2, 2:3, 3:4', '0, 1:, ::3', ':, -2', '..., -1, :', ':, :, -3:',
]


def index(t, expression):
    return eval(f't[{expression}]')  # our own literals


def views(cases):
    x = randn(2, 3, 4, seed=1)

    def case(label, function, t=x, **attributes):
        cases.run(label, function, t, **attributes)

    for shape in ((6, 4), (-1,), (4, 3, 2), (2, -1, 2), (1, 24, 1)):
        case(f'reshape/{shape}', lambda t: t.reshape(shape), op='reshape', shape=shape)
        case(f'reshape/transposed/{shape}', lambda t: t.transpose(0, 2).reshape(shape), op='transposeReshape', shape=shape)
    for a, b in ((0, -1), (1, 2), (0, 1), (0, 0)):
        case(f'flatten/{a}_{b}', lambda t: t.flatten(a, b), op='flatten', start=a, end=b)
    case('unflatten', lambda t: t.unflatten(2, (2, 2)), op='unflatten', dim=2, sizes=(2, 2))
    case('unflatten/infer', lambda t: t.unflatten(-1, (-1, 1)), op='unflatten', dim=-1, sizes=(-1, 1))
    y = randn(1, 3, 1, 2, seed=2)
    case('squeeze', lambda t: t.squeeze(), y, op='squeeze')
    for d in (0, 1, 2, -1, -2):
        case(f'squeeze/{d}', lambda t: t.squeeze(d), y, op='squeezeDim', dim=d)
        case(f'unsqueeze/{d}', lambda t: t.unsqueeze(d), op='unsqueeze', dim=d)
    for a, b in ((0, 1), (0, 2), (-1, -2), (1, 1)):
        case(f'transpose/{a}_{b}', lambda t: t.transpose(a, b), op='transpose', dim0=a, dim1=b)
    for p in ((2, 0, 1), (0, 2, 1), (-1, 0, 1)):
        case(f'permute/{p}', lambda t: t.permute(p), op='permute', dims=p)
    case('t', lambda t: t.t(), randn(3, 4, seed=3), op='t')
    for a, b in ((0, 2), (2, 0), (-1, 0)):
        case(f'movedim/{a}_{b}', lambda t: t.movedim(a, b), op='movedim', source=a, destination=b)
    case('expand', lambda t: t.expand(2, 3, 4), randn(3, 1, seed=4), op='expand', shape=(2, 3, 4))
    case('expand/keep', lambda t: t.expand(2, -1, 4), randn(1, 3, 1, seed=4), op='expand', shape=(2, -1, 4))
    for d, s, n in ((0, 1, 1), (1, 0, 2), (-1, -3, 2)):
        case(f'narrow/{d}_{s}_{n}', lambda t: t.narrow(d, s if s >= 0 else t.size(d) + s, n), op='narrow', dim=d, start=s, length=n)
    case('select/1_2', lambda t: t.select(1, 2), op='select', dim=1, index=2)
    case('select/-1_-2', lambda t: t.select(-1, -2), op='select', dim=-1, index=-2)
    s = randn(7, 2, seed=5)
    case('split', lambda t: t.split(3), s, op='split', size=3, dim=0)
    case('split/sizes', lambda t: t.split((1, 4, 2)), s, op='splitSizes', sizes=(1, 4, 2), dim=0)
    for n in (2, 3, 5, 7, 10):
        case(f'chunk/{n}', lambda t: t.chunk(n), s, op='chunk', chunks=n, dim=0)
    case('unbind', lambda t: t.unbind(1), op='unbind', dim=1)
    for o in (0, 1, -1, 2):
        case(f'diagonal/{o}', lambda t: t.diagonal(o), randn(3, 4, seed=6), op='diagonal', offset=o, dim0=0, dim1=1)
    case('diagonal/batch', lambda t: t.diagonal(1, -2, -1), op='diagonal', offset=1, dim0=-2, dim1=-1)
    for d, n, st in ((0, 3, 2), (0, 2, 1), (1, 2, 1)):
        case(f'unfold/{d}_{n}_{st}', lambda t: t.unfold(d, n, st), s, op='unfold', dim=d, size=n, step=st)
    for r in ((2,), (2, 3), (1, 2, 1), (0, 2)):
        case(f'repeat/{r}', lambda t: t.repeat(r if len(r) > 1 else (1, r[0])), randn(2, 3, seed=7), op='repeat', repeats=r if len(r) > 1 else (1, r[0]))
        case(f'tile/{r}', lambda t: t.tile(r), randn(2, 3, seed=7), op='tile', repeats=r)
    for n, d in ((1, 0), (-2, 1), (5, 2)):
        case(f'roll/{n}_{d}', lambda t: t.roll(n, d), op='roll', shift=n, dim=d)
    case('roll/flat', lambda t: t.roll(5), op='rollFlat', shift=5)
    for d in ((0,), (1, 2), (-1,)):
        case(f'flip/{d}', lambda t: t.flip(d), op='flip', dims=d)
    case('repeatInterleave', lambda t: t.repeat_interleave(3, 1), op='repeatInterleave', repeats=3, dim=1)
    for k in (0, 1, -1):
        case(f'tril/{k}', lambda t: t.tril(k), op='tril', diagonal=k)
        case(f'triu/{k}', lambda t: t.triu(k), op='triu', diagonal=k)
        case(f'diag/vector/{k}', lambda t: t.diag(k), randn(3, seed=8), op='diag', diagonal=k)
        case(f'diag/matrix/{k}', lambda t: t.diag(k), randn(3, 4, seed=8), op='diag', diagonal=k)
    a, b, c = randn(2, 3, seed=9), randn(2, 1, seed=10), randn(2, 4, seed=11)
    cases.run('cat/1', lambda *t: torch.cat(t, 1), a, b, c, op='cat', dim=1)
    cases.run('cat/-1', lambda *t: torch.cat(t, -1), a, b, op='cat', dim=-1)
    cases.run('cat/0', lambda *t: torch.cat(t), a, a + 1, op='cat', dim=0)
    cases.run('cat/empty', lambda *t: torch.cat(t), a, torch.zeros(0, 3, dtype=torch.float64), op='cat', dim=0)
    for d in (0, 1, 2, -1):
        cases.run(f'stack/{d}', lambda *t: torch.stack(t, d), a, a * 2, a - 1, op='stack', dim=d)
    for op in ('hstack', 'vstack'):
        cases.run(f'{op}/1', lambda *t: getattr(torch, op)(t), randn(3, seed=1), randn(3, seed=2), op=op)
        cases.run(f'{op}/2', lambda *t: getattr(torch, op)(t), a, a * 3, op=op)


def indexing(cases):
    x = randn(2, 3, 4, seed=1)
    for n, expression in enumerate(READ):
        cases.run(f'get/{n}', lambda t: index(t, expression), x, op='get', index=expression.replace(' ', ''))
        picked = index(x, expression)

        def assign(t, v):
            u = t.clone()
            exec(f'u[{expression}] = v')
            return u

        cases.run(f'set/{n}', assign, x, randn(*picked.shape, seed=2), op='set', index=expression.replace(' ', ''))
        if picked.dim():
            cases.run(f'setrow/{n}', assign, x, randn(*picked.shape[-1:], seed=3) if picked.shape[-1] != 1 else randn(1, seed=3), op='set', index=expression.replace(' ', ''))
    i = torch.tensor([1, 0, 1, -1])
    j = torch.tensor([[0, 2], [2, 1]])
    mask = torch.tensor([[True, False, True], [False, True, True]])
    full = randn(2, 3, 4, seed=12) > 0
    cases.run('index/rows', lambda t: t[i], x, op='index', extra={'index0': i}, at='0')
    cases.run('index/matrix', lambda t: t[:, j], x, op='index', extra={'index1': j}, at='1')
    cases.run('index/pairs', lambda t: t[i, torch.tensor([0, 2, 1, 1])], x, op='index', extra={'index0': i, 'index1': torch.tensor([0, 2, 1, 1])}, at='0,1')
    cases.run('index/apart', lambda t: t[i, :, torch.tensor([3, 2, 1, 0])], x, op='index', extra={'index0': i, 'index2': torch.tensor([3, 2, 1, 0])}, at='0,2')
    cases.run('index/broadcast', lambda t: t[torch.tensor([[0], [1]]), torch.tensor([0, 2])], x, op='index', extra={'index0': torch.tensor([[0], [1]]), 'index1': torch.tensor([0, 2])}, at='0,1')
    cases.run('index/mask', lambda t: t[mask], x, op='index', extra={'index0': mask}, at='0')
    cases.run('index/fullmask', lambda t: t[full], x, op='index', extra={'index0': full}, at='0')
    cases.run('index/none', lambda t: t[torch.zeros(2, dtype=torch.bool)], x, op='index', extra={'index0': torch.zeros(2, dtype=torch.bool)}, at='0')
    cases.run('index/scalar', lambda t: t[torch.tensor(1)], x, op='index', extra={'index0': torch.tensor(1)}, at='0')

    def put(t, v, key, accumulate=False):
        return t.clone().index_put_(key, v, accumulate)

    cases.run('indexPut/mask', lambda t, v: put(t, v, (mask,)), x, randn(4, seed=13), op='indexPut', extra={'index0': mask}, accumulate=False)
    cases.run('indexPut/pairs', lambda t, v: put(t, v, (torch.tensor([0, 1]), torch.tensor([2, 0]))), x, randn(2, 4, seed=14), op='indexPut', extra={'index0': torch.tensor([0, 1]), 'index1': torch.tensor([2, 0])}, accumulate=False)
    cases.run('indexPut/accumulate', lambda t, v: put(t, v, (i,), True), x, randn(4, 3, 4, seed=15), op='indexPut', extra={'index0': i}, accumulate=True)
    for d in (0, 1, 2):
        k = ints(0, x.size(d), 5, seed=20 + d)
        shape = list(x.shape)
        shape[d] = 5
        src = randn(*shape, seed=30 + d)
        cases.run(f'indexSelect/{d}', lambda t: t.index_select(d, k), x, op='indexSelect', dim=d, extra={'index': k})
        cases.run(f'indexAdd/{d}', lambda t, v: t.index_add(d, k, v), x, src, op='indexAdd', dim=d, extra={'index': k})
        cases.run(f'indexFill/{d}', lambda t: t.index_fill(d, k, 2.5), x, op='indexFill', dim=d, value=2.5, extra={'index': k})
        g = ints(0, x.size(d), *shape, seed=40 + d)
        cases.run(f'gather/{d}', lambda t: t.gather(d, g), x, op='gather', dim=d, extra={'index': g})
        cases.run(f'scatterAdd/{d}', lambda t, v: t.scatter_add(d, g, v), x, src, op='scatterAdd', dim=d, extra={'index': g})
        once = torch.argsort(randn(*x.shape, seed=50 + d), d)
        cases.run(f'scatter/{d}', lambda t, v: t.scatter(d, once, v), x, randn(*x.shape, seed=60 + d), op='scatter', dim=d, extra={'index': once})
        cases.run(f'scatter/value/{d}', lambda t: t.scatter(d, g, 1.5), x, op='scatterValue', dim=d, value=1.5, extra={'index': g})
    small = torch.tensor([[[1], [0]]])
    cases.run('gather/small', lambda t: t.gather(2, small), x, op='gather', dim=2, extra={'index': small})
    cases.run('scatterAdd/small', lambda t, v: t.scatter_add(2, small, v), x, randn(1, 2, 1, seed=70), op='scatterAdd', dim=2, extra={'index': small})
    cases.run('take', lambda t: t.take(torch.tensor([[0, 23], [-1, 5]])), x, op='take', extra={'index': torch.tensor([[0, 23], [-1, 5]])})
    order = x.argsort(1)
    cases.run('takeAlongDim', lambda t: torch.take_along_dim(t, order, 1), x, op='takeAlongDim', dim=1, extra={'index': order})
    cases.run('maskedFill', lambda t: t.masked_fill(full, -7.5), x, op='maskedFill', value=-7.5, extra={'mask': full})
    cases.run('maskedFill/broadcast', lambda t: t.masked_fill(mask.unsqueeze(-1), 3.0), x, op='maskedFill', value=3.0, extra={'mask': mask.unsqueeze(-1)})
    cases.run('maskedSelect', lambda t: t.masked_select(full), x, op='maskedSelect', extra={'mask': full})
    cases.run('maskedSelect/broadcast', lambda t: t.masked_select(mask.unsqueeze(-1)), x, op='maskedSelect', extra={'mask': mask.unsqueeze(-1)})
    cases.run('maskedScatter', lambda t, v: t.masked_scatter(full, v), x, randn(24, seed=71), op='maskedScatter', extra={'mask': full})
    cases.run('nonzero', lambda t: t.nonzero(), (x > 0.3).float(), gradients=False, op='nonzero')
    cases.run('nonzero/scalar', lambda t: t.nonzero(), torch.tensor(3.0), gradients=False, op='nonzero')
    cases.run('where/condition', lambda a, b: torch.where(mask.unsqueeze(-1), a, b), x, randn(4, seed=72), op='whereMask', extra={'mask': mask.unsqueeze(-1)})


def creation(cases):
    for label, args in (('5', (5,)), ('2_9', (2, 9)), ('1_10_3', (1, 10, 3)), ('10_0_-4', (10, 0, -4)), ('0_1_0.1', (0, 1, 0.1)), ('-1.5_2_0.5', (-1.5, 2, 0.5)), ('0_0', (0, 0))):
        cases.add(f'arange/{label}', [], [torch.arange(*args)], op='arange', args=args)
    for label, args in (('0_1_5', (0, 1, 5)), ('-3_10_7', (-3, 10, 7)), ('2_2_1', (2, 2, 1)), ('0_1_100', (0, 1, 100)), ('5_-5_11', (5, -5, 11)), ('0_1_0', (0, 1, 0))):
        cases.add(f'linspace/{label}', [], [torch.linspace(*args)], op='linspace', args=args)
    for args in ((3, 3), (2, 4), (4, 2), (0, 3)):
        cases.add(f'eye/{args}', [], [torch.eye(*args)], op='eye', args=args)


def main():
    cases = Cases(CORE + 'movement.safetensors')
    views(cases)
    cases.write()
    cases = Cases(CORE + 'indexing.safetensors')
    indexing(cases)
    creation(cases)
    cases.write()


if __name__ == '__main__':
    main()
