"""torchvision's classifiers: logits in evaluation and in training, the gradient of the first weight, parameter counts.

Weights and images are formulas of their names, as in `models.py`, computed alike in `fathom.vision.Formula`; only results
are stored, one file per network. Without arguments all networks are run, else those named.
"""
import sys
import zlib

import torch
import torchvision
from torch import nn

from cases import VISION, Cases
from models import formula, narrow
from torchvision.models.resnet import BasicBlock, Bottleneck

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


# name: side of the images, network, options in Java beside the number of classes
NETWORKS = {
    'resnet18': (64, lambda: resnet(16, BasicBlock, [2, 2, 2, 2]), {'width': 16}),
    'resnet50': (64, lambda: resnet(16, Bottleneck, [3, 4, 6, 3]), {'width': 16}),
    'resnext50_32x4d': (64, lambda: resnet(32, Bottleneck, [3, 4, 6, 3], groups=32, width_per_group=4), {'width': 32}),
    'wide_resnet50_2': (64, lambda: resnet(16, Bottleneck, [3, 4, 6, 3], width_per_group=128), {'width': 16}),
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
                     'grad': weight.grad.flatten()[:64]})
    cases.write()


if __name__ == '__main__':
    for network in sys.argv[1:] or NETWORKS:
        write(network)
