"""Convolutions, pools, norms, embedding, activations with options, losses with options; and what modules print."""
import torch
import torch.nn.functional as F
from torch import nn

from cases import NN, ROOT, Cases, ints, name, rand, randn


def convolutions():
    cases = Cases(NN + 'convolution.safetensors')
    i = 0
    for label, x, w, o in [
            ('plain', (2, 3, 7, 6), (4, 3, 3, 3), {}), ('padding', (1, 2, 5, 5), (3, 2, 3, 3), dict(padding=1)),
            ('stride', (2, 3, 8, 9), (2, 3, 3, 2), dict(stride=2)), ('dilation', (1, 2, 9, 9), (2, 2, 3, 3), dict(dilation=2)),
            ('groups', (2, 4, 5, 5), (6, 2, 3, 3), dict(groups=2, padding=1)), ('depthwise', (1, 3, 6, 6), (3, 1, 3, 3), dict(groups=3, padding=1)),
            ('uneven', (1, 2, 8, 10), (3, 2, 3, 5), dict(stride=(2, 3), padding=(1, 2), dilation=(2, 1))), ('pointwise', (2, 5, 4, 4), (3, 5, 1, 1), {}),
            ('whole', (2, 3, 4, 4), (5, 3, 4, 4), {}), ('remainder', (1, 1, 8, 8), (1, 1, 3, 3), dict(stride=3)), ('lenet', (2, 1, 12, 12), (6, 1, 5, 5), dict(padding=2)),
            ('farpadding', (1, 1, 3, 3), (2, 1, 3, 3), dict(padding=4))]:
        for bias in (True, False):
            i += 1
            b = randn(w[0], seed=i) if bias else None
            cases.run(f'conv2d/{label}/{bias}', lambda *t: F.conv2d(t[0], t[1], t[2] if bias else None, **o), *[randn(*x, seed=i + 50), randn(*w, seed=i + 100)] + ([b] if bias else []), op='conv2d', **o)
    for label, x, w, o in [
            ('plain', (2, 3, 10), (4, 3, 3), {}), ('all', (2, 4, 11), (6, 2, 3), dict(stride=2, padding=1, dilation=2, groups=2)), ('unbatched', (3, 7), (2, 3, 2), {})]:
        cases.run(f'conv1d/{label}', lambda a, b, c: F.conv1d(a, b, c, **o), randn(*x, seed=1), randn(*w, seed=2), randn(w[0], seed=3), op='conv1d', **o)
    for label, x, w, o in [
            ('plain', (2, 3, 4, 5), (3, 4, 3, 3), {}), ('stride', (1, 2, 4, 4), (2, 3, 3, 3), dict(stride=2)), ('outputpadding', (1, 2, 4, 4), (2, 3, 3, 3), dict(stride=2, padding=1, output_padding=1)),
            ('all', (2, 4, 4, 5), (4, 3, 3, 2), dict(stride=(2, 3), padding=(1, 1), output_padding=(1, 2), groups=2, dilation=(1, 2))), ('segmentation', (1, 2, 3, 3), (2, 2, 4, 4), dict(stride=2, padding=1))]:
        n = w[1] * o.get('groups', 1)
        names = {'output_padding': 'outputPadding'}
        cases.run(f'convTranspose2d/{label}', lambda a, b, c: F.conv_transpose2d(a, b, c, **o), randn(*x, seed=4), randn(*w, seed=5), randn(n, seed=6), op='convTranspose2d', **{names.get(k, k): v for k, v in o.items()})
    cases.run('conv2d/float32', lambda a, b, c: F.conv2d(a, b, c, padding=1), randn(2, 8, 9, 9, seed=7, dtype=torch.float32), randn(16, 8, 3, 3, seed=8, dtype=torch.float32), randn(16, seed=9, dtype=torch.float32), op='conv2d', padding=1)
    cases.run('conv2d/bfloat16', lambda a, b, c: F.conv2d(a, b, c, padding=1), randn(2, 8, 9, 9, seed=7, dtype=torch.bfloat16), randn(16, 8, 3, 3, seed=8, dtype=torch.bfloat16), randn(16, seed=9, dtype=torch.bfloat16), gradients=False, op='conv2d', padding=1)
    cases.run('linear', F.linear, randn(4, 3, seed=10), randn(5, 3, seed=11), randn(5, seed=12), op='linear')
    cases.run('linear/batch', F.linear, randn(2, 4, 3, seed=10), randn(5, 3, seed=11), randn(5, seed=12), op='linear')
    cases.run('linear/vector', F.linear, randn(3, seed=10), randn(5, 3, seed=11), randn(5, seed=12), op='linear')
    cases.run('bilinear', F.bilinear, randn(4, 3, seed=13), randn(4, 2, seed=14), randn(5, 3, 2, seed=15), randn(5, seed=16), op='bilinear')
    cases.write()


