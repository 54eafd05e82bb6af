"""torchvision's classifiers: logits in evaluation and in training, the gradient of the first weight, parameter counts.

Weights and images are formulas of their names, as in `models.py`, computed alike in `fathom.vision.Formula`; only results
are stored, one file per network. Without arguments all networks are run, else those named.
"""
import sys
import zlib
from functools import partial

import torch
import torchvision
from torch import nn

from cases import VISION, Cases
from models import formula, narrow
from torchvision.models import efficientnet as efficientnet_module
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.regnet import BlockParams, RegNet
from torchvision.models.resnet import BasicBlock, Bottleneck
from torchvision.models.swin_transformer import SwinTransformer
from torchvision.models.vision_transformer import VisionTransformer

CLASSES = 10


def weights(name, shape):
    """Values that keep the signal's scale: by fan-in, with scales about 1 and positive variances."""
    u = formula(name, shape)
    if len(shape) > 1:
        return u * (6.0 / (u.numel() / shape[0])) ** 0.5
    if name.endswith('running_var'):
        return 1 + 0.5 * u
    return 1 + 0.25 * u if name.endswith('weight') else 0.1 * u


def fill(net):
    """Gives every parameter and buffer its values, in float64, and switches everything random off."""
    net.double()
    with torch.no_grad():
        for name, t in net.state_dict().items():
            if t.is_floating_point():
                t.copy_(weights(name, t.shape))
            elif name.endswith('num_batches_tracked'):
                t.zero_()
    for m in net.modules():
        if isinstance(m, (nn.Dropout, torchvision.ops.StochasticDepth)):
            m.p = 0.0
    return net


def resnet(width, block, layers, **options):
    return narrow(block, layers, width, CLASSES, **options)


def built(name, **options):
    return getattr(torchvision.models, name)(num_classes=CLASSES, **options)


def hidden(net, units):
    """The two hidden linear layers of AlexNet and VGG with fewer units, which are numbers in their constructors."""
    linear = [i for i, m in enumerate(net.classifier) if isinstance(m, nn.Linear)]
    a, b, c = (net.classifier[i] for i in linear)
    for i, m in zip(linear, (nn.Linear(a.in_features, units), nn.Linear(units, units), nn.Linear(units, c.out_features))):
        net.classifier[i] = m
    return net


def efficientnet(name, width, depth):
    """EfficientNet takes a configuration; only that of V1 scales itself."""
    conf, last = efficientnet_module._efficientnet_conf(name, width_mult=1.0, depth_mult=1.0)
    for c in conf:
        c.num_layers = efficientnet_module.MBConvConfig.adjust_depth(c.num_layers, depth)
        c.input_channels = c.adjust_channels(c.input_channels, width)
        c.out_channels = c.adjust_channels(c.out_channels, width)
    norm = {'norm_layer': partial(nn.BatchNorm2d, eps=1e-3)} if 'v2' in name else {}
    return efficientnet_module.EfficientNet(conf, 0.0, num_classes=CLASSES, last_channel=last, **norm)


def convnext(widths, depths):
    settings = [CNBlockConfig(w, out, n) for w, out, n in zip(widths, widths[1:] + [None], depths)]
    return ConvNeXt(settings, num_classes=CLASSES)


def regnet(depth, initial, slope, step, group):
    return RegNet(BlockParams.from_init_params(depth, initial, slope, step, group, se_ratio=0.25), num_classes=CLASSES)


