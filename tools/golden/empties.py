"""Empty tensors and single numbers: every operation's result, gradient or refusal, a line each."""
import math
import os

import torch
import torch.nn.functional as F

from cases import CORE, ROOT, name

LINES = []
SINGLE = ('[]', '[0]', '[2,0]')
PAIRS = ('[] []', '[0] []', '[] [0]', '[0] [1]', '[1] [0]', '[2,0] [0]', '[2,0] [2,1]', '[2,1] [0]', '[0] [2]', '[0,2] [2,0]')


def value(spec, place):
    """An input of a spec: [2,0] is float32, i[...] int64 of zeros, n[...] int64 from 1 on, b[...] bool."""
    kind = spec[:spec.index('[')]
    shape = [int(n) for n in spec[len(kind) + 1:-1].split(',') if n]
    k = torch.arange(math.prod(shape))
    if kind == 'i':
        return torch.zeros(shape, dtype=torch.int64)
    if kind == 'n':
        return (1 + (k + place) % 3).reshape(shape)
    if kind == 'b':
        return ((k + place) % 2 == 0).reshape(shape)
    return (0.25 + 0.5 * ((7 * k + 3 * place) % 5)).float().reshape(shape)


def shown(t):
    text = f'{name(t.dtype)}{list(t.shape)}'.replace(' ', '')
    return text + '=' + ','.join(repr(float(v)) for v in t.flatten()) if 0 < t.numel() <= 12 else text


def flat(result):
    if torch.is_tensor(result):
        return [result]
    return [t for r in result for t in flat(r)]


def op(label, function, *specs):
    for spec in specs:
        inputs = [value(s, i) for i, s in enumerate(spec.split(' '))]
        for t in inputs:
            if t.is_floating_point():
                t.requires_grad_()
        try:
            results = flat(function(*inputs))
            outcome = ' '.join(shown(t.detach()) for t in results) or 'nothing'
            ways = [r for r in results if r.requires_grad]
            if ways:
                try:
                    torch.autograd.backward(ways, [torch.ones_like(r) for r in ways])
                    outcome += ' : ' + ' '.join('-' if t.grad is None else shown(t.grad) for t in inputs)
                except Exception:
                    outcome += ' : error'
        except Exception:
            outcome = 'error'
        LINES.append(f'{label} {spec} -> {outcome}')


def pointwise():
    for n in ('abs acos acosh asin asinh atan atanh ceil cos cosh digamma erf erfc erfinv exp exp2 expm1 floor frac lgamma log log10 '
              'log1p log2 logit neg reciprocal round rsqrt sigmoid sign sin sinh sqrt square tan tanh trunc isfinite isinf isnan '
              'logical_not clone contiguous nan_to_num relu').split():
        op(n, getattr(torch.Tensor, n), *SINGLE)
    for n in 'celu elu gelu hardshrink hardsigmoid hardswish hardtanh leaky_relu logsigmoid mish relu6 selu silu softplus softshrink softsign tanhshrink'.split():
        op(n, getattr(F, n), *SINGLE)
    op('threshold(0.5,3)', lambda x: F.threshold(x, 0.5, 3), *SINGLE)
    op('bitwise_not', torch.bitwise_not, 'n[]', 'n[0]', 'b[]', 'b[2,0]')
    op('clamp(0.3,0.6)', lambda x: x.clamp(0.3, 0.6), *SINGLE)
    op('clamp_min(0.5)', lambda x: x.clamp_min(0.5), *SINGLE)
    for n, f in (('add', lambda x: x + 1), ('sub', lambda x: x - 1), ('mul', lambda x: x * 2), ('div', lambda x: x / 2), ('pow', lambda x: x ** 3),
                 ('rdiv', lambda x: 2 / x), ('rsub', lambda x: 2 - x), ('rpow', lambda x: 2 ** x), ('remainder', lambda x: x % 2), ('gt', lambda x: x > 1)):
        op(n + '(number)', f, *SINGLE, 'n[]', 'n[0]')
    for n in ('add sub mul div atan2 copysign hypot maximum minimum pow fmod remainder floor_divide eq ne lt le gt ge '
              'logical_and logical_or logical_xor isclose').split():
        op(n, getattr(torch, n), *PAIRS)
    for n in 'add sub mul div maximum pow floor_divide bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift'.split():
        op(n, getattr(torch, n), 'n[] n[]', 'n[0] n[]', 'n[] n[0]', 'n[0] n[1]', 'n[0] n[2]')
    op('add', torch.add, 'n[] [0]', 'n[0] []', 'b[] []', 'b[0] n[]')
    triples = ('[] [] []', '[0] [] []', '[0] [1] [0]', '[] [0] []', '[2,0] [0] []', '[0] [2] []')
    op('addcmul', torch.addcmul, *triples)
    op('addcdiv', torch.addcdiv, *triples)
    op('lerp', torch.lerp, *triples)
    op('clamp', torch.clamp, *triples)
    op('where', torch.where, 'b[] [] []', 'b[0] [] []', 'b[] [0] []', 'b[2,0] [0] []', 'b[0] [2] []')
    op('prelu', F.prelu, '[] [1]', '[0] [1]', '[2,3] [3]', '[0,3] [3]', '[0,3] [1]')
    op('glu(0)', lambda x: F.glu(x, 0), '[]', '[0]', '[0,4]', '[4,0]')
    op('glu(-1)', lambda x: F.glu(x, -1), '[]', '[0]', '[0,4]', '[4,0]')
    op('to(float64)', lambda x: x.double(), *SINGLE, 'n[0]')
    op('to(int64)', lambda x: x.long(), *SINGLE)
    op('equal', lambda x, y: torch.tensor(torch.equal(x, y)), '[] []', '[0] [0]', '[0] []', '[2,0] [0]', '[2,0] [2,0]')
    op('allclose', lambda x, y: torch.tensor(torch.allclose(x, y)), '[] []', '[0] [0]', '[0] []', '[2,0] [0]')


