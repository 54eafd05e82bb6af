"""Boxes, their overlaps and losses, suppression, and pooling of regions, as torchvision.ops computes them."""
import torch
from torchvision import ops

from cases import VISION, Cases


def boxes(n, seed, size=100., dtype=torch.float32):
    g = torch.Generator().manual_seed(seed)
    at = torch.rand(n, 2, generator=g, dtype=torch.float64) * size
    extent = torch.rand(n, 2, generator=g, dtype=torch.float64) * size * .5 + 1
    return torch.cat([at, at + extent], 1).to(dtype)


def overlaps(cases):
    for dtype in (torch.float32, torch.float64):
        kind = str(dtype)[6:]
        a, b = boxes(6, 1, dtype=dtype), boxes(5, 2, dtype=dtype)
        a = torch.cat([a, b[:1]])  # one pair is equal: its maxima are ties
        for name in ('box_iou', 'generalized_box_iou', 'distance_box_iou', 'complete_box_iou'):
            cases.run(f'{name}/{kind}', getattr(ops, name), a, b, op=name)
        for name in ('generalized_box_iou_loss', 'distance_box_iou_loss', 'complete_box_iou_loss'):
            for reduction in ('none', 'mean', 'sum'):
                cases.run(f'{name}/{reduction}/{kind}', lambda x, y: getattr(ops, name)(x, y, reduction=reduction), a[:5], b,
                          op=name, reduction=reduction)
    a, b = (boxes(4, 3) * 10).long(), (boxes(3, 4) * 10).long()
    cases.run('box_iou/int64', ops.box_iou, a, b, op='box_iou')
    cases.run('box_area/int64', ops.box_area, a, op='box_area')
    cases.run('box_area/uint8', ops.box_area, boxes(4, 5).to(torch.uint8), op='box_area')
    cases.run('box_area/float32', ops.box_area, boxes(4, 5), op='box_area')
    for i in ('xyxy', 'xywh', 'cxcywh'):
        for o in ('xyxy', 'xywh', 'cxcywh'):
            cases.run(f'convert/{i}/{o}', lambda x: ops.box_convert(x, i, o), boxes(4, 6), op='box_convert', **{'from': i, 'to': o})
    cases.run('clip', lambda x: ops.clip_boxes_to_image(x - 30, (70, 60)), boxes(6, 7), op='clip')
    cases.run('small', lambda x: ops.remove_small_boxes(x, 20), boxes(12, 8), op='small', gradients=False)
    masks = torch.zeros(3, 7, 9, dtype=torch.bool)
    masks[0, 2:5, 3:8] = True
    masks[1, 0, 0] = True
    masks[2, 6, 2:9] = masks[2, 1, 8] = True
    cases.run('masks', ops.masks_to_boxes, masks, op='masks')


def losses(cases):
    g = torch.Generator().manual_seed(9)
    x = torch.randn(5, 3, generator=g) * 3
    y = (torch.rand(5, 3, generator=g) < .4).float()
    for alpha, gamma in ((.25, 2.), (-1., 2.), (.6, 1.5), (.25, 0.)):
        for reduction in ('none', 'mean', 'sum'):
            cases.run(f'focal/{alpha}/{gamma}/{reduction}', lambda t: ops.sigmoid_focal_loss(t, y, alpha, gamma, reduction), x,
                      extra={'target': y}, op='focal', alpha=alpha, gamma=gamma, reduction=reduction)


def suppression(cases):
    for n, threshold, seed in ((1, .5, 1), (40, .3, 2), (40, .5, 3), (120, .7, 4), (60, 0., 5)):
        b = boxes(n, seed)
        s = torch.rand(n, generator=torch.Generator().manual_seed(seed))
        classes = (s * 1000).long() % 3
        for dtype in (torch.float32, torch.float64):
            x = b.to(dtype)
            cases.add(f'nms/{n}/{threshold}/{str(dtype)[6:]}', (x, s.to(dtype)), (ops.nms(x, s.to(dtype), threshold),), op='nms', threshold=threshold)
        cases.add(f'batched/{n}/{threshold}', (b, s, classes), (ops.boxes._batched_nms_vanilla(b, s, classes, threshold),),
                  op='batched_nms', threshold=threshold)
    # equal scores, and overlaps that equal the threshold but for rounding: squares of side 10 shifted by whole pixels
    steps = torch.arange(30, dtype=torch.float32)
    b = torch.stack([steps, steps * 0, steps + 10, steps * 0 + 10], 1)
    s = (torch.arange(30) % 4).float()
    for k in range(1, 10):
        threshold = (10 - k) / (10 + k)
        cases.add(f'nms/ties/{k}', (b, s), (ops.nms(b, s, threshold),), op='nms', threshold=threshold)
    cases.add('nms/empty', (torch.zeros(0, 4), torch.zeros(0)), (ops.nms(torch.zeros(0, 4), torch.zeros(0), .5),), op='nms', threshold=.5)


def regions(cases):
    rois = torch.tensor([[0, 0., 0, 6, 6], [1, 3.2, 1.1, 9.7, 4.4], [1, -3, -2, 4, 30], [0, 5.5, 5.5, 5.5, 5.5], [0, 40, 40, 50, 50],
                         [1, 8, 2, 3, 7]])
    for dtype in (torch.float32, torch.float64):
        kind = str(dtype)[6:]
        x = torch.randn(2, 2, 7, 9, generator=torch.Generator().manual_seed(11), dtype=torch.float64).to(dtype)
        r = rois.to(dtype)
        for size, scale, ratio, aligned in (((2, 2), 1., -1, False), ((2, 3), .5, 2, True), ((3, 2), .7, 0, True), ((1, 1), 1., 3, False)):
            ours = r[:5] if aligned and ratio <= 0 else r  # an inverted region has no samples, on which torchvision fails
            cases.run(f'align/{size}/{scale}/{ratio}/{aligned}/{kind}',
                      lambda t: ops.roi_align(t, ours, size, scale, ratio, aligned), x, extra={'rois': ours},
                      op='roi_align', size=size, scale=scale, ratio=ratio, aligned=aligned)
        for size, scale in (((2, 2), 1.), ((3, 2), .5), ((7, 7), .8)):
            cases.run(f'pool/{size}/{scale}/{kind}', lambda t: ops.roi_pool(t, r, size, scale), x, extra={'rois': r},
                      op='roi_pool', size=size, scale=scale)


def main():
    cases = Cases(VISION + 'detection.safetensors')
    overlaps(cases)
    losses(cases)
    suppression(cases)
    regions(cases)
    cases.write()


if __name__ == '__main__':
    main()