# name: side of the images, network, options in Java beside the number of classes
NETWORKS = {
    'alexnet': (96, lambda: hidden(built('alexnet'), 16), {'hidden': 16}),
    'vgg11_bn': (64, lambda: hidden(built('vgg11_bn', init_weights=False), 16), {'hidden': 16}),
    'googlenet': (64, lambda: built('googlenet', init_weights=False, transform_input=True), {'transform_input': True}),
    'inception_v3': (107, lambda: built('inception_v3', init_weights=False, aux_logits=False), {'aux_logits': False}),
    'densenet121': (64, lambda: built('densenet121'), {}),
    'squeezenet1_0': (64, lambda: built('squeezenet1_0'), {}),
    'squeezenet1_1': (64, lambda: built('squeezenet1_1'), {}),
    'mobilenet_v2': (64, lambda: built('mobilenet_v2'), {}),
    'mobilenet_v3_small': (64, lambda: built('mobilenet_v3_small'), {}),
    'mobilenet_v3_large': (64, lambda: built('mobilenet_v3_large'), {}),
    'shufflenet_v2_x0_5': (64, lambda: built('shufflenet_v2_x0_5'), {}),
    'shufflenet_v2_x1_0': (64, lambda: built('shufflenet_v2_x1_0'), {}),
    'resnet18': (64, lambda: resnet(16, BasicBlock, [2, 2, 2, 2]), {'width': 16}),
    'resnet50': (64, lambda: resnet(16, Bottleneck, [3, 4, 6, 3]), {'width': 16}),
    'resnext50_32x4d': (64, lambda: resnet(32, Bottleneck, [3, 4, 6, 3], groups=32, width_per_group=4), {'width': 32}),
    'wide_resnet50_2': (64, lambda: resnet(16, Bottleneck, [3, 4, 6, 3], width_per_group=128), {'width': 16}),
    'efficientnet_b0': (64, lambda: efficientnet('efficientnet_b0', 0.5, 1.0), {'width': 0.5, 'depth': 1.0}),
    'efficientnet_b3': (70, lambda: efficientnet('efficientnet_b3', 0.3, 0.6), {'width': 0.3, 'depth': 0.6}),
    'efficientnet_v2_s': (64, lambda: efficientnet('efficientnet_v2_s', 0.4, 0.3), {'width': 0.4, 'depth': 0.3}),
    'convnext_tiny': (70, lambda: convnext([12, 16, 24, 32], [1, 2, 3, 1]), {'widths': [12, 16, 24, 32], 'depths': [1, 2, 3, 1]}),
    'vit_b_16': (64, lambda: VisionTransformer(64, 16, 3, 4, 48, 96, num_classes=CLASSES),
                 {'patch': 16, 'layers': 3, 'heads': 4, 'hidden': 48, 'mlp': 96}),
    'vit_b_32': (64, lambda: VisionTransformer(64, 8, 2, 2, 32, 48, num_classes=CLASSES, representation_size=24),
                 {'patch': 8, 'layers': 2, 'heads': 2, 'hidden': 32, 'mlp': 48, 'representation': 24}),
    'swin_t': (52, lambda: SwinTransformer([4, 4], 16, [2, 2, 2], [2, 4, 4], [7, 7], num_classes=CLASSES),
               {'embed': 16, 'depths': [2, 2, 2], 'heads': [2, 4, 4], 'window': 7}),
    'swin_s': (66, lambda: SwinTransformer([4, 4], 12, [2, 3, 1], [1, 2, 3], [4, 4], num_classes=CLASSES),
               {'embed': 12, 'depths': [2, 3, 1], 'heads': [1, 2, 3], 'window': 4}),
    'regnet_y_400mf': (64, lambda: regnet(7, 16, 12.3, 1.9, 8), {'widths': [7, 16], 'slope': 12.3, 'step': 1.9, 'group': 8}),
}


def logits(result):
    """The logits, those of auxiliary classifiers last."""
    return result if torch.is_tensor(result) else torch.cat([r for r in result if r is not None])


def write(name):
    side, make, options = NETWORKS[name]
    net = fill(make())
    state = net.state_dict()
    keys = ''.join(f'{k} {list(t.shape)}\n' for k, t in state.items())
    x = formula(name, (2, 3, side, side))
    net.eval()
    with torch.no_grad():
        evaluated = net(x)
    net.train()
    trained = logits(net(x))
    trained.backward(formula(name + '.up', trained.shape))
    first, weight = next(iter(net.named_parameters()))
    net.eval()
    with torch.no_grad():
        after = net(x)
    cases = Cases(VISION + f'networks/{name}.safetensors')
    cases.add(name, side=side, parameters=sum(p.numel() for p in net.parameters()), keys=zlib.crc32(keys.encode()),
              first=first, **options,
              extra={'eval': evaluated, 'train': trained, 'after': after, 'norm': weight.grad.norm(),
                     'grad': weight.grad.flatten()[:64],
                     'norms': torch.stack([p.grad.norm() for p in net.parameters()])})
    cases.write()


if __name__ == '__main__':
    for network in sys.argv[1:] or NETWORKS:
        write(network)