def pools():
    cases = Cases(NN + 'pool.safetensors')
    x = randn(2, 3, 7, 8, seed=1)
    for label, o in [('2', dict(kernel=2)), ('3_2', dict(kernel=3, stride=2)), ('3_2_1', dict(kernel=3, stride=2, padding=1)), ('ceil', dict(kernel=3, stride=2, ceilMode=True)),
                     ('ceilpad', dict(kernel=3, stride=2, padding=1, ceilMode=True)), ('uneven', dict(kernel=(2, 3), stride=(3, 1), padding=(1, 0)))]:
        a = dict(kernel_size=o['kernel'], stride=o.get('stride'), padding=o.get('padding', 0), ceil_mode=o.get('ceilMode', False))
        cases.run(f'maxPool2d/{label}', lambda t: F.max_pool2d(t, **a), x, op='maxPool2d', **o)
        cases.run(f'avgPool2d/{label}', lambda t: F.avg_pool2d(t, **a), x, op='avgPool2d', **o)
        cases.run(f'avgPool2d/{label}/nopad', lambda t: F.avg_pool2d(t, **a, count_include_pad=False), x, op='avgPool2d', countIncludePad=False, **o)
        cases.run(f'avgPool2d/{label}/divisor', lambda t: F.avg_pool2d(t, **a, divisor_override=5), x, op='avgPool2d', divisorOverride=5, **o)
    cases.run('maxPool2d/dilation', lambda t: F.max_pool2d(t, 2, 1, 1, 2), x, op='maxPool2d', kernel=2, stride=1, padding=1, dilation=2)
    ties = ints(0, 2, 1, 2, 6, 6, seed=2).double()
    cases.run('maxPool2d/ties', lambda t: F.max_pool2d(t, 3, 1), ties, op='maxPool2d', kernel=3, stride=1)
    bad = randn(1, 1, 4, 4, seed=3)
    bad[0, 0, 1, 1] = float('nan')
    bad[0, 0, 2, 3] = float('-inf')
    cases.run('maxPool2d/nan', lambda t: F.max_pool2d(t, 2), bad, gradients=False, op='maxPool2d', kernel=2)
    cases.run('maxPool2d/float32', lambda t: F.max_pool2d(t, 2), x.float(), op='maxPool2d', kernel=2)
    cases.run('avgPool2d/float32', lambda t: F.avg_pool2d(t, 2), x.float(), op='avgPool2d', kernel=2)
    for size in ((1, 1), (3, 5), (7, 8), (10, 2)):
        cases.run(f'adaptiveAvgPool2d/{size}', lambda t: F.adaptive_avg_pool2d(t, size), x, op='adaptiveAvgPool2d', size=size)
        cases.run(f'adaptiveMaxPool2d/{size}', lambda t: F.adaptive_max_pool2d(t, size), x, op='adaptiveMaxPool2d', size=size)
    y = randn(2, 3, 9, seed=4)
    cases.run('maxPool1d', lambda t: F.max_pool1d(t, 3, 2, 1), y, op='maxPool1d', kernel=3, stride=2, padding=1)
    cases.run('avgPool1d', lambda t: F.avg_pool1d(t, 3, 2, 1), y, op='avgPool1d', kernel=3, stride=2, padding=1)
    cases.write()


