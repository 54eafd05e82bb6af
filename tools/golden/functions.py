"""Picking and repeating, losses with margins and of distributions, distances, channels rearranged."""
import torch
import torch.nn.functional as F

from cases import CORE, NN, Cases, ints, name, rand, randn


def margins():
    cases = Cases(NN + 'margin.safetensors')
    x, y = randn(4, 5, seed=1), randn(4, 5, seed=2)
    sign = ints(0, 2, 4, 5, seed=3).double() * 2 - 1
    index = torch.tensor([1, 0, 4, 2])
    weight = rand(5, seed=4) + 0.5
    labels = torch.tensor([[3, 0, -1, 1, 2], [-1, 0, 1, 2, 3], [0, 1, 2, 3, 4], [2, 2, 4, -1, -1]])
    hot = ints(0, 2, 4, 5, seed=5).double()
    for reduction in ('mean', 'sum', 'none'):
        r = dict(reduction=reduction)
        for margin in (0.0, 0.7):
            cases.run(f'marginRankingLoss/{margin}/{reduction}', lambda a, b: F.margin_ranking_loss(a, b, sign, margin, **r), x, y, op='marginRankingLoss', margin=margin, extra={'target': sign}, **r)
        for margin in (1.0, 0.4):
            cases.run(f'hingeEmbeddingLoss/{margin}/{reduction}', lambda a: F.hinge_embedding_loss(a, sign, margin, **r), x, op='hingeEmbeddingLoss', margin=margin, extra={'target': sign}, **r)
        cases.run(f'softMarginLoss/{reduction}', lambda a: F.soft_margin_loss(a, sign, **r), x * 3, op='softMarginLoss', extra={'target': sign}, **r)
        cases.run(f'multilabelSoftMarginLoss/{reduction}', lambda a: F.multilabel_soft_margin_loss(a, hot, **r), x, op='multilabelSoftMarginLoss', extra={'target': hot}, **r)
        cases.run(f'multilabelSoftMarginLoss/weight/{reduction}', lambda a: F.multilabel_soft_margin_loss(a, hot, weight, **r), x * 20, op='multilabelSoftMarginLoss', extra={'target': hot, 'weight': weight}, **r)
        for p in (1, 2):
            for w in (None, weight):
                extra = {'target': index} | ({'weight': w} if w is not None else {})
                cases.run(f'multiMarginLoss/{p}/{w is not None}/{reduction}', lambda a: F.multi_margin_loss(a, index, p, 0.8, w, **r), x, op='multiMarginLoss', p=p, margin=0.8, extra=extra, **r)
        cases.run(f'multilabelMarginLoss/{reduction}', lambda a: F.multilabel_margin_loss(a, labels, **r), x, op='multilabelMarginLoss', extra={'target': labels}, **r)
    one = torch.tensor(3)
    cases.run('multiMarginLoss/vector', lambda a: F.multi_margin_loss(a, one), x[0], op='multiMarginLoss', p=1, margin=1.0, reduction='mean', extra={'target': one})
    cases.run('multiMarginLoss/vector/none', lambda a: F.multi_margin_loss(a, one.reshape(1), reduction='none'), x[0], op='multiMarginLoss', p=1, margin=1.0, reduction='none', extra={'target': one.reshape(1)})
    cases.run('multilabelMarginLoss/vector', lambda a: F.multilabel_margin_loss(a, labels[0], reduction='none'), x[0], op='multilabelMarginLoss', reduction='none', extra={'target': labels[0]})
    cases.run('multilabelSoftMarginLoss/images', lambda a: F.multilabel_soft_margin_loss(a, hot.reshape(2, 2, 5), reduction='none'), x.reshape(2, 2, 5), op='multilabelSoftMarginLoss', reduction='none', extra={'target': hot.reshape(2, 2, 5)})
    cases.run('marginRankingLoss/broadcast', lambda a, b: F.margin_ranking_loss(a, b, sign), x, y[:1], op='marginRankingLoss', margin=0.0, reduction='mean', extra={'target': sign})
    cases.run('softMarginLoss/float32', lambda a: F.soft_margin_loss(a, sign.float()), x.float(), op='softMarginLoss', reduction='mean', extra={'target': sign.float()})
    cases.write()