def reductions():
    dims = SINGLE + ('[0,2]', '[2,0,3]')
    for n in 'sum prod mean var std norm max min argmax argmin any all count_nonzero median'.split():
        op(n + '()', lambda x: getattr(x, n)(), *SINGLE, '[1]', '[0,2]')
    for n in 'sum prod any all max min argmax count_nonzero'.split():
        op(n + '()', lambda x: getattr(x, n)(), 'n[]', 'n[0]', 'b[]', 'b[0]')
    op('norm(0)', lambda x: x.norm(0), *SINGLE)
    op('norm(1)', lambda x: x.norm(1), *SINGLE)
    op('norm(3)', lambda x: x.norm(3), *SINGLE)
    op('norm(inf)', lambda x: x.norm(math.inf), *SINGLE)
    op('norm(-inf)', lambda x: x.norm(-math.inf), *SINGLE)
    op('norm(2,0)', lambda x: x.norm(2, 0), *dims)
    op('norm(2,-1,keep)', lambda x: x.norm(2, -1, True), *dims)
    op('norm(inf,1)', lambda x: x.norm(math.inf, 1), '[]', '[2,0]', '[0,2]')
    op('var(0,[])', lambda x: x.var(dim=[], unbiased=False), *SINGLE)
    for d in (0, -1, 1):
        for n in 'sum prod mean var std amax amin max min argmax argmin any all count_nonzero median logsumexp cumsum cumprod'.split():
            op(f'{n}({d})', lambda x: getattr(x, n)(d), *dims)
        op(f'softmax({d})', lambda x: x.softmax(d), *dims)
        op(f'log_softmax({d})', lambda x: x.log_softmax(d), *dims)
        op(f'sort({d})', lambda x: x.sort(d), *dims)
        op(f'argsort({d})', lambda x: x.argsort(d), *dims)
    for n in 'sum prod mean var amax any max argmax median logsumexp'.split():
        op(f'{n}(0,keep)', lambda x: getattr(x, n)(0, keepdim=True), *dims)
    op('sum([0,1])', lambda x: x.sum((0, 1)), *dims)
    op('mean([0,-1])', lambda x: x.mean((0, -1)), *dims)
    op('amax([])', lambda x: x.amax(()), *dims)
    op('sum([])', lambda x: x.sum(()), *dims)
    op('var([1,2])', lambda x: x.var((1, 2)), '[2,0,3]', '[0,2,3]')
    op('cumsum(0)', lambda x: x.cumsum(0), 'n[]', 'n[0]', 'b[]')
    op('sort()', lambda x: x.sort(), *dims)
    for k in (0, 1, 2):
        op(f'topk({k})', lambda x: x.topk(k), *dims)
        op(f'kthvalue({k})', lambda x: x.kthvalue(k), *dims)
    op('topk(1,0)', lambda x: x.topk(1, 0), *dims)
    op('kthvalue(1,0,keep)', lambda x: x.kthvalue(1, 0, True), *dims)
    op('unique()', lambda x: x.unique(return_inverse=True, return_counts=True), *SINGLE, 'n[0]', 'n[]')
    op('unique(0)', lambda x: x.unique(dim=0), '[0]', '[0,2]', '[]')
    op('bincount', lambda x: x.bincount(), 'n[0]', 'n[]', 'n[1]', 'n[2,0]', 'i[0]')
    op('bincount(weights)', lambda x, w: x.bincount(w), 'n[0] [0]', 'n[0] [1]')
    op('histc(3)', lambda x: x.detach().histc(3), *SINGLE)
    op('histc(3,0,1)', lambda x: x.detach().histc(3, 0, 1), *SINGLE)