def norms():
    cases = Cases(NN + 'norm.safetensors')
    for label, shape in (('2d', (4, 3, 5, 5)), ('1d', (6, 3)), ('1dlong', (4, 3, 7))):
        c = shape[1]
        x, w, b = randn(*shape, seed=1) * 2 + 1, randn(c, seed=2), randn(c, seed=3)
        mean, var = randn(c, seed=4), rand(c, seed=5) + 0.5
        for affine in (True, False):
            inputs = [x] + ([w, b] if affine else [])

            def train(*t):
                m, v = mean.clone(), var.clone()
                y = F.batch_norm(t[0], m, v, *(t[1:] if affine else (None, None)), training=True, momentum=0.1)
                train.after = {'meanAfter': m, 'varAfter': v}
                return y

            train(*inputs)
            cases.run(f'batchNorm/{label}/train/{affine}', train, *inputs, op='batchNorm', training=True, momentum=0.1, eps=1e-5, extra={'mean': mean, 'var': var, **train.after})
            cases.run(f'batchNorm/{label}/eval/{affine}', lambda *t: F.batch_norm(t[0], mean, var, *(t[1:] if affine else (None, None)), training=False), *inputs, op='batchNorm', training=False, momentum=0.1, eps=1e-5, extra={'mean': mean, 'var': var})
    x = randn(3, 4, 6, seed=6) * 3 - 1
    cases.run('layerNorm/last', lambda t, w, b: F.layer_norm(t, (6,), w, b), x, randn(6, seed=7), randn(6, seed=8), op='layerNorm', shape=(6,), eps=1e-5)
    cases.run('layerNorm/two', lambda t, w, b: F.layer_norm(t, (4, 6), w, b, 1e-3), x, randn(4, 6, seed=7), randn(4, 6, seed=8), op='layerNorm', shape=(4, 6), eps=1e-3)
    cases.run('layerNorm/plain', lambda t: F.layer_norm(t, (6,)), x, op='layerNorm', shape=(6,), eps=1e-5)
    y = randn(2, 6, 3, 4, seed=9)
    for g in (1, 2, 3, 6):
        cases.run(f'groupNorm/{g}', lambda t, w, b: F.group_norm(t, g, w, b), y, randn(6, seed=10), randn(6, seed=11), op='groupNorm', groups=g, eps=1e-5)
    cases.run('instanceNorm', lambda t: F.instance_norm(t), y, op='instanceNorm', eps=1e-5)
    cases.run('instanceNorm/affine', lambda t, w, b: F.instance_norm(t, weight=w, bias=b), y, randn(6, seed=10), randn(6, seed=11), op='instanceNorm', eps=1e-5)
    for affine in (True, False):
        inputs = [y] + ([randn(6, seed=10), randn(6, seed=11)] if affine else [])
        mean, var = randn(6, seed=13), rand(6, seed=14) + 0.5

        def tracked(*t):
            m, v = mean.clone(), var.clone()
            z = F.instance_norm(t[0], m, v, *(t[1:] if affine else (None, None)), use_input_stats=True, momentum=0.3)
            tracked.after = {'meanAfter': m, 'varAfter': v}
            return z

        tracked(*inputs)
        cases.run(f'instanceNorm/train/{affine}', tracked, *inputs, op='instanceNormTracked', training=True, momentum=0.3, eps=1e-5, extra={'mean': mean, 'var': var, **tracked.after})
        cases.run(f'instanceNorm/eval/{affine}', lambda *t: F.instance_norm(t[0], mean, var, *(t[1:] if affine else (None, None)), use_input_stats=False), *inputs, op='instanceNormTracked', training=False, momentum=0.1, eps=1e-5, extra={'mean': mean, 'var': var})
    index = torch.tensor([[0, 3, 3], [5, 1, 0]])
    table = randn(6, 4, seed=12)
    cases.run('embedding', lambda t: F.embedding(index, t), table, op='embedding', extra={'index': index})
    for norm_type in (1., 2., 3., float('inf')):
        after = table.clone()
        F.embedding(index, after, max_norm=1.5, norm_type=norm_type)
        assert not torch.equal(after, table)
        cases.run(f'embedding/maxNorm/{norm_type}', lambda t: F.embedding(index, t, max_norm=1.5, norm_type=norm_type), table, op='embeddingMaxNorm', maxNorm=1.5, normType='Infinity' if norm_type == float('inf') else norm_type, extra={'index': index, 'tableAfter': after})
    cases.run('embedding/padding', lambda t: F.embedding(index, t, padding_idx=3), table, op='embedding', paddingIdx=3, extra={'index': index})
    cases.write()