def likelihoods():
    cases = Cases(NN + 'likelihood.safetensors')
    x, y = randn(4, 5, seed=1), randn(4, 5, seed=2)
    var = rand(4, 5, seed=3) + 0.1
    var[1, 2] = 1e-9
    counts = ints(0, 6, 4, 5, seed=4).double()
    for reduction in ('mean', 'sum', 'none'):
        r = dict(reduction=reduction)
        for full in (False, True):
            cases.run(f'gaussianNllLoss/{full}/{reduction}', lambda a, b, v: F.gaussian_nll_loss(a, b, v, full=full, **r), x, y, var, op='gaussianNllLoss', full=full, eps=1e-6, **r)
            cases.run(f'poissonNllLoss/log/{full}/{reduction}', lambda a: F.poisson_nll_loss(a, counts, full=full, **r), x, op='poissonNllLoss', logInput=True, full=full, eps=1e-8, extra={'target': counts}, **r)
            cases.run(f'poissonNllLoss/{full}/{reduction}', lambda a: F.poisson_nll_loss(a, counts, log_input=False, full=full, eps=1e-3, **r), rand(4, 5, seed=5) + 0.1, op='poissonNllLoss', logInput=False, full=full, eps=1e-3, extra={'target': counts}, **r)
    cases.run('gaussianNllLoss/rows', lambda a, b, v: F.gaussian_nll_loss(a, b, v), x, y, var[:, 0], op='gaussianNllLoss', full=False, eps=1e-6, reduction='mean')
    cases.run('gaussianNllLoss/column', lambda a, b, v: F.gaussian_nll_loss(a, b, v, eps=0.3), x, y, var[:, :1], op='gaussianNllLoss', full=False, eps=0.3, reduction='mean')
    cases.write()


def channels():
    cases = Cases(NN + 'channel.safetensors')
    x = randn(2, 12, 2, 3, seed=1)
    cases.run('pixelShuffle', lambda t: F.pixel_shuffle(t, 2), x, op='pixelShuffle', factor=2)
    cases.run('pixelShuffle/lead', lambda t: F.pixel_shuffle(t, 3), randn(2, 1, 9, 2, 2, seed=2), op='pixelShuffle', factor=3)
    cases.run('pixelShuffle/image', lambda t: F.pixel_shuffle(t, 2), x[0], op='pixelShuffle', factor=2)
    cases.run('pixelUnshuffle', lambda t: F.pixel_unshuffle(t, 2), randn(2, 3, 4, 6, seed=3), op='pixelUnshuffle', factor=2)
    cases.run('pixelUnshuffle/image', lambda t: F.pixel_unshuffle(t, 3), randn(2, 6, 3, seed=4), op='pixelUnshuffle', factor=3)
    # PyTorch 1.13 has no gradient of channel_shuffle
    cases.run('channelShuffle', lambda t: F.channel_shuffle(t, 3), x, gradients=False, op='channelShuffle', groups=3)
    cases.run('channelShuffle/sequence', lambda t: F.channel_shuffle(t, 2), randn(2, 4, 3, seed=5), gradients=False, op='channelShuffle', groups=2)
    for size in (1, 2, 3, 5):
        cases.run(f'localResponseNorm/{size}', lambda t: F.local_response_norm(t, size, alpha=0.3, beta=0.6, k=1.5), x, op='localResponseNorm', size=size, alpha=0.3, beta=0.6, k=1.5)
    cases.run('localResponseNorm/defaults', lambda t: F.local_response_norm(t, 5), x * 10, op='localResponseNorm', size=5, alpha=1e-4, beta=0.75, k=1.0)
    cases.run('localResponseNorm/sequence', lambda t: F.local_response_norm(t, 3, alpha=1.0), randn(2, 4, 3, seed=6), op='localResponseNorm', size=3, alpha=1.0, beta=0.75, k=1.0)
    cases.run('localResponseNorm/volume', lambda t: F.local_response_norm(t, 4, alpha=1.0), randn(1, 3, 2, 2, 2, seed=7), op='localResponseNorm', size=4, alpha=1.0, beta=0.75, k=1.0)
    a, b = randn(3, 4, seed=8), randn(3, 4, seed=9)
    for p in (1.0, 2.0, 3.0):
        cases.run(f'pairwiseDistance/{p}', lambda s, t: F.pairwise_distance(s, t, p), a, b, op='pairwiseDistance', p=p, eps=1e-6, keep=False)
    cases.run('pairwiseDistance/keep', lambda s, t: F.pairwise_distance(s, t, 2.0, 1e-3, True), a, b, op='pairwiseDistance', p=2.0, eps=1e-3, keep=True)
    cases.run('pairwiseDistance/vector', lambda s, t: F.pairwise_distance(s, t), a[0], b, op='pairwiseDistance', p=2.0, eps=1e-6, keep=False)
    cases.write()