def movement():
    every = SINGLE + ('[0,2]', '[1]')
    for shape in ((-1,), (), (0,), (0, -1), (-1, 2), (1, -1), (2, 0), (0, 3, 0), (1, 1)):
        label = ','.join(map(str, shape))
        op(f'reshape({label})', lambda x: x.reshape(shape), *every)
        op(f'view({label})', lambda x: x.view(shape), *every)
    op('flatten()', lambda x: x.flatten(), *every)
    op('flatten(0,-2)', lambda x: x.flatten(0, -2), *every, '[0,2,3]', '[2,3,0]')
    op('flatten(1)', lambda x: x.flatten(1), *every, '[0,2,3]', '[2,3,0]')
    op('unflatten(0,[-1,2])', lambda x: x.unflatten(0, (-1, 2)), '[0]', '[0,2]', '[2,0]', '[]')
    op('unflatten(0,[0,3])', lambda x: x.unflatten(0, (0, 3)), '[0]', '[0,2]')
    op('unflatten(-1,[1,-1])', lambda x: x.unflatten(-1, (1, -1)), '[0]', '[0,2]', '[2,0]')
    op('squeeze()', lambda x: x.squeeze(), *every, '[1,0,1]', '[1,1]')
    for d in (0, -1, 1):
        op(f'squeeze({d})', lambda x: x.squeeze(d), *every)
        op(f'unsqueeze({d})', lambda x: x.unsqueeze(d), *every)
        op(f'flip({d})', lambda x: x.flip(d), *every)
        op(f'select({d},0)', lambda x: x.select(d, 0), *every)
        op(f'narrow({d},0,0)', lambda x: x.narrow(d, 0, 0), *every)
        op(f'unbind({d})', lambda x: x.unbind(d), *every)
        op(f'split(2,{d})', lambda x: x.split(2, d), *every)
        op(f'chunk(3,{d})', lambda x: x.chunk(3, d), *every)
        op(f'roll(1,{d})', lambda x: x.roll(1, d), *every)
        op(f'repeat_interleave(2,{d})', lambda x: x.repeat_interleave(2, d), *every)
        op(f'unfold({d},1,1)', lambda x: x.unfold(d, 1, 1), *every)
        op(f'unfold({d},0,1)', lambda x: x.unfold(d, 0, 1), *every)
    op('split(0,0)', lambda x: x.split(0, 0), *every)
    op('split([0,0],0)', lambda x: x.split((0, 0), 0), *every)
    op('split([],0)', lambda x: x.split((), 0), *every)
    op('flip([])', lambda x: x.flip(()), *every)
    op('flip([0,1])', lambda x: x.flip((0, 1)), *every)
    op('transpose(0,0)', lambda x: x.transpose(0, 0), *every)
    op('transpose(0,1)', lambda x: x.transpose(0, 1), *every)
    op('transpose(-1,0)', lambda x: x.transpose(-1, 0), *every)
    op('t', lambda x: x.t(), *every)
    op('permute([])', lambda x: x.permute(()), *every)
    op('permute([0])', lambda x: x.permute(0), *every)
    op('permute([1,0])', lambda x: x.permute(1, 0), *every)
    op('movedim(0,-1)', lambda x: x.movedim(0, -1), *every)
    op('movedim([],[])', lambda x: x.movedim((), ()), *every)
    for shape in ((), (0,), (2, 0), (-1,), (3, -1), (0, 0), (1, 0, 2)):
        op(f'expand({",".join(map(str, shape))})', lambda x: x.expand(shape), *every)
    op('expand_as', lambda x, y: x.expand_as(y), '[] [0]', '[1] [0]', '[0] []', '[0] [2,0]')
    op('diagonal()', lambda x: x.diagonal(), *every)
    op('diagonal(1,0,1)', lambda x: x.diagonal(1, 0, 1), *every, '[0,2,3]')
    op('diagonal(5,0,1)', lambda x: x.diagonal(5, 0, 1), '[2,2]', '[0,2]')
    op('roll(1)', lambda x: x.roll(1), *every)
    for r in ((), (0,), (2,), (2, 0), (0, 2, 1)):
        op(f'repeat({",".join(map(str, r))})', lambda x: x.repeat(r), *every)
        op(f'tile({",".join(map(str, r))})', lambda x: x.tile(r), *every)
    op('repeat_interleave(2)', lambda x: x.repeat_interleave(2), *every)
    op('repeat_interleave(0)', lambda x: x.repeat_interleave(0), *every)
    op('tril', lambda x: x.tril(), *every)
    op('triu(1)', lambda x: x.triu(1), *every)
    op('diag', lambda x: x.diag(), *every)
    op('diag(1)', lambda x: x.diag(1), *every)
    op('diag_embed', lambda x: x.diag_embed(), *every)
    many = ('[] []', '[0] [0]', '[0] [2]', '[2] [0]', '[0,2] [3,2]', '[0] [3,2]', '[3,2] [0]', '[2,0] [2,3]', '[] [0]', '[0,2] [0,2]', '[0,3] [2,2]')
    for d in (0, 1, -1):
        op(f'cat({d})', lambda *t: torch.cat(t, d), *many)
        op(f'stack({d})', lambda *t: torch.stack(t, d), *many)
    op('hstack', lambda *t: torch.hstack(t), *many)
    op('vstack', lambda *t: torch.vstack(t), *many)
    op('broadcast', lambda *t: torch.broadcast_tensors(*t), *PAIRS)
    op('as_strided([0],[1],0)', lambda x: x.as_strided((0,), (1,), 0), *every)
    op('as_strided([],[],0)', lambda x: x.as_strided((), (), 0), '[]', '[1]', '[2,2]')
    op('slice(0,0,5,1)', lambda x: x[0:5], *every)
    op('get(all)', lambda x: x[:], *every)
    op('get(...)', lambda x: x[...], *every)
    op('get(None)', lambda x: x[None], *every)
    op('get(0)', lambda x: x[0], *every)
    op('get(...,0)', lambda x: x[..., 0], *every)
    op('get()', lambda x: x[()], *every)


