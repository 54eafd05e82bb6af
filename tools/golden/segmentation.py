"""torchvision's segmentation networks with few channels: logits, losses of both classifiers and gradients.

Weights and images are made by the formula of `models.py`. torchvision has no narrow variants: the bodies are narrow
ResNets of `models.py` whose last stages are dilated.
"""
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.resnet import Bottleneck
from torchvision.models.segmentation.deeplabv3 import DeepLabHead, DeepLabV3
from torchvision.models.segmentation.fcn import FCN, FCNHead

from cases import VISION, Cases
from models import fill, formula, narrow

WIDTH, CLASSES = 2, 5


def network(name):
    body = narrow(Bottleneck, [3, 4, 6, 3], WIDTH, CLASSES, replace_stride_with_dilation=[False, True, True])
    backbone = IntermediateLayerGetter(body, {'layer4': 'out', 'layer3': 'aux'})
    if name == 'fcn_resnet50':
        return FCN(backbone, FCNHead(32 * WIDTH, CLASSES), FCNHead(16 * WIDTH, CLASSES))
    return DeepLabV3(backbone, DeepLabHead(32 * WIDTH, CLASSES), FCNHead(16 * WIDTH, CLASSES))


def main():
    cases = Cases(VISION + 'segmentation.safetensors')
    for name in ('fcn_resnet50', 'deeplabv3_resnet50'):
        net = fill(network(name))
        shape = (2, 3, 36, 44)
        x = formula(name, shape)
        y = (torch.arange(2 * 36 * 44) * 7 % CLASSES).reshape(2, 36, 44)
        y[:, :5] = 255
        net.eval()
        with torch.no_grad():
            before = net(x)
        net.train()
        for m in net.modules():
            if isinstance(m, nn.Dropout):
                m.eval()
        answer = net(x)
        loss = F.cross_entropy(answer['out'], y, ignore_index=255) + 0.4 * F.cross_entropy(answer['aux'], y, ignore_index=255)
        loss.backward()
        parameters = dict(net.named_parameters())
        extra = {'before': before['out'][:, :, ::3, ::3], 'before_aux': before['aux'][:, :, ::3, ::3], 'loss': loss,
                 'norms': torch.stack([p.grad.norm() for p in parameters.values()])}
        for p in ('backbone.conv1.weight', 'backbone.layer4.0.conv2.weight', 'classifier.0.weight', 'classifier.0.convs.3.0.weight',
                  'classifier.0.convs.4.1.weight', 'classifier.4.bias', 'aux_classifier.1.weight'):
            if p in parameters:
                extra['grad:' + p] = parameters[p].grad.flatten()[:64]
        cases.add(name, extra=extra, shape=shape)
    cases.write()


if __name__ == '__main__':
    main()