def selection():
    cases = Cases(CORE + 'selection.safetensors')
    x = randn(3, 4, seed=1)
    mask = ints(0, 2, 3, 4, seed=2).bool()
    cases.run('maskedFill/tensor', lambda t, v: t.masked_fill(mask, v), x, randn(seed=3), op='maskedFill', extra={'mask': mask})
    cases.run('maskedFill/row', lambda t, v: t.masked_fill(mask[0], v), x, randn(seed=4), op='maskedFill', extra={'mask': mask[0]})
    cases.run('maskedFill/stretched', lambda t, v: t.masked_fill(mask, v), x[0], randn(seed=5), op='maskedFill', extra={'mask': mask})
    cases.run('maskedFill/widened', lambda t, v: t.masked_fill(mask, v), x.float(), randn(seed=6), op='maskedFill', extra={'mask': mask})
    cases.run('maskedFill/integers', lambda t, v: t.masked_fill(mask, v), ints(0, 9, 3, 4, seed=7), torch.tensor(2.7), gradients=False, op='maskedFill', extra={'mask': mask})
    cases.run('repeatInterleave/all', lambda t: t.repeat_interleave(2), x, op='repeatInterleave', times=2)
    cases.run('repeatInterleave/times', lambda t: t.repeat_interleave(3, 0), x, op='repeatInterleave', times=3, dim=0)
    rows, columns = torch.tensor([2, 0, 3]), torch.tensor([1, 0, 0, 2])
    cases.run('repeatInterleave/rows', lambda t: t.repeat_interleave(rows, 0), x, op='repeatInterleave', dim=0, extra={'repeats': rows})
    cases.run('repeatInterleave/columns', lambda t: t.repeat_interleave(columns, -1), x, op='repeatInterleave', dim=-1, size=3, extra={'repeats': columns})
    flat = torch.arange(12) % 3
    cases.run('repeatInterleave/flat', lambda t: t.repeat_interleave(flat), x, op='repeatInterleave', extra={'repeats': flat})
    for indexing in ('ij', 'xy'):
        cases.run(f'meshgrid/{indexing}', lambda a, b, c: torch.meshgrid(a, b, c, indexing=indexing), randn(2, seed=8), randn(3, seed=9), randn(seed=10), op='meshgrid', indexing=indexing)
        cases.run(f'meshgrid/one/{indexing}', lambda a: torch.meshgrid(a, indexing=indexing), randn(2, seed=8), op='meshgrid', indexing=indexing)
    cases.write()


def windows():
    cases = Cases(NN + 'window.safetensors')
    names = {'output_padding': 'outputPadding'}
    for label, x, w, o in [
            ('plain', (2, 3, 5), (3, 4, 3), {}), ('stride', (1, 2, 4), (2, 3, 3), dict(stride=2)), ('outputpadding', (1, 2, 4), (2, 3, 3), dict(stride=3, padding=1, output_padding=2)),
            ('all', (2, 4, 5), (4, 3, 2), dict(stride=3, padding=1, output_padding=2, groups=2, dilation=2)), ('unbatched', (2, 3), (2, 2, 4), dict(stride=2, padding=1))]:
        n = w[1] * o.get('groups', 1)
        cases.run(f'convTranspose1d/{label}', lambda a, b, c: F.conv_transpose1d(a, b, c, **o), randn(*x, seed=4), randn(*w, seed=5), randn(n, seed=6), op='convTranspose1d', **{names.get(k, k): v for k, v in o.items()})
    for label, kernel, o in [
            ('plain', 2, {}), ('padding', 3, dict(padding=1)), ('stride', 2, dict(stride=2)), ('apart', 2, dict(stride=3)), ('dilation', 2, dict(dilation=2)),
            ('uneven', (3, 2), dict(stride=(2, 1), padding=(1, 2), dilation=(1, 3)))]:
        x = randn(2, 2, 5, 6, seed=1)
        y = F.unfold(x, kernel, **o)
        cases.run(f'unfold/{label}', lambda t: F.unfold(t, kernel, **o), x, op='unfold', kernel=kernel, **o)
        cases.run(f'fold/{label}', lambda t: F.fold(t, (5, 6), kernel, **o), randn(*y.shape, seed=2), op='fold', kernel=kernel, size=(5, 6), **o)
    cases.run('unfold/image', lambda t: F.unfold(t, 2), randn(2, 3, 4, seed=3), op='unfold', kernel=2)
    cases.run('fold/image', lambda t: F.fold(t, (3, 4), 2), randn(8, 6, seed=4), op='fold', kernel=2, size=(3, 4))
    cases.write()