def indexing():
    pairs = ('[] i[]', '[] i[1]', '[] i[0]', '[] i[2]', '[0] i[0]', '[0] i[1]', '[3] i[]', '[3] i[0]', '[2,0] i[1]', '[0,2] i[0]', '[0,2] i[1]',
             '[2,3] i[0,3]', '[2,3] i[0]', '[2,3] i[2,0]', '[2,0] i[2,0]', '[0,2] i[1,2]', '[3] i[1,1]', '[] i[1,1]')
    for d in (0, -1, 1):
        # of a single number PyTorch takes any number of indices, and returns what happens to be in memory for none
        op(f'index_select({d})', lambda x, i: x.index_select(d, i), *(p for p in pairs if p not in ('[] i[0]', '[] i[2]')))
        op(f'gather({d})', lambda x, i: x.gather(d, i), *pairs)
        op(f'index_fill({d})', lambda x, i: x.index_fill(d, i, 3), *pairs)
        op(f'scatter({d},number)', lambda x, i: x.scatter(d, i, 3.0), *pairs)
    op('take', lambda x, i: x.take(i), *pairs)
    op('take_along_dim(0)', lambda x, i: torch.take_along_dim(x, i, 0), *pairs)
    op('get(tensor)', lambda x, i: x[i], *pairs)
    op('get(all,tensor)', lambda x, i: x[:, i], *pairs)
    triples = ('[] i[] []', '[] i[1] []', '[] i[] [1]', '[] i[1] [1]', '[] i[2] [2]', '[] i[0] [0]', '[3] i[] []', '[3] i[1] []', '[3] i[] [1]', '[3] i[2] []',
               '[3] i[0] [0]', '[3] i[0] [2]', '[0] i[0] [0]', '[0] i[1] [1]', '[2,3] i[0] [0,3]', '[2,3] i[1] [3]', '[2,0] i[1] [1,0]', '[2,0] i[3] [3,0]',
               '[0,2] i[0] [0,2]', '[0,2] i[1] [1,2]', '[2,3] i[0,3] [0,3]', '[2,3] i[0,0] [2,3]', '[2,0] i[2,0] [2,0]', '[2,3] i[0] [2,3]', '[2,3] i[2] [2,0]')
    for n in ('scatter', 'scatter_add'):
        op(f'{n}(0)', lambda x, i, v: getattr(x, n)(0, i, v), *triples)
    for r in ('sum', 'prod', 'mean', 'amax', 'amin'):
        for include in (True, False):
            op(f'scatter_reduce(0,{r},{str(include).lower()})', lambda x, i, v: x.scatter_reduce(0, i, v, r, include_self=include), *triples)
            if r != 'sum':
                op(f'index_reduce(0,{r},{str(include).lower()})', lambda x, i, v: x.index_reduce(0, i, v, r, include_self=include), *triples)
    op('index_add(0)', lambda x, i, v: x.index_add(0, i, v), *triples)
    op('index_copy(0)', lambda x, i, v: x.index_copy(0, i, v), *triples)
    op('index_put', lambda x, i, v: x.index_put((i,), v), *triples)
    op('index_put(accumulate)', lambda x, i, v: x.index_put((i,), v, True), *triples)
    masks = ('[] b[]', '[0] b[]', '[] b[0]', '[0] b[0]', '[0] b[1]', '[2,0] b[2,1]', '[2,0] b[0]', '[3] b[]', '[0,2] b[0]', '[2,0] b[2]')
    op('masked_fill(3)', lambda x, m: x.masked_fill(m, 3), *masks)
    op('masked_select', lambda x, m: x.masked_select(m), *masks)
    op('get(mask)', lambda x, m: x[m], *masks)
    op('masked_scatter', lambda x, m, v: x.masked_scatter(m, v), '[] b[] []', '[] b[] [0]', '[0] b[] [0]', '[0] b[0] [0]', '[2] b[] [2]', '[] b[2] [2]', '[2,0] b[2,1] [0]')
    op('nonzero', lambda x: x.nonzero(), *SINGLE, 'n[]', 'i[]', 'n[0]', 'b[0,2]')
    op('nonzero_tuple', lambda x: x.nonzero(as_tuple=True), *SINGLE, 'n[]', 'i[]')