def images():
    cases = Cases(NN + 'image.safetensors')
    x = randn(2, 3, 5, 6, seed=1)
    for label, pads in (('sides', (1, 2)), ('all', (1, 2, 3, 1)), ('cut', (-1, 2, 1, -2)), ('batch', (0, 0, 0, 0, 0, 0, 1, 0))):
        cases.run(f'pad/constant/{label}', lambda t: F.pad(t, pads, value=0.5), x, op='pad', pads=pads, value=0.5)
    for mode in ('reflect', 'replicate', 'circular'):
        cases.run(f'pad/{mode}', lambda t: F.pad(t, (2, 1, 3, 0), mode=mode), x, op='padMode', pads=(2, 1, 3, 0), mode=mode)
    for label, o in (('up', dict(size=(10, 9))), ('down', dict(size=(3, 4))), ('same', dict(size=(5, 6))), ('factor', dict(scale_factor=2.0)), ('odd', dict(scale_factor=1.7)), ('one', dict(size=(1, 1)))):
        a = dict(size=o.get('size'), scale=o.get('scale_factor'))
        cases.run(f'interpolate/nearest/{label}', lambda t: F.interpolate(t, **o), x, op='interpolate', mode='nearest', **a)
        for align in (False, True):
            cases.run(f'interpolate/bilinear/{label}/{align}', lambda t: F.interpolate(t, mode='bilinear', align_corners=align, **o), x, op='interpolate', mode='linear', align=align, **a)
    cases.run('interpolate/linear', lambda t: F.interpolate(t, size=7, mode='linear', align_corners=False), randn(2, 3, 4, seed=2), op='interpolate', mode='linear', align=False, size=(7,))
    cases.run('normalize', lambda t: F.normalize(t, dim=1), x, op='normalize', p=2.0, dim=1)
    cases.run('normalize/1', lambda t: F.normalize(t, p=1.0, dim=-1), x, op='normalize', p=1.0, dim=-1)
    for size in (1, 4, 9, 12):
        y = randn(2, 3, 9, seed=4)
        cases.run(f'adaptiveAvgPool1d/{size}', lambda t: F.adaptive_avg_pool1d(t, size), y, op='adaptiveAvgPool1d', size=size)
        cases.run(f'adaptiveMaxPool1d/{size}', lambda t: F.adaptive_max_pool1d(t, size), y, op='adaptiveMaxPool1d', size=size)
    cases.write()


def activations():
    cases = Cases(NN + 'activation.safetensors')
    x = torch.cat([torch.tensor([-30., -6., -3.3, -1.2, -0.6, -0.3, 0., 0.2, 0.55, 0.9, 1.7, 3.3, 7., 25.]), randn(6, seed=1)]).double().reshape(4, 5)
    modules = {
        'ReLU': nn.ReLU(), 'ReLU6': nn.ReLU6(), 'LeakyReLU': nn.LeakyReLU(), 'LeakyReLU/0.2': nn.LeakyReLU(0.2), 'ELU': nn.ELU(), 'ELU/0.5': nn.ELU(0.5), 'SELU': nn.SELU(), 'CELU': nn.CELU(),
        'GELU': nn.GELU(), 'GELU/tanh': nn.GELU('tanh'), 'SiLU': nn.SiLU(), 'Mish': nn.Mish(), 'Sigmoid': nn.Sigmoid(), 'LogSigmoid': nn.LogSigmoid(), 'Tanh': nn.Tanh(), 'Softplus': nn.Softplus(),
        'Softplus/2_1': nn.Softplus(2, 1), 'Softsign': nn.Softsign(), 'Hardtanh': nn.Hardtanh(), 'Hardtanh/-2_3': nn.Hardtanh(-2, 3), 'Hardsigmoid': nn.Hardsigmoid(), 'Hardswish': nn.Hardswish(),
        'Softshrink': nn.Softshrink(), 'Hardshrink': nn.Hardshrink(), 'Tanhshrink': nn.Tanhshrink(), 'Softmax/1': nn.Softmax(1), 'Softmax/0': nn.Softmax(0), 'LogSoftmax/1': nn.LogSoftmax(1), 'Softmin/1': nn.Softmin(1),
        'GLU': nn.GLU(0), 'Threshold/0.1_20': nn.Threshold(0.1, 20),
    }
    for label, module in modules.items():
        cases.run(label, module, x, op=label)
    cases.run('PReLU', lambda t, w: F.prelu(t, w), x, torch.tensor([0.25], dtype=torch.float64), op='PReLU')
    cases.run('PReLU/channels', lambda t, w: F.prelu(t, w), x, randn(5, seed=2), op='PReLU')
    cases.write()