def resampling():
    cases = Cases(NN + 'resample.safetensors')
    inputs = {1: randn(1, 2, 7, seed=1), 2: randn(1, 2, 4, 5, seed=2), 3: randn(1, 1, 3, 2, 4, seed=3)}
    sizes = {1: ((12,), (3,), (1,)), 2: ((7, 9), (3, 2), (8, 5)), 3: ((4, 3, 5), (2, 1, 3))}
    linear = {1: 'linear', 2: 'bilinear', 3: 'trilinear'}
    for axes, x in inputs.items():
        for mode in ('nearest', 'nearest-exact', linear[axes], 'bicubic', 'area'):
            if mode == 'bicubic' and axes != 2:
                continue
            aligns = (False, True) if mode in ('linear', 'bilinear', 'trilinear', 'bicubic') else (None,)
            for align in aligns:
                o = dict(mode=mode, align=align)
                for size in sizes[axes]:
                    cases.run(f'{mode}/{axes}/{align}/{size}', lambda t: F.interpolate(t, size=size, mode=mode, align_corners=align), x, op='interpolate', size=size, **o)
                for factor in (1.7, 0.6):
                    for recompute in ((False, True) if axes == 2 else (False,)):
                        cases.run(f'{mode}/{axes}/{align}/{factor}/{recompute}', lambda t: F.interpolate(t, scale_factor=factor, mode=mode, align_corners=align, recompute_scale_factor=recompute), x, op='interpolate', scale=factor, recompute=recompute, **o)
    x = inputs[2]
    for mode in ('bilinear', 'bicubic'):
        for align in (False, True):
            for size in ((3, 2), (9, 3)):
                cases.run(f'{mode}/antialias/{align}/{size}', lambda t: F.interpolate(t, size=size, mode=mode, align_corners=align, antialias=True), x, op='interpolate', mode=mode, align=align, size=size, antialias=True)
        cases.run(f'{mode}/antialias/factor', lambda t: F.interpolate(t, scale_factor=0.45, mode=mode, antialias=True), x, op='interpolate', mode=mode, scale=0.45, antialias=True)
    # factors that make no new extent
    for mode in ('nearest', 'nearest-exact', 'bilinear', 'bicubic', 'area'):
        cases.run(f'{mode}/unchanged', lambda t: F.interpolate(t, scale_factor=1.2, mode=mode), x[:1, :1], op='interpolate', mode=mode, scale=1.2)
    # the nearest mode's forward and backward do not agree in PyTorch 1.13
    for mode in ('nearest-exact', 'linear', 'area'):
        cases.run(f'{mode}/sequence/unchanged', lambda t: F.interpolate(t, scale_factor=1.1, mode=mode), inputs[1], op='interpolate', mode=mode, scale=1.1)
    cases.run('nearest/two factors', lambda t: F.interpolate(t, scale_factor=(2.3, 0.4), mode='nearest'), x, op='interpolate', mode='nearest', scale=(2.3, 0.4))
    # places are rounded in the input's precision
    for n, m in ((2, 82), (2, 41), (4, 98)):
        for dtype in (torch.float32, torch.float64):
            y = torch.arange(n, dtype=dtype).reshape(1, 1, n)
            for mode in ('nearest', 'nearest-exact'):
                cases.run(f'{mode}/{n}/{m}/{name(dtype)}', lambda t: F.interpolate(t, size=m, mode=mode), y, gradients=False, op='interpolate', mode=mode, size=(m,))
    for mode in ('nearest', 'nearest-exact'):
        cases.run(f'{mode}/uint8', lambda t: F.interpolate(t, size=(3, 7), mode=mode), ints(0, 255, 1, 2, 4, 5, seed=4, dtype=torch.uint8), gradients=False, op='interpolate', mode=mode, size=(3, 7))
    z = randn(1, 19, 3, 4, seed=5, dtype=torch.float32)
    for mode in ('bilinear', 'bicubic', 'area'):
        cases.run(f'{mode}/float32', lambda t: F.interpolate(t, size=(5, 3), mode=mode), z, op='interpolate', mode=mode, size=(5, 3))
    cases.write()


