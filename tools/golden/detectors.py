"""torchvision's detectors with few channels: raw predictions, objects in two images of different sizes, losses, gradients.

Weights and images are formulas of their names, as in `vision_models.py`; only results are stored, one file per network.
torchvision has no narrow detectors: bodies are narrow networks of `models.py`, and SSD's convolutions are replaced by
narrower ones. Samplers keep all proposals, so that nothing is random. `names` are checksums of the state of the
detectors in their own size. Without arguments all networks are run, else those named.
"""
import sys
import zlib

import torch
from torch import nn
from torchvision.models import detection, mobilenet_v3_large, vgg16
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.detection import backbone_utils, faster_rcnn, ssd
from torchvision.models.detection.anchor_utils import AnchorGenerator, DefaultBoxGenerator
from torchvision.models.resnet import Bottleneck
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool, LastLevelP6P7

from cases import VISION, Cases
from models import formula, narrow
from vision_models import fill

CLASSES, WIDTH, CHANNELS = 5, 8, 32
ALL = 1000000


def pyramid(stages, extra):
    body = narrow(Bottleneck, [3, 4, 6, 3], WIDTH, CLASSES)
    channels = [4 * WIDTH * 2 ** (s - 1) for s in stages]
    layers = {f'layer{s}': str(i) for i, s in enumerate(stages)}
    return backbone_utils.BackboneWithFPN(body, layers, channels, CHANNELS, extra)


def sizes(least, n=5):
    return tuple((least << i,) for i in range(n))


def retinanet():
    anchors = AnchorGenerator(tuple((x, int(x * 2 ** (1 / 3)), int(x * 2 ** (2 / 3))) for (x,) in sizes(8)), ((0.5, 1.0, 2.0),) * 5)
    return detection.RetinaNet(pyramid([2, 3, 4], LastLevelP6P7(CHANNELS, CHANNELS)), CLASSES, min_size=96, max_size=150,
                               anchor_generator=anchors, score_thresh=0.5)


def fcos():
    return detection.FCOS(pyramid([2, 3, 4], LastLevelP6P7(CHANNELS, CHANNELS)), CLASSES, min_size=96, max_size=150, score_thresh=0.4)


def faster(backbone, anchors, **options):
    return detection.FasterRCNN(
        backbone, min_size=96, max_size=150, rpn_anchor_generator=anchors, rpn_batch_size_per_image=ALL,
        box_batch_size_per_image=ALL, box_head=faster_rcnn.TwoMLPHead(CHANNELS * 49, 48),
        box_predictor=faster_rcnn.FastRCNNPredictor(48, CLASSES), rpn_pre_nms_top_n_train=200, rpn_pre_nms_top_n_test=100,
        rpn_post_nms_top_n_train=150, rpn_post_nms_top_n_test=80, box_score_thresh=0.1, **options)


def fasterrcnn():
    anchors = AnchorGenerator(sizes(8), ((0.5, 1.0, 2.0),) * 5)
    return faster(pyramid([1, 2, 3, 4], LastLevelMaxPool()), anchors)


def mobile():
    body = mobilenet_v3_large(width_mult=0.25).features
    channels = [body[13].out_channels, body[16].out_channels]
    backbone = backbone_utils.BackboneWithFPN(body, {'13': '0', '16': '1'}, channels, CHANNELS, LastLevelMaxPool())
    return faster(backbone, AnchorGenerator(((8, 16, 32, 64, 128),) * 3, ((0.5, 1.0, 2.0),) * 3), rpn_score_thresh=0.05)


