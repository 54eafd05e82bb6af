"""Whole networks: what they answer, their gradients, and what they answer after a step of SGD.

Weights and pictures are not stored. `formula` makes them of their names, here and in `fathom.vision.models.Formula`.
The networks are written here as the course (d2l.ai) and torchvision have them.
"""
import zlib

import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from cases import VISION, Cases

MASK = 0xFFFFFFFF


def formula(name, shape):
    """Numbers from -1 to 1 that look random: a hash of the name and the element's number."""
    n = 1
    for extent in shape:
        n *= extent
    h = (torch.arange(n, dtype=torch.int64) * 0x9E3779B1 + zlib.crc32(name.encode())) & MASK
    for _ in range(2):
        h = ((h ^ (h >> 16)) * 0x45D9F3B) & MASK
    h = h ^ (h >> 16)
    return (h.double() / 2.0 ** 31 - 1).reshape(tuple(shape))


def fill(net):
    """Gives every parameter and buffer values that keep signals alive, in float64."""
    net.double()
    with torch.no_grad():
        for name, t in net.state_dict().items():
            if not t.is_floating_point():
                continue
            u = formula(name, t.shape)
            if t.dim() > 1:
                t.copy_(u * (6.0 / (t.numel() / t.shape[0])) ** 0.5)
            elif name.endswith('running_var') or name.endswith('weight'):
                t.copy_(1 + 0.5 * u if name.endswith('running_var') else 0.5 + 0.25 * u)
            else:
                t.copy_(0.1 * u)
    return net


# ---- the course's ---------------------------------------------------------------------------------------------------