def grids():
    cases = Cases(NN + 'grid.safetensors')
    x, y = randn(2, 2, 3, 4, seed=1), randn(1, 2, 2, 3, 4, seed=2)
    points, volume = randn(2, 3, 2, 2, seed=3) * 0.9, randn(1, 2, 2, 1, 3, seed=4) * 0.9
    for mode in ('bilinear', 'nearest', 'bicubic'):
        for padding in ('zeros', 'border', 'reflection'):
            for align in (False, True):
                o = dict(mode=mode, padding_mode=padding, align_corners=align)
                a = dict(mode=mode, padding=padding, align=align)
                cases.run(f'gridSample/{mode}/{padding}/{align}', lambda t, g: F.grid_sample(t, g, **o), x, points, op='gridSample', **a)
                if mode != 'bicubic':
                    cases.run(f'gridSample/volume/{mode}/{padding}/{align}', lambda t, g: F.grid_sample(t, g, **o), y, volume, op='gridSample', **a)
                cases.run(f'gridSample/far/{mode}/{padding}/{align}', lambda t, g: F.grid_sample(t, g, **o), x[:1], points[:1] * 5, op='gridSample', **a)
    cases.run('gridSample/float32', lambda t, g: F.grid_sample(t, g, padding_mode='reflection'), randn(1, 21, 3, 4, seed=5, dtype=torch.float32), points[:1].float(), op='gridSample', mode='bilinear', padding='reflection', align=False)
    cases.run('gridSample/nearest/float32', lambda t, g: F.grid_sample(t, g, mode='nearest'), x.float(), ints(-8, 9, 2, 3, 2, 2, seed=6).float() / 8, op='gridSample', mode='nearest', padding='zeros', align=False)
    cases.run('gridSample/one pixel', lambda t, g: F.grid_sample(t, g, padding_mode='reflection', align_corners=True), x[:, :, :1, :1], points, op='gridSample', mode='bilinear', padding='reflection', align=True)
    theta, volumes = randn(2, 2, 3, seed=7), randn(1, 3, 4, seed=8)
    for align in (False, True):
        cases.run(f'affineGrid/{align}', lambda t: F.affine_grid(t, (2, 3, 3, 4), align_corners=align), theta, op='affineGrid', size=(2, 3, 3, 4), align=align)
        cases.run(f'affineGrid/volume/{align}', lambda t: F.affine_grid(t, (1, 1, 2, 1, 3), align_corners=align), volumes, op='affineGrid', size=(1, 1, 2, 1, 3), align=align)
    cases.write()