def losses():
    cases = Cases(NN + 'loss.safetensors')
    x, y = randn(4, 5, seed=1), randn(4, 5, seed=2)
    probability, target = rand(4, 5, seed=3) * 0.9 + 0.05, rand(4, 5, seed=4)
    for reduction in ('mean', 'sum', 'none'):
        r = dict(reduction=reduction)
        cases.run(f'mseLoss/{reduction}', lambda a, b: F.mse_loss(a, b, **r), x, y, op='mseLoss', **r)
        cases.run(f'l1Loss/{reduction}', lambda a, b: F.l1_loss(a, b, **r), x, y, op='l1Loss', **r)
        for beta in (1.0, 0.3, 0.0):
            cases.run(f'smoothL1Loss/{beta}/{reduction}', lambda a, b: F.smooth_l1_loss(a, b, beta=beta, **r), x, y, op='smoothL1Loss', beta=beta, **r)
        for delta in (1.0, 0.4):
            cases.run(f'huberLoss/{delta}/{reduction}', lambda a, b: F.huber_loss(a, b, delta=delta, **r), x, y, op='huberLoss', delta=delta, **r)
        cases.run(f'binaryCrossEntropy/{reduction}', lambda a: F.binary_cross_entropy(a, target, **r), probability, op='binaryCrossEntropy', extra={'target': target}, **r)
        cases.run(f'binaryCrossEntropy/weight/{reduction}', lambda a: F.binary_cross_entropy(a, target, weight=probability.flip(0), **r), probability, op='binaryCrossEntropy', extra={'target': target, 'weight': probability.flip(0)}, **r)
        cases.run(f'binaryCrossEntropyWithLogits/{reduction}', lambda a: F.binary_cross_entropy_with_logits(a, target, **r), x * 20, op='binaryCrossEntropyWithLogits', extra={'target': target}, **r)
        w, p = rand(5, seed=5) + 0.5, rand(5, seed=6) + 0.5
        cases.run(f'binaryCrossEntropyWithLogits/weights/{reduction}', lambda a: F.binary_cross_entropy_with_logits(a, target, w, pos_weight=p, **r), x, op='binaryCrossEntropyWithLogits', extra={'target': target, 'weight': w, 'posWeight': p}, **r)
        index = torch.tensor([1, 0, 4, 2])
        ignoring = torch.tensor([1, -100, 4, 2])
        weight = rand(5, seed=7) + 0.2
        for smoothing in (0.0, 0.1):
            for label, t in (('index', index), ('ignore', ignoring)):
                for wl, wt in (('', None), ('/weight', weight)):
                    extra = {'target': t} | ({'weight': wt} if wt is not None else {})
                    cases.run(f'crossEntropy/{label}{wl}/{smoothing}/{reduction}', lambda a: F.cross_entropy(a, t, wt, label_smoothing=smoothing, **r), x, op='crossEntropy', labelSmoothing=smoothing, ignoreIndex=-100, extra=extra, **r)
            soft = torch.softmax(y, 1)
            for wl, wt in (('', None), ('/weight', weight)):
                extra = {} | ({'weight': wt} if wt is not None else {})
                cases.run(f'crossEntropy/probabilities{wl}/{smoothing}/{reduction}', lambda a, b: F.cross_entropy(a, b, wt, label_smoothing=smoothing, **r), x, soft, op='crossEntropyProbabilities', labelSmoothing=smoothing, extra=extra, **r)
        spatial = ints(0, 3, 2, 4, 5, seed=8)
        spatial[0, 1, 2] = 2
        for ignore in (-100, 2):
            cases.run(f'crossEntropy/spatial/{ignore}/{reduction}', lambda a: F.cross_entropy(a, spatial, ignore_index=ignore, **r), randn(2, 3, 4, 5, seed=9), op='crossEntropy', labelSmoothing=0.0, ignoreIndex=ignore, extra={'target': spatial}, **r)
        cases.run(f'nllLoss/{reduction}', lambda a: F.nll_loss(a, index, weight, **r), torch.log_softmax(x, 1), op='nllLoss', ignoreIndex=-100, extra={'target': index, 'weight': weight}, **r)
        cases.run(f'nllLoss/ignore/{reduction}', lambda a: F.nll_loss(a, ignoring, **r), torch.log_softmax(x, 1), op='nllLoss', ignoreIndex=-100, extra={'target': ignoring}, **r)
        sign = torch.tensor([1., -1., 1., -1.], dtype=torch.float64)
        for margin in (0.0, 0.3):
            cases.run(f'cosineEmbeddingLoss/{margin}/{reduction}', lambda a, b: F.cosine_embedding_loss(a, b, sign, margin, **r), x, y, op='cosineEmbeddingLoss', margin=margin, extra={'target': sign}, **r)
        for p, swap in ((2.0, False), (1.0, False), (2.0, True)):
            cases.run(f'tripletMarginLoss/{p}/{swap}/{reduction}', lambda a, b, c: F.triplet_margin_loss(a, b, c, 1.0, p, swap=swap, **r), x, y, randn(4, 5, seed=10), op='tripletMarginLoss', margin=1.0, p=p, swap=swap, **r)
    for reduction in ('mean', 'sum', 'none', 'batchmean'):
        q, p = torch.log_softmax(x, 1), torch.softmax(y, 1)
        cases.run(f'klDiv/{reduction}', lambda a: F.kl_div(a, p, reduction=reduction), q, op='klDiv', reduction=reduction, logTarget=False, extra={'target': p})
        cases.run(f'klDiv/log/{reduction}', lambda a: F.kl_div(a, p.log(), reduction=reduction, log_target=True), q, op='klDiv', reduction=reduction, logTarget=True, extra={'target': p.log()})
    cases.run('crossEntropy/float32', lambda a: F.cross_entropy(a, index), x.float() * 30, op='crossEntropy', labelSmoothing=0.0, ignoreIndex=-100, reduction='mean', extra={'target': index})
    cases.run('crossEntropy/vector', lambda a: F.cross_entropy(a, torch.tensor(2)), x[0], op='crossEntropy', labelSmoothing=0.0, ignoreIndex=-100, reduction='mean', extra={'target': torch.tensor(2)})
    cases.run('cosineSimilarity', lambda a, b: F.cosine_similarity(a, b, 1), x, y, op='cosineSimilarity', dim=1)
    cases.write()


