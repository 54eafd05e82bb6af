"""The parts of torchvision's detectors: coders, matchers, anchors, pooling over a pyramid, prepared images."""
import torch
from torchvision.models.detection import _utils
from torchvision.models.detection.anchor_utils import AnchorGenerator, DefaultBoxGenerator
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.transform import GeneralizedRCNNTransform
from torchvision.ops import FeaturePyramidNetwork, MultiScaleRoIAlign, box_iou
from torchvision.ops.feature_pyramid_network import LastLevelP6P7

from cases import VISION, Cases, rand
from models import fill, formula


def boxes(n, side, seed):
    a = rand(n, 4, seed=seed) * side
    return torch.cat([torch.minimum(a[:, :2], a[:, 2:]), torch.maximum(a[:, :2], a[:, 2:]) + 1], 1)


def main():
    cases = Cases(VISION + 'regions.safetensors')
    a, b = boxes(7, 60, 1), boxes(7, 60, 2)
    coder = _utils.BoxCoder((10.0, 20.0, 5.0, 2.5))
    cases.run('encode', lambda x, y: coder.encode_single(x, y), a, b)
    codes = (rand(7, 4, seed=3) - 0.5) * 30
    cases.run('decode', lambda c, y: coder.decode_single(c, y), codes, b)
    linear = _utils.BoxLinearCoder()
    cases.run('encode_linear', lambda x, y: linear.encode(x, y), a, b)
    cases.run('decode_linear', lambda c, y: linear.decode(c, y), codes, b)

    truth, proposals = boxes(5, 60, 4), boxes(40, 60, 5)
    proposals[3] = proposals[8]
    truth[2] = 200 + truth[2] / 100                   # overlaps none
    quality = box_iou(truth, proposals)
    for name, matcher in (('strict', _utils.Matcher(0.5, 0.3)), ('low', _utils.Matcher(0.5, 0.3, True)), ('ssd', _utils.SSDMatcher(0.4))):
        cases.add('match_' + name, [quality], [matcher(quality.clone())])
    cases.add('match_low_without_far', [quality[[0, 1, 3, 4]]], [_utils.Matcher(0.5, 0.3, True)(quality[[0, 1, 3, 4]].clone())])

    maps = [formula('map%d' % i, (2, 3, s, t)) for i, (s, t) in enumerate(((16, 20), (8, 10), (4, 5)))]
    images = ImageList(torch.zeros(2, 3, 64, 80), [(60, 77), (64, 80)])
    anchors = AnchorGenerator(((8, 11), (16, 23), (32, 45)), ((0.5, 1.0, 2.0),) * 3)(images, maps)[0]
    cases.add('anchors', outputs=[anchors])
    defaults = DefaultBoxGenerator([[2], [2, 3], [2]], scales=[0.1, 0.3, 0.6, 0.95], steps=[4, 8, 16])(images, maps)[0]
    cases.add('default_boxes', outputs=[defaults])

    pool = MultiScaleRoIAlign(['0', '1', '2'], 3, 2, canonical_scale=32, canonical_level=4)
    regions = [boxes(6, 60, 6), boxes(5, 60, 7)]
    cases.run('pool', lambda x, y, z: pool({'0': x, '1': y, '2': z}, regions, images.image_sizes), *maps, extra={'r0': regions[0], 'r1': regions[1]})

    fpn = fill(FeaturePyramidNetwork([3, 3, 3], 4, LastLevelP6P7(3, 4)))
    out = fpn({'0': maps[0], '1': maps[1], '2': maps[2]})
    cases.add('pyramid', outputs=list(out.values()))

    pictures = [formula('picture0', (3, 37, 50)), formula('picture1', (3, 61, 30))]
    transform = GeneralizedRCNNTransform(40, 60, [0.4, 0.5, 0.6], [0.2, 0.3, 0.25], size_divisible=16)
    batch, targets = transform(pictures, [{'boxes': boxes(2, 30, 8)}, {'boxes': boxes(1, 30, 9)}])
    cases.add('transform', outputs=[batch.tensors[:, :, ::5, ::5], targets[0]['boxes'], targets[1]['boxes']],
              sizes=[s for size in batch.image_sizes for s in size], extra={'b0': boxes(2, 30, 8), 'b1': boxes(1, 30, 9)},
              height=batch.tensors.shape[2], width=batch.tensors.shape[3])
    cases.write()


if __name__ == '__main__':
    main()