def alignments():
    cases = Cases(NN + 'ctc.safetensors')
    scores = randn(6, 3, 4, seed=1)
    padded = torch.tensor([[1, 2, 2], [3, 1, 0], [2, 2, 2]])
    lengths, frames = torch.tensor([3, 1, 2]), torch.tensor([6, 4, 5])
    flat = torch.tensor([1, 2, 2, 3, 2, 2])
    for reduction in ('mean', 'sum', 'none'):
        r = dict(reduction=reduction)
        for label, targets in (('rows', padded), ('flat', flat)):
            cases.run(f'ctcLoss/{label}/{reduction}', lambda t: F.ctc_loss(t, targets, frames, lengths, **r), torch.log_softmax(scores, 2), op='ctcLoss', blank=0, extra={'targets': targets, 'frames': frames, 'lengths': lengths}, **r)
        cases.run(f'ctcLoss/scores/{reduction}', lambda t: F.ctc_loss(torch.log_softmax(t, 2), padded % 3, frames, lengths, blank=3, **r), scores, op='ctcLoss', scores=True, blank=3, extra={'targets': padded % 3, 'frames': frames, 'lengths': lengths}, **r)
    # too long for its frames: a label twice in two frames, three labels in two
    short = torch.tensor([2, 4, 2])
    for zero in (False, True):
        cases.run(f'ctcLoss/infinite/{zero}', lambda t: F.ctc_loss(t, padded, short, lengths, reduction='none', zero_infinity=zero), torch.log_softmax(scores, 2), op='ctcLoss', blank=0, zero=zero, reduction='none', extra={'targets': padded, 'frames': short, 'lengths': lengths})
    cases.run('ctcLoss/infinite/mean', lambda t: F.ctc_loss(t, padded, short, lengths, zero_infinity=True), torch.log_softmax(scores, 2), op='ctcLoss', blank=0, zero=True, reduction='mean', extra={'targets': padded, 'frames': short, 'lengths': lengths})
    none = torch.tensor([0, 1, 0])
    cases.run('ctcLoss/empty targets', lambda t: F.ctc_loss(t, padded, frames, none), torch.log_softmax(scores, 2), op='ctcLoss', blank=0, reduction='mean', extra={'targets': padded, 'frames': frames, 'lengths': none})
    cases.run('ctcLoss/single', lambda t: F.ctc_loss(t, padded[0], torch.tensor(6), torch.tensor(3), reduction='none'), torch.log_softmax(scores[:, 0], 1), op='ctcLoss', blank=0, reduction='none', extra={'targets': padded[0], 'frames': torch.tensor(6), 'lengths': torch.tensor(3)})
    cases.run('ctcLoss/float32', lambda t: F.ctc_loss(t, padded, frames, lengths), torch.log_softmax(scores.float() * 20, 2), op='ctcLoss', blank=0, reduction='mean', extra={'targets': padded, 'frames': frames, 'lengths': lengths})
    cases.write()


def bags():
    cases = Cases(NN + 'bag.safetensors')
    table = randn(6, 3, seed=1)
    rows, flat = ints(0, 6, 4, 3, seed=2), ints(0, 6, 7, seed=3)
    starts = torch.tensor([0, 2, 2, 5])
    ends = torch.tensor([0, 2, 2, 5, 7])
    for mode in ('sum', 'mean', 'max'):
        for padding in (None, 2, -1):
            a = dict(op='embeddingBag', mode=mode, paddingIdx=padding)
            cases.run(f'{mode}/rows/{padding}', lambda t: F.embedding_bag(rows, t, mode=mode, padding_idx=padding), table, extra={'index': rows}, **a)
            cases.run(f'{mode}/flat/{padding}', lambda t: F.embedding_bag(flat, t, starts, mode=mode, padding_idx=padding), table, extra={'index': flat, 'offsets': starts}, **a)
        cases.run(f'{mode}/last', lambda t: F.embedding_bag(flat, t, ends, mode=mode, include_last_offset=True), table, op='embeddingBag', mode=mode, last=True, extra={'index': flat, 'offsets': ends})
        small = table.clone()
        F.embedding_bag(rows, small, max_norm=1.0, mode=mode)
        cases.run(f'{mode}/maxNorm', lambda t: F.embedding_bag(rows, t, max_norm=1.0, mode=mode), table, op='embeddingBag', mode=mode, maxNorm=1.0, extra={'index': rows, 'tableAfter': small})
    for label, index, offsets, shape in (('rows', rows, None, (4, 3)), ('flat', flat, starts, (7,))):
        extra = {'index': index} | ({'offsets': offsets} if offsets is not None else {})
        cases.run(f'weights/{label}', lambda t, w: F.embedding_bag(index, t, offsets, mode='sum', per_sample_weights=w, padding_idx=2), table, randn(*shape, seed=4), op='embeddingBag', mode='sum', paddingIdx=2, extra=extra)
    ties = torch.ones(6, 3, dtype=torch.float64)
    cases.run('max/ties', lambda t: F.embedding_bag(rows, t, mode='max'), ties, op='embeddingBag', mode='max', extra={'index': rows})
    cases.write()


def main():
    alignments()
    bags()
    grids()
    resampling()
    selection()
    margins()
    likelihoods()
    channels()
    windows()


if __name__ == '__main__':
    main()
