"""Convolutions and pooling over one, two and three dimensions; layers of these ranks; what they print."""
import torch
import torch.nn.functional as F
from torch import nn

from cases import NN, ROOT, Cases, rand, randn

EXTENTS = {1: (9,), 2: (7, 6), 3: (4, 6, 5)}
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def each(rank, *values):
    return values[-rank:]


def reverse_pads(low, high):
    return [p for pair in zip(reversed(low), reversed(high)) for p in pair]


def convolutions(cases):
    seed = 0
    for rank in (1, 2, 3):
        spatial = EXTENTS[rank]
        for label, n, c, o, groups, kernel, options in (
                ('plain', 2, 2, 3, 1, each(rank, 2, 3, 3), {}),
                ('stride', 2, 2, 3, 1, each(rank, 2, 3, 3), dict(stride=each(rank, 1, 2, 2), padding=each(rank, 1, 1, 2))),
                ('dilation', 1, 2, 2, 1, each(rank, 2, 3, 2), dict(dilation=each(rank, 2, 1, 2), padding=1)),
                ('groups', 2, 4, 6, 2, each(rank, 2, 2, 3), dict(padding=each(rank, 1, 0, 1))),
                ('depthwise', 1, 3, 3, 3, each(rank, 3, 3, 3), dict(padding=1)),
                ('pointwise', 2, 3, 4, 1, each(rank, 1, 1, 1), {}),
                ('unbatched', None, 2, 3, 1, each(rank, 2, 3, 3), {}),
                ('same', 1, 2, 2, 1, each(rank, 2, 3, 4), dict(padding='same', dilation=each(rank, 1, 2, 1))),
                ('valid', 1, 2, 2, 1, each(rank, 2, 3, 2), dict(padding='valid'))):
            seed += 1
            x = randn(*([] if n is None else [n]), c, *spatial, seed=seed)
            w = randn(o, c // groups, *kernel, seed=seed + 100)
            b = randn(o, seed=seed + 200)
            if label == 'unbatched' or label == 'pointwise':
                cases.run(f'conv{rank}d/{label}', lambda s, t: CONV[rank](s, t, groups=groups, **options), x, w, op=f'conv{rank}d', groups=groups, **options)
            else:
                cases.run(f'conv{rank}d/{label}', lambda s, t, u: CONV[rank](s, t, u, groups=groups, **options), x, w, b, op=f'conv{rank}d', groups=groups, **options)
        low, high = each(rank, 0, 2, 1), each(rank, 1, 0, 2)
        kernel = each(rank, 2, 3, 3)
        cases.run(f'conv{rank}d/asymmetric', lambda s, t, u: CONV[rank](F.pad(s, reverse_pads(low, high)), t, u, stride=2), randn(2, 3, *spatial, seed=40), randn(4, 3, *kernel, seed=41), randn(4, seed=42),
                  op=f'conv{rank}d', low=low, high=high, stride=2)
        for dtype in (torch.float32, torch.bfloat16):
            cases.run(f'conv{rank}d/{str(dtype)[6:]}', lambda s, t, u: CONV[rank](s, t, u, padding=1), randn(2, 5, *spatial, seed=43, dtype=dtype), randn(9, 5, *each(rank, 3, 3, 3), seed=44, dtype=dtype), randn(9, seed=45, dtype=dtype),
                      op=f'conv{rank}d', gradients=dtype == torch.float32, padding=1)
        for label, c, o, groups, kernel, options in (
                ('plain', 2, 3, 1, each(rank, 2, 3, 3), {}),
                ('stride', 2, 3, 1, each(rank, 2, 2, 3), dict(stride=2, padding=each(rank, 0, 0, 1), output_padding=each(rank, 1, 0, 1))),
                ('all', 4, 6, 2, each(rank, 2, 3, 2), dict(stride=each(rank, 1, 2, 3), padding=1, output_padding=each(rank, 0, 1, 2), dilation=each(rank, 1, 2, 1))),
                ('beyond', 1, 2, 1, each(rank, 2, 2, 3), dict(stride=1, output_padding=each(rank, 2, 0, 1), dilation=each(rank, 3, 2, 2)))):
            names = {'output_padding': 'outputPadding'}
            small = tuple(max(2, s // 2) for s in spatial)
            cases.run(f'convTranspose{rank}d/{label}', lambda s, t, u: TRANSPOSED[rank](s, t, u, groups=groups, **options), randn(2, c, *small, seed=50), randn(c, o // groups, *kernel, seed=51), randn(o, seed=52),
                      op=f'convTranspose{rank}d', groups=groups, **{names.get(k, k): v for k, v in options.items()})
        cases.run(f'convTranspose{rank}d/unbatched', lambda s, t: TRANSPOSED[rank](s, t), randn(2, *spatial, seed=53), randn(2, 3, *each(rank, 2, 2, 2), seed=54), op=f'convTranspose{rank}d')


def pools(cases):
    for rank in (1, 2, 3):
        spatial = EXTENTS[rank]
        maximum = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}[rank]
        average = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}[rank]
        unpool = {1: F.max_unpool1d, 2: F.max_unpool2d, 3: F.max_unpool3d}[rank]
        x = randn(1, 2, *spatial, seed=60)
        for label, o in (('2', dict(kernel=2)), ('overlap', dict(kernel=3, stride=2, padding=1)), ('ceil', dict(kernel=each(rank, 2, 3, 3), stride=2, padding=each(rank, 0, 1, 1), ceilMode=True)),
                         ('uneven', dict(kernel=each(rank, 2, 3, 2), stride=each(rank, 1, 2, 3), padding=each(rank, 1, 1, 0)))):
            kernel = o['kernel'] if isinstance(o['kernel'], tuple) else (o['kernel'],) * rank
            a = dict(kernel_size=kernel, stride=o.get('stride'), padding=o.get('padding', 0), ceil_mode=o.get('ceilMode', False))
            cases.run(f'maxPool{rank}d/{label}', lambda t: maximum(t, **a), x, op=f'maxPool{rank}d', **o)
            cases.run(f'maxPool{rank}d/{label}/indices', lambda t: maximum(t, **a, return_indices=True)[1], x, gradients=False, op=f'maxPool{rank}dIndices', **o)
            cases.run(f'avgPool{rank}d/{label}', lambda t: average(t, **a), x, op=f'avgPool{rank}d', **o)
            cases.run(f'avgPool{rank}d/{label}/nopad', lambda t: average(t, **a, count_include_pad=False), x, op=f'avgPool{rank}d', countIncludePad=False, **o)
            if rank > 1:
                cases.run(f'avgPool{rank}d/{label}/divisor', lambda t: average(t, **a, divisor_override=5), x, op=f'avgPool{rank}d', divisorOverride=5, **o)
        cases.run(f'maxPool{rank}d/dilation', lambda t: maximum(t, 2, 1, 1, 2), x, op=f'maxPool{rank}d', kernel=2, stride=1, padding=1, dilation=2)
        cases.run(f'maxPool{rank}d/unbatched', lambda t: maximum(t, 2), x[0], op=f'maxPool{rank}d', kernel=2)
        cases.run(f'avgPool{rank}d/unbatched', lambda t: average(t, 2), x[0], op=f'avgPool{rank}d', kernel=2)
        cases.run(f'avgPool{rank}d/float32', lambda t: average(t, 3, 2, 1), x.float(), op=f'avgPool{rank}d', kernel=3, stride=2, padding=1)
        bad = x.clone()
        bad.view(-1)[5] = float('nan')
        bad.view(-1)[17] = float('-inf')
        cases.run(f'maxPool{rank}d/nan', lambda t: maximum(t, 2), bad, gradients=False, op=f'maxPool{rank}d', kernel=2)
        for size in (each(rank, 1, 1, 1), each(rank, 2, 3, 4), each(rank, 5, 7, 6)):
            for kind, f in (('Avg', getattr(F, f'adaptive_avg_pool{rank}d')), ('Max', getattr(F, f'adaptive_max_pool{rank}d'))):
                cases.run(f'adaptive{kind}Pool{rank}d/{size}', lambda t: f(t, size), x, op=f'adaptive{kind}Pool{rank}d', size=size)
            indices = getattr(F, f'adaptive_max_pool{rank}d')
            cases.run(f'adaptiveMaxPool{rank}d/{size}/indices', lambda t: indices(t, size, return_indices=True)[1], x, gradients=False, op=f'adaptiveMaxPool{rank}dIndices', size=size)
        y, places = maximum(randn(1, 2, *each(rank, 4, 6, 4), seed=62), 2, return_indices=True)
        cases.run(f'maxUnpool{rank}d/plain', lambda t, p=places: unpool(t, p, 2), y, op=f'maxUnpool{rank}d', kernel=2, extra={'indices': places})
        y, places = maximum(x, 2, return_indices=True)
        cases.run(f'maxUnpool{rank}d/size', lambda t, p=places: unpool(t, p, 2, output_size=spatial), y, op=f'maxUnpool{rank}d', kernel=2, size=spatial, extra={'indices': places})
        y, places = maximum(x[0], 3, 2, 1, return_indices=True)
        cases.run(f'maxUnpool{rank}d/unbatched', lambda t: unpool(t, places, 3, 2, 1, output_size=spatial), y, op=f'maxUnpool{rank}d', kernel=3, stride=2, padding=1, size=spatial, extra={'indices': places})
    for rank, f in ((1, F.lp_pool1d), (2, F.lp_pool2d)):
        p = rand(2, 3, *EXTENTS[rank], seed=61) + 0.1
        cases.run(f'lpPool{rank}d/2', lambda t: f(t, 2, 2), p, op=f'lpPool{rank}d', norm=2, kernel=2)
        cases.run(f'lpPool{rank}d/3', lambda t: f(t, 3, 3, 2, True), p, op=f'lpPool{rank}d', norm=3, kernel=3, stride=2, ceilMode=True)


def layers(cases):
    convs = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
    transposed = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
    for rank in (1, 2, 3):
        spatial = EXTENTS[rank]
        for mode in ('zeros', 'reflect', 'replicate', 'circular'):
            for padding in (each(rank, 1, 2, 1), 'same'):
                layer = convs[rank](2, 3, each(rank, 2, 3, 2), padding=padding, padding_mode=mode).double()
                w, b = randn(*layer.weight.shape, seed=70), randn(3, seed=71)
                with torch.no_grad():
                    layer.weight.copy_(w)
                    layer.bias.copy_(b)
                cases.run(f'Conv{rank}d/{mode}/{padding}', layer, randn(2, 2, *spatial, seed=72), op=f'Conv{rank}d', mode=mode, padding=padding, kernel=each(rank, 2, 3, 2), extra={'weight': w, 'bias': b})
        layer = transposed[rank](2, 3, 3, stride=3, padding=1).double()
        w, b = randn(*layer.weight.shape, seed=73), randn(3, seed=74)
        with torch.no_grad():
            layer.weight.copy_(w)
            layer.bias.copy_(b)
        x = randn(1, 2, *each(rank, 2, 3, 2), seed=75)
        size = tuple((s - 1) * 3 - 2 + 3 + more for s, more in zip(x.shape[2:], each(rank, 0, 2, 1)))
        cases.run(f'ConvTranspose{rank}d/size', lambda t: layer(t, output_size=size), x, op=f'ConvTranspose{rank}d', size=size, extra={'weight': w, 'bias': b})
    cases.run('BatchNorm3d', nn.BatchNorm3d(3).double(), randn(2, 3, 2, 3, 4, seed=76), op='BatchNorm3d')
    cases.run('InstanceNorm3d', nn.InstanceNorm3d(3).double(), randn(2, 3, 2, 3, 4, seed=77), op='InstanceNorm3d')
    cases.run('InstanceNorm3d/unbatched', nn.InstanceNorm3d(3).double(), randn(3, 2, 3, 4, seed=78), op='InstanceNorm3d')


def texts():
    modules = {
        'Conv1d': nn.Conv1d(2, 4, 3, padding='same'), 'Conv2d': nn.Conv2d(2, 4, 3, padding='valid', padding_mode='circular'), 'Conv3d': nn.Conv3d(3, 4, 5, stride=2, padding=1),
        'Conv3d/options': nn.Conv3d(4, 8, (3, 5, 1), stride=(1, 2, 1), padding=(0, 2, 1), dilation=2, groups=2, bias=False), 'ConvTranspose3d': nn.ConvTranspose3d(3, 4, 3, stride=2, padding=1, output_padding=1),
        'MaxPool3d': nn.MaxPool3d(2), 'MaxPool3d/options': nn.MaxPool3d((3, 2, 2), stride=2, padding=1, ceil_mode=True), 'AvgPool3d': nn.AvgPool3d(2), 'AvgPool3d/options': nn.AvgPool3d((3, 2, 4), stride=(2, 1, 1), padding=(1, 0, 2)),
        'AdaptiveAvgPool3d': nn.AdaptiveAvgPool3d(4), 'AdaptiveAvgPool3d/sizes': nn.AdaptiveAvgPool3d((1, 2, None)), 'AdaptiveMaxPool3d': nn.AdaptiveMaxPool3d((3, 5, 7)), 'MaxUnpool1d': nn.MaxUnpool1d(2),
        'MaxUnpool2d': nn.MaxUnpool2d(3, stride=2, padding=1), 'MaxUnpool3d': nn.MaxUnpool3d((2, 3, 2)), 'LPPool1d': nn.LPPool1d(2, 3), 'LPPool2d': nn.LPPool2d(1.5, 2, stride=1, ceil_mode=True),
        'BatchNorm3d': nn.BatchNorm3d(7), 'InstanceNorm3d': nn.InstanceNorm3d(5), 'Dropout1d': nn.Dropout1d(0.2), 'Dropout3d': nn.Dropout3d(),
    }
    with open(f'{ROOT}/{NN}window-modules.txt', 'w') as file:
        file.write(''.join(f'=== {label}\n{module}\n' for label, module in modules.items()))
    print(len(modules), 'module texts')


if __name__ == '__main__':
    collected = Cases(NN + 'windows.safetensors')
    convolutions(collected)
    pools(collected)
    layers(collected)
    collected.write()
    texts()