def products():
    op('matmul', torch.matmul, '[] []', '[] [2]', '[0] [0]', '[2] [0]', '[2,0] [0]', '[0] [0,3]', '[2,0] [0,3]', '[0,2] [2,3]', '[2,3] [3,0]', '[5,5,0] [0,5]', '[0,5,3] [3,2]',
       '[0,5,3] [3]', '[5,0,3] [3,2]', '[0,2,3] [0,3,2]', '[0,2,3] [1,3,2]', '[2,2,0] [2,0,3]', '[2,2,3] [0]', '[3] [0,3,2]', '[0] [2,0,3]', '[2,1,2,0] [3,0,2]', '[0,2] [3,4]', '[2,3,0] [3,0,0]')
    op('mm', torch.mm, '[2,0] [0,3]', '[0,2] [2,3]', '[0,0] [0,0]', '[0] [0]', '[2,0] [2,0]')
    op('bmm', torch.bmm, '[0,2,3] [0,3,4]', '[2,0,3] [2,3,4]', '[2,3,0] [2,0,4]', '[2,3,2] [2,2,0]', '[0,2,3] [1,3,4]', '[0,2,3] [0,2,3]')
    op('mv', torch.mv, '[2,0] [0]', '[0,2] [2]', '[0,0] [0]', '[] []')
    op('dot', torch.dot, '[0] [0]', '[] []', '[0] [1]')
    op('outer', torch.outer, '[0] [0]', '[0] [2]', '[2] [0]', '[] []')
    op('addmm', torch.addmm, '[2,3] [2,0] [0,3]', '[3] [2,0] [0,3]', '[] [2,0] [0,3]', '[0,3] [0,2] [2,3]', '[3] [0,2] [2,3]', '[0] [2,3] [3,0]', '[2,0] [2,3] [3,0]')
    op('addmm(0.5,2)', lambda a, b, c: torch.addmm(a, b, c, beta=0.5, alpha=2), '[2,3] [2,0] [0,3]', '[3] [2,0] [0,3]', '[0,3] [0,2] [2,3]')
    op('baddbmm', torch.baddbmm, '[2,3,4] [2,3,0] [2,0,4]', '[0,3,4] [0,3,2] [0,2,4]', '[4] [2,3,0] [2,0,4]')
    for e, s in (('ij,jk->ik', '[2,0] [0,3]'), ('ij,jk->ik', '[0,2] [2,3]'), ('i,i->', '[0] [0]'), ('i,j->ij', '[0] [2]'), ('bij,bjk->bik', '[0,2,3] [0,3,2]'),
                 ('bij,bjk->bik', '[2,0,3] [2,3,2]'), ('ij->', '[2,0]'), ('ij->i', '[2,0]'), ('ij->j', '[2,0]'), ('ii->i', '[0,0]'), ('ii->', '[0,0]'), ('->', '[]'),
                 (',->', '[] []'), ('i,->i', '[0] []'), ('...i,...i->...', '[2,0] [2,0]'), ('bij,bij->b', '[2,0,3] [2,0,3]'), ('ij,kj->ik', '[2,0] [3,0]')):
        op(f'einsum({e})', lambda *t: torch.einsum(e, *t), s)
    op('tensordot(1)', lambda a, b: torch.tensordot(a, b, 1), '[2,0] [0,3]', '[0] [0]', '[0,2] [2,0]')
    op('tensordot(0)', lambda a, b: torch.tensordot(a, b, 0), '[2,0] [3]', '[] []', '[0] []')
    op('trace', torch.trace, '[0,0]', '[0,2]', '[2,0]', '[]')
    op('kron', torch.kron, '[] []', '[0] [2]', '[2,0] [2]', '[] [0]', '[0] [2,2]')
    op('cross', lambda a, b: torch.linalg.cross(a, b), '[0,3] [0,3]', '[3,0] [3,0]', '[0] [0]', '[] []')
    op('linear', F.linear, '[2,3,0] [4,0]', '[0,3] [4,3]', '[2,0,3] [4,3]', '[3] [4,3]', '[0] [4,0]', '[2,3] [0,3]', '[] [4,3]')
    op('linear(bias)', F.linear, '[2,3,0] [4,0] [4]', '[0,3] [4,3] [4]', '[2,0] [4,0] [4]', '[2,3] [0,3] [0]', '[0] [4,0] [4]')
    op('bilinear', F.bilinear, '[0,2] [0,3] [4,2,3]', '[2,0] [2,3] [4,0,3]', '[2,2] [2,3] [0,2,3]', '[2] [3] [4,2,3]')
    square = ('[0,0]', '[2,0,0]', '[0,2,2]', '[]', '[0]', '[0,2]')
    for n in 'inv det slogdet cholesky qr eigh'.split():
        op(n, getattr(torch.linalg, n), *square, '[2,0]', '[3,2,0]', '[3,0,2]')
    op('logdet', torch.logdet, *square)
    op('svd', lambda x: torch.linalg.svd(x, full_matrices=False), *square, '[2,0]', '[3,2,0]', '[3,0,2]')
    op('solve', torch.linalg.solve, '[0,0] [0]', '[0,0] [0,0]', '[0,0] [0,2]', '[2,2] [2,0]', '[0,2,2] [0,2]', '[0,2,2] [0,2,3]', '[0,2,2] [2]', '[3,0,0] [3,0]', '[3,0,0] [3,0,2]', '[3,0,0] [0,2]', '[] []')