def alexnet(ratio, hidden):
    a, b, c = 96 // ratio, 256 // ratio, 384 // ratio
    return nn.Sequential(
        nn.Conv2d(1, a, 11, stride=4, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(a, b, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(b, c, 3, padding=1), nn.ReLU(), nn.Conv2d(c, c, 3, padding=1), nn.ReLU(),
        nn.Conv2d(c, b, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten(),
        nn.Linear(b * 25, hidden), nn.ReLU(), nn.Dropout(0), nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(0),
        nn.Linear(hidden, 10))


def vgg11(ratio, hidden):
    blocks, channels = [], 1
    for convolutions, out in ((1, 64), (1, 128), (2, 256), (2, 512), (2, 512)):
        layers = []
        for _ in range(convolutions):
            layers += [nn.Conv2d(channels, out // ratio, 3, padding=1), nn.ReLU()]
            channels = out // ratio
        blocks.append(nn.Sequential(*layers, nn.MaxPool2d(2, 2)))
    return nn.Sequential(
        *blocks, nn.Flatten(), nn.Linear(channels * 49, hidden), nn.ReLU(), nn.Dropout(0),
        nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(0), nn.Linear(hidden, 10))


class Residual(nn.Module):
    def __init__(self, channels, out, use_1x1conv=False, strides=1):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, padding=1, stride=strides)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1)
        self.conv3 = nn.Conv2d(channels, out, 1, stride=strides) if use_1x1conv else None
        self.bn1 = nn.BatchNorm2d(out)
        self.bn2 = nn.BatchNorm2d(out)

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.conv3(x) if self.conv3 else x))


def resnet18(ratio):
    c = 64 // ratio
    stages = [nn.Sequential(nn.Conv2d(1, c, 7, stride=2, padding=3), nn.BatchNorm2d(c), nn.ReLU(), nn.MaxPool2d(3, 2, 1)),
              nn.Sequential(Residual(c, c), Residual(c, c))]
    for i in (1, 2, 4):
        stages.append(nn.Sequential(Residual(c * i, 2 * c * i, True, 2), Residual(2 * c * i, 2 * c * i)))
    return nn.Sequential(*stages, nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(8 * c, 10))


def nin(ratio):
    def block(channels, out, kernel, strides, padding):
        return nn.Sequential(nn.Conv2d(channels, out, kernel, strides, padding), nn.ReLU(),
                             nn.Conv2d(out, out, 1), nn.ReLU(), nn.Conv2d(out, out, 1), nn.ReLU())

    a, b, c = 96 // ratio, 256 // ratio, 384 // ratio
    return nn.Sequential(
        block(1, a, 11, 4, 0), nn.MaxPool2d(3, 2), block(a, b, 5, 1, 2), nn.MaxPool2d(3, 2), block(b, c, 3, 1, 1),
        nn.MaxPool2d(3, 2), nn.Dropout(0), block(c, 10, 3, 1, 1), nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten())


class Inception(nn.Module):
    def __init__(self, channels, c1, c2, c3, c4):
        super().__init__()
        self.p1_1 = nn.Conv2d(channels, c1, 1)
        self.p2_1 = nn.Conv2d(channels, c2[0], 1)
        self.p2_2 = nn.Conv2d(c2[0], c2[1], 3, padding=1)
        self.p3_1 = nn.Conv2d(channels, c3[0], 1)
        self.p3_2 = nn.Conv2d(c3[0], c3[1], 5, padding=2)
        self.p4_1 = nn.MaxPool2d(3, 1, 1)
        self.p4_2 = nn.Conv2d(channels, c4, 1)

    def forward(self, x):
        return torch.cat((F.relu(self.p1_1(x)), F.relu(self.p2_2(F.relu(self.p2_1(x)))),
                          F.relu(self.p3_2(F.relu(self.p3_1(x)))), F.relu(self.p4_2(self.p4_1(x)))), 1)


def googlenet(ratio):
    def inception(channels, c1, c2, c3, c4):
        return Inception(channels // ratio, c1 // ratio, [c // ratio for c in c2], [c // ratio for c in c3], c4 // ratio)

    c, d = 64 // ratio, 192 // ratio
    return nn.Sequential(
        nn.Sequential(nn.Conv2d(1, c, 7, 2, 3), nn.ReLU(), nn.MaxPool2d(3, 2, 1)),
        nn.Sequential(nn.Conv2d(c, c, 1), nn.ReLU(), nn.Conv2d(c, d, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, 1)),
        nn.Sequential(inception(192, 64, (96, 128), (16, 32), 32), inception(256, 128, (128, 192), (32, 96), 64), nn.MaxPool2d(3, 2, 1)),
        nn.Sequential(inception(480, 192, (96, 208), (16, 48), 64), inception(512, 160, (112, 224), (24, 64), 64),
                      inception(512, 128, (128, 256), (24, 64), 64), inception(512, 112, (144, 288), (32, 64), 64),
                      inception(528, 256, (160, 320), (32, 128), 128), nn.MaxPool2d(3, 2, 1)),
        nn.Sequential(inception(832, 256, (160, 320), (32, 128), 128), inception(832, 384, (192, 384), (48, 128), 128),
                      nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten()),
        nn.Linear(1024 // ratio, 10))


def batchnorm_lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5), nn.BatchNorm2d(6), nn.Sigmoid(), nn.AvgPool2d(2, 2),
        nn.Conv2d(6, 16, 5), nn.BatchNorm2d(16), nn.Sigmoid(), nn.AvgPool2d(2, 2), nn.Flatten(),
        nn.Linear(256, 120), nn.BatchNorm1d(120), nn.Sigmoid(), nn.Linear(120, 84), nn.BatchNorm1d(84), nn.Sigmoid(),
        nn.Linear(84, 10))


class DenseBlock(nn.Module):
    def __init__(self, convolutions, channels, growth):
        super().__init__()
        self.net = nn.Sequential(*[
            nn.Sequential(nn.BatchNorm2d(channels + i * growth), nn.ReLU(), nn.Conv2d(channels + i * growth, growth, 3, padding=1))
            for i in range(convolutions)])

    def forward(self, x):
        for block in self.net:
            x = torch.cat((x, block(x)), 1)
        return x


def densenet(ratio):
    channels, growth = 64 // ratio, 32 // ratio
    layers = [nn.Sequential(nn.Conv2d(1, channels, 7, 2, 3), nn.BatchNorm2d(channels), nn.ReLU(), nn.MaxPool2d(3, 2, 1))]
    for i in range(4):
        layers.append(DenseBlock(4, channels, growth))
        channels += 4 * growth
        if i < 3:
            layers.append(nn.Sequential(nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels // 2, 1), nn.AvgPool2d(2, 2)))
            channels //= 2
    return nn.Sequential(*layers, nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d((1, 1)), nn.Flatten(), nn.Linear(channels, 10))


# ---- torchvision's --------------------------------------------------------------------------------------------------

def narrow(block, layers, width, classes, **options):
    """torchvision's ResNet has no narrow variant: its first width and its stages' are numbers in its constructor."""
    class Narrow(torchvision.models.ResNet):
        def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
            if not hasattr(self, 'thin'):
                self.thin = True
                self.inplanes = width
                self.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
                self.bn1 = nn.BatchNorm2d(width)
            return super()._make_layer(block, planes * width // 64, blocks, stride, dilate)

    net = Narrow(block, layers, num_classes=classes, **options)
    net.fc = nn.Linear(8 * width * block.expansion, classes)
    return net


def torchvision_resnet(name, width, classes):
    from torchvision.models.resnet import BasicBlock, Bottleneck
    kinds = {'resnet18': (BasicBlock, [2, 2, 2, 2]), 'resnet34': (BasicBlock, [3, 4, 6, 3]), 'resnet50': (Bottleneck, [3, 4, 6, 3])}
    block, layers = kinds[name]
    return narrow(block, layers, width, classes)


# ---- cases ----------------------------------------------------------------------------------------------------------

def add(cases, case, net, shape, lr, shown, **attributes):
    """Answers in evaluation, loss and gradients in training, answers after a step; `shown` names parameters."""
    fill(net)
    x = formula(case, shape)
    y = torch.arange(shape[0]) * 7 % 10
    net.eval()
    with torch.no_grad():
        before = net(x)
    net.train()
    answer = net(x)
    loss = F.cross_entropy(answer, y)
    loss.backward()
    parameters = dict(net.named_parameters())
    extra = {'before': before, 'answer': answer, 'loss': loss,
             'norms': torch.stack([p.grad.norm() for p in parameters.values()])}
    for name in shown:
        extra['grad:' + name] = parameters[name].grad.flatten()[:64]
    torch.optim.SGD(net.parameters(), lr).step()
    net.eval()
    with torch.no_grad():
        extra['after'] = net(x)
    cases.add(case, extra=extra, shape=shape, lr=lr, **attributes)


def main():
    cases = Cases(VISION + 'models.safetensors')
    add(cases, 'course-alexnet', alexnet(16, 32), (2, 1, 224, 224), 0.01, ('0.weight', '3.bias', '10.weight', '20.weight'), ratio=16, hidden=32)
    add(cases, 'course-vgg11', vgg11(32, 24), (2, 1, 224, 224), 0.01, ('0.0.weight', '2.2.weight', '4.2.bias', '12.weight'), ratio=32, hidden=24)
    add(cases, 'course-resnet18', resnet18(8), (3, 1, 48, 48), 0.05, ('0.0.weight', '0.1.weight', '2.0.conv3.weight', '4.1.bn2.bias', '7.weight'), ratio=8)
    add(cases, 'nin', nin(16), (2, 1, 224, 224), 0.01, ('0.0.weight', '2.4.bias', '7.4.weight'), ratio=16)
    add(cases, 'course-googlenet', googlenet(8), (2, 1, 64, 64), 0.01, ('0.0.weight', '2.1.p2_2.weight', '3.4.p4_2.bias', '5.weight'), ratio=8)
    add(cases, 'batchnorm-lenet', batchnorm_lenet(), (4, 1, 28, 28), 0.1, ('0.weight', '5.bias', '9.weight', '13.weight'))
    add(cases, 'course-densenet', densenet(8), (3, 1, 48, 48), 0.05, ('0.0.weight', '1.net.3.2.weight', '5.net.0.0.bias', '12.weight'), ratio=8)
    add(cases, 'resnet18', torchvision_resnet('resnet18', 8, 10), (3, 3, 48, 48), 0.05, ('conv1.weight', 'layer2.0.downsample.0.weight', 'layer4.1.bn2.weight', 'fc.bias'), width=8, classes=10)
    add(cases, 'resnet34', torchvision_resnet('resnet34', 4, 10), (3, 3, 40, 56), 0.005, ('conv1.weight', 'layer3.5.conv2.weight', 'fc.bias'), width=4, classes=10)
    add(cases, 'resnet50', torchvision_resnet('resnet50', 4, 10), (3, 3, 48, 48), 0.005, ('conv1.weight', 'layer1.0.downsample.1.bias', 'layer4.2.conv3.weight', 'fc.weight'), width=4, classes=10)
    cases.write()


if __name__ == '__main__':
    main()