def printed():
    lenet = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2, 2), nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2, stride=2), nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))
    modules = {
        'Linear': nn.Linear(20, 10), 'Linear/nobias': nn.Linear(20, 10, bias=False), 'Bilinear': nn.Bilinear(3, 4, 5),
        'Conv1d': nn.Conv1d(3, 4, 5, 2, 1), 'Conv2d': nn.Conv2d(3, 16, 3), 'Conv2d/options': nn.Conv2d(4, 8, (3, 5), stride=2, padding=(1, 2), dilation=2, groups=2, bias=False),
        'ConvTranspose2d': nn.ConvTranspose2d(3, 4, 3, 2, 1, 1), 'MaxPool2d': nn.MaxPool2d(2), 'MaxPool2d/options': nn.MaxPool2d(3, 2, 1, ceil_mode=True), 'MaxPool1d': nn.MaxPool1d(3),
        'AvgPool2d': nn.AvgPool2d(2), 'AvgPool2d/options': nn.AvgPool2d((3, 2), (2, 1), (1, 0)), 'AvgPool1d': nn.AvgPool1d(2), 'AdaptiveAvgPool2d': nn.AdaptiveAvgPool2d((1, 1)), 'AdaptiveAvgPool2d/int': nn.AdaptiveAvgPool2d(1),
        'AdaptiveMaxPool2d': nn.AdaptiveMaxPool2d((5, 7)), 'BatchNorm1d': nn.BatchNorm1d(7), 'BatchNorm2d': nn.BatchNorm2d(64), 'BatchNorm2d/options': nn.BatchNorm2d(8, eps=1e-3, momentum=0.01, affine=False), 'LayerNorm': nn.LayerNorm(768),
        'LayerNorm/two': nn.LayerNorm((3, 4), eps=1e-12, elementwise_affine=False), 'GroupNorm': nn.GroupNorm(3, 6), 'InstanceNorm2d': nn.InstanceNorm2d(5), 'InstanceNorm2d/options': nn.InstanceNorm2d(5, momentum=0.2, affine=True, track_running_stats=True), 'Dropout': nn.Dropout(), 'Dropout/0.1': nn.Dropout(0.1), 'Dropout2d': nn.Dropout2d(0.2),
        'Embedding': nn.Embedding(100, 16), 'Embedding/padding': nn.Embedding(100, 16, padding_idx=0), 'Embedding/options': nn.Embedding(100, 16, padding_idx=-1, max_norm=2.5, norm_type=1.0), 'Flatten': nn.Flatten(), 'Unflatten': nn.Unflatten(1, (2, 3)), 'Identity': nn.Identity(), 'ReLU': nn.ReLU(), 'LeakyReLU': nn.LeakyReLU(), 'ELU': nn.ELU(),
        'GELU': nn.GELU(), 'Softmax': nn.Softmax(dim=1), 'LogSoftmax': nn.LogSoftmax(dim=-1), 'Tanh': nn.Tanh(), 'Sigmoid': nn.Sigmoid(), 'Softplus': nn.Softplus(), 'SiLU': nn.SiLU(), 'Hardtanh': nn.Hardtanh(), 'PReLU': nn.PReLU(), 'Mish': nn.Mish(),
        'LeNet': lenet, 'Nested': nn.Sequential(nn.Sequential(nn.Linear(2, 3), nn.ReLU()), nn.ModuleList([nn.Linear(3, 4), nn.Dropout(0.5)]), nn.Sequential()), 'Empty': nn.Sequential(),
        'MSELoss': nn.MSELoss(), 'CrossEntropyLoss': nn.CrossEntropyLoss(),
        'MarginRankingLoss': nn.MarginRankingLoss(), 'MultiMarginLoss': nn.MultiMarginLoss(), 'GaussianNLLLoss': nn.GaussianNLLLoss(), 'PairwiseDistance': nn.PairwiseDistance(), 'CosineSimilarity': nn.CosineSimilarity(),
        'PixelShuffle': nn.PixelShuffle(2), 'PixelUnshuffle': nn.PixelUnshuffle(3), 'ChannelShuffle': nn.ChannelShuffle(2), 'LocalResponseNorm': nn.LocalResponseNorm(5), 'LocalResponseNorm/options': nn.LocalResponseNorm(3, 1e-3, 0.5, 2.0),
        'ConvTranspose1d': nn.ConvTranspose1d(3, 4, 3), 'ConvTranspose1d/options': nn.ConvTranspose1d(4, 6, 3, 2, 1, 1, groups=2, bias=False, dilation=2),
        'Upsample': nn.Upsample(scale_factor=2), 'Upsample/size': nn.Upsample(size=(3, 4), mode='bilinear'), 'Upsample/extent': nn.Upsample(size=7, mode='nearest-exact'), 'Upsample/factors': nn.Upsample(scale_factor=(2, 1.5), mode='bicubic', align_corners=True),
        'UpsamplingNearest2d': nn.UpsamplingNearest2d(scale_factor=2), 'UpsamplingBilinear2d': nn.UpsamplingBilinear2d(size=(3, 3)),
        'Unfold': nn.Unfold(3), 'Unfold/options': nn.Unfold((3, 2), dilation=(2, 1), padding=1, stride=(1, 2)), 'Fold': nn.Fold(4, 2), 'Fold/options': nn.Fold((4, 5), (2, 3), padding=1),
        'CTCLoss': nn.CTCLoss(), 'EmbeddingBag': nn.EmbeddingBag(10, 3), 'EmbeddingBag/options': nn.EmbeddingBag(10, 3, mode='sum', padding_idx=-1, max_norm=2.5),
    }
    with open(f'{ROOT}/{NN}modules.txt', 'w') as file:
        file.write(''.join(f'=== {label}\n{module}\n' for label, module in modules.items()))
    print(len(modules), 'module texts')


def main():
    convolutions()
    pools()
    norms()
    images()
    activations()
    losses()
    printed()


if __name__ == '__main__':
    main()