def networks():
    op('conv1d', F.conv1d, '[0,2,5] [4,2,3]', '[2,5] [4,2,3]', '[1,2,0] [4,2,3]', '[1,0,5] [4,0,3]', '[1,2,5] [0,2,3]', '[1,2,2] [4,2,3]')
    op('conv2d', F.conv2d, '[0,2,5,5] [4,2,3,3]', '[0,2,5,5] [4,2,1,1]', '[1,0,5,5] [4,0,3,3]', '[1,2,5,5] [0,2,3,3]', '[1,2,0,5] [4,2,3,3]', '[0,2,2,2] [4,2,3,3]', '[0,5,5] [4,0,3,3]')
    op('conv2d(bias)', F.conv2d, '[0,2,5,5] [4,2,3,3] [4]', '[0,32,5,5] [32,32,3,3] [32]')
    op('conv2d(groups=2)', lambda x, w: F.conv2d(x, w, groups=2), '[0,4,5,5] [4,2,3,3]')
    op('conv_transpose2d', F.conv_transpose2d, '[0,2,5,5] [2,4,3,3]', '[1,2,0,5] [2,4,3,3]', '[1,0,5,5] [0,4,3,3]')
    op('conv_transpose2d(bias)', F.conv_transpose2d, '[0,2,5,5] [2,4,3,3] [4]')
    op('max_pool2d(2)', lambda x: F.max_pool2d(x, 2), '[0,2,4,4]', '[1,0,4,4]', '[1,2,0,4]', '[0,4,4]', '[1,2,1,1]')
    op('avg_pool2d(2)', lambda x: F.avg_pool2d(x, 2), '[0,2,4,4]', '[1,0,4,4]', '[1,2,0,4]', '[0,4,4]')
    op('max_pool1d(2)', lambda x: F.max_pool1d(x, 2), '[0,2,4]', '[1,0,4]', '[1,2,0]', '[0,4]')
    op('avg_pool1d(2)', lambda x: F.avg_pool1d(x, 2), '[0,2,4]', '[1,2,0]')
    op('adaptive_avg_pool2d(2)', lambda x: F.adaptive_avg_pool2d(x, 2), '[0,2,4,4]', '[1,0,4,4]', '[1,2,0,4]')
    op('adaptive_max_pool2d(2)', lambda x: F.adaptive_max_pool2d(x, 2), '[0,2,4,4]', '[1,2,0,4]')
    op('adaptive_avg_pool1d(2)', lambda x: F.adaptive_avg_pool1d(x, 2), '[0,2,4]', '[1,2,0]')
    op('layer_norm([3])', lambda x: F.layer_norm(x, (3,)), '[0,3]', '[3]', '[2,0,3]', '[0]')
    op('layer_norm([0])', lambda x: F.layer_norm(x, (0,)), '[2,0]', '[0]')
    op('layer_norm([3],weight)', lambda x, w, b: F.layer_norm(x, (3,), w, b), '[0,3] [3] [3]')
    op('group_norm(2)', lambda x: F.group_norm(x, 2), '[0,4]', '[0,4,3]', '[2,4,0]', '[2,0,3]')
    op('batch_norm', lambda x: F.batch_norm(x, torch.zeros(2), torch.ones(2)), '[0,2]', '[0,2,3]', '[1,2,0]')
    op('batch_norm(training)', lambda x: F.batch_norm(x, torch.zeros(2), torch.ones(2), training=True), '[0,2]', '[0,2,3]', '[1,2,0]', '[1,2]')
    op('instance_norm', lambda x: F.instance_norm(x), '[0,2,3]', '[2,0,3]', '[1,2,0]', '[1,2,1]')
    op('embedding', F.embedding, 'i[] [3,2]', 'i[0] [3,2]', 'i[2,0] [3,2]', 'i[0] [0,2]', 'i[2] [3,0]', 'i[1] [0,2]')
    op('embedding(padding=1)', lambda i, w: F.embedding(i, w, padding_idx=1), 'i[] [3,2]', 'i[0] [3,2]', 'i[2,0] [3,2]')
    op('one_hot(3)', lambda i: F.one_hot(i, 3), 'i[]', 'i[0]', 'i[2,0]')
    op('one_hot', lambda i: F.one_hot(i), 'i[]', 'i[0]')
    op('dropout(0.5)', lambda x: F.dropout(x, 0.5), '[0]', '[2,0]')
    op('dropout(0)', lambda x: F.dropout(x, 0.0), *SINGLE)
    for mode in ('constant', 'reflect', 'replicate', 'circular'):
        op(f'pad(1,1,{mode})', lambda x: F.pad(x, (1, 1), mode=mode), '[0,2,3]', '[2,0,3]', '[2,3,0]')
        op(f'pad(-1,0,{mode})', lambda x: F.pad(x, (-1, 0), mode=mode), '[0,2,3]', '[2,3,0]', '[2,3,1]')
    op('pad(1,1,constant)', lambda x: F.pad(x, (1, 1)), '[]', '[0]')
    op('pad(,constant)', lambda x: F.pad(x, ()), *SINGLE)
    op('interpolate(2,nearest)', lambda x: F.interpolate(x, size=2), '[0,2,3]', '[0,2,3,3]', '[1,2,0]', '[1,0,3]')
    op('interpolate(2,linear)', lambda x: F.interpolate(x, size=2, mode='linear'), '[0,2,3]', '[1,2,0]')
    op('attention', lambda q, k, v: F._scaled_dot_product_attention(q, k, v)[0], '[0,4,2] [0,3,2] [0,3,5]', '[2,0,2] [2,3,2] [2,3,5]', '[2,4,2] [2,3,2] [2,3,0]', '[2,2,0,3] [2,2,4,3] [2,2,4,3]')
    pairs = ('[] []', '[0] [0]', '[2,0] [2,0]')
    for n in 'mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy binary_cross_entropy_with_logits kl_div'.split():
        for r in ('mean', 'sum', 'none'):
            op(f'{n}({r})', lambda x, y: getattr(F, n)(x, y.detach().clamp(0, 1), reduction=r), *pairs)
    for r in ('mean', 'sum', 'none'):
        op(f'cross_entropy({r})', lambda x, y: F.cross_entropy(x, y, reduction=r), '[0,3] i[0]', '[3] i[]', '[0,3,2] i[0,2]', '[2,3,0] i[2,0]', '[0,0] i[0]', '[2,0] i[2]', '[2,3] i[0]')
        op(f'nll_loss({r})', lambda x, y: F.nll_loss(x, y, reduction=r), '[0,3] i[0]', '[3] i[]', '[0,3,2] i[0,2]', '[2,3,0] i[2,0]')
        op(f'cosine_embedding_loss({r})', lambda a, b, y: F.cosine_embedding_loss(a, b, y, reduction=r), '[0,3] [0,3] n[0]', '[3] [3] n[]')
        op(f'triplet_margin_loss({r})', lambda a, b, c: F.triplet_margin_loss(a, b, c, reduction=r), '[0,3] [0,3] [0,3]', '[3] [3] [3]')
    op('cross_entropy(soft)', lambda x, y: F.cross_entropy(x, y.detach()), '[0,3] [0,3]', '[3] [3]')
    op('cosine_similarity(0)', lambda a, b: F.cosine_similarity(a, b, 0), '[] []', '[0] [0]', '[2,0] [2,0]', '[0,2] [0,2]')
    op('cosine_similarity(1)', lambda a, b: F.cosine_similarity(a, b, 1), '[2,0] [2,0]', '[0,2] [0,2]')
    op('normalize(0)', lambda x: F.normalize(x, dim=0), *SINGLE, '[0,2]')
    op('normalize(1)', lambda x: F.normalize(x, dim=1), '[2,0]', '[0,2]')