def narrowed(module, ratio):
    for name, m in module.named_children():
        if isinstance(m, nn.Conv2d):
            setattr(module, name, nn.Conv2d(max(m.in_channels // ratio, 3), m.out_channels // ratio, m.kernel_size, m.stride,
                                            m.padding, m.dilation))
        else:
            narrowed(m, ratio)


def ssd300():
    backbone = ssd._vgg_extractor(vgg16(), False, 5)
    narrowed(backbone, 16)
    backbone.scale_weight = nn.Parameter(backbone.scale_weight[:512 // 16].detach().clone())
    anchors = DefaultBoxGenerator([[2], [2, 3], [2, 3], [2, 3], [2], [2]], scales=[0.07, 0.15, 0.33, 0.51, 0.69, 0.87, 1.05],
                                  steps=[8, 16, 32, 64, 100, 300])
    return ssd.SSD(backbone, anchors, (300, 300), CLASSES, image_mean=[0.48235, 0.45882, 0.40784], image_std=[1 / 255] * 3,
                         score_thresh=0.3)


# name: narrow network, the whole one, a weight whose gradient is stored, the factor of weights outside of the backbone
NETWORKS = {
    'retinanet_resnet50_fpn': (retinanet, detection.retinanet_resnet50_fpn, 'head.classification_head.conv.0.0.weight', 0.2),
    'fcos_resnet50_fpn': (fcos, detection.fcos_resnet50_fpn, 'head.regression_head.conv.0.weight', 0.5),
    'fasterrcnn_resnet50_fpn': (fasterrcnn, detection.fasterrcnn_resnet50_fpn, 'roi_heads.box_head.fc6.weight', 0.05),
    'fasterrcnn_mobilenet_v3_large_320_fpn': (mobile, detection.fasterrcnn_mobilenet_v3_large_320_fpn, 'rpn.head.conv.0.0.weight', 0.4),
    'ssd300_vgg16': (ssd300, detection.ssd300_vgg16, 'backbone.scale_weight', 0.01),
}


def targets():
    boxes = [[[11., 12., 50., 60.], [40., 5., 95., 40.], [60., 50., 76., 66.]], [[5., 20., 70., 110.]]]
    labels = [[1, 4, 2], [3]]
    return [{'boxes': torch.tensor(b, dtype=torch.float64), 'labels': torch.tensor(n)} for b, n in zip(boxes, labels)]


def keys(net):
    return zlib.crc32(''.join(f'{k} {list(t.shape)}\n' for k, t in net.state_dict().items()).encode())


def raw(name, net, images):
    x = net.transform(images)[0].tensors
    features = list(net.backbone(x).values())
    if not name.startswith('faster'):
        return net.head(features)
    objectness, deltas = net.rpn.head(features)
    return {'objectness': torch.cat([o.permute(0, 2, 3, 1).reshape(2, -1, 1) for o in objectness], 1),
            'rpn_box': torch.cat([d.permute(0, 2, 3, 1).reshape(2, -1, 4) for d in deltas], 1)}


def write(name):
    make, whole, weight, factor = NETWORKS[name]
    whole = whole(weights=None, weights_backbone=None)
    counts = dict(parameters=sum(p.numel() for p in whole.parameters()), names=keys(whole))
    net = fill(make())
    with torch.no_grad():
        for k, p in net.named_parameters():
            if p.dim() > 1 and not k.startswith('backbone.'):
                p.mul_(factor)
    images = [formula(name + '.0', (3, 80, 110)) * 0.5 + 0.5, formula(name + '.1', (3, 130, 90)) * 0.5 + 0.5]
    net.eval()
    extra = {}
    with torch.no_grad():
        for k, t in raw(name, net, images).items():
            extra[k] = t[:, ::37]
        for i, found in enumerate(net(images)):
            print(name, i, len(found['scores']), found['scores'][:4].tolist(), found['scores'][-1:].tolist())
            for k, t in found.items():
                extra[f'{k}{i}'] = t[:60]
            extra[f'count{i}'] = torch.tensor(len(found['scores']))
    net.train()
    losses = net(images, targets())
    sum(losses.values()).backward()
    gradient = dict(net.named_parameters())[weight].grad
    for k, t in losses.items():
        extra['loss.' + k] = t.double()
        print(k, t.item())
    extra['grad'] = gradient.flatten()[:64]
    extra['norms'] = torch.stack([p.grad.norm() for p in net.parameters()])
    cases = Cases(VISION + f'detectors/{name}.safetensors')
    cases.add(name, narrow=keys(net), weight=weight, factor=factor, extra=extra, **counts)
    cases.write()


def main():
    for name in sys.argv[1:] or NETWORKS:
        write(name)


if __name__ == '__main__':
    main()