def creation():
    def made(label, function):
        try:
            outcome = shown(function())
        except Exception:
            outcome = 'error'
        LINES.append(f'{label} none -> {outcome}')

    for shape in ((), (0,), (2, 0), (-1,)):
        label = ','.join(map(str, shape))
        made(f'zeros({label})', lambda: torch.zeros(shape))
        made(f'full({label})', lambda: torch.full(shape, 2.5))
        made(f'randn({label}).mul(0)', lambda: torch.randn(shape) * 0)
    made('randint(0,3,0)', lambda: torch.randint(0, 3, (0,)))
    made('randint(3,3,0)', lambda: torch.randint(3, 3, (0,)))
    for n in (0, 1, -1):
        made(f'randperm({n})', lambda: torch.randperm(n))
        made(f'eye({n})', lambda: torch.eye(n))
        made(f'arange({n})', lambda: torch.arange(n))
        made(f'linspace(1,2,{n})', lambda: torch.linspace(1, 2, n))
    made('arange(3,3,1)', lambda: torch.arange(3, 3, 1))
    made('arange(3,2,1)', lambda: torch.arange(3, 2, 1))
    made('logspace(0,1,0)', lambda: torch.logspace(0, 1, 0))
    op('zeros_like', torch.zeros_like, *SINGLE)
    op('full_like(3)', lambda x: torch.full_like(x, 3), *SINGLE)
    op('bernoulli', lambda x: torch.bernoulli(x.detach() * 0), *SINGLE)
    op('multinomial(1)', lambda x: torch.multinomial(x, 1), '[0]', '[0,2]', '[2,0]', '[]', '[1]')


def main():
    for part in (pointwise, reductions, movement, indexing, products, networks, creation):
        part()
    path = os.path.join(ROOT, CORE + 'empties.txt')
    with open(path, 'w') as file:
        file.write('\n'.join(LINES) + '\n')
    print(f'{os.path.relpath(path, ROOT)}: {len(LINES)} cases, {os.path.getsize(path)} bytes')


if __name__ == '__main__':
    main()
