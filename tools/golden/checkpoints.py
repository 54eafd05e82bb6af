"""Files as `torch.save` writes them, and the same tensors as golden vectors; files that are to be refused."""
import os
from collections import OrderedDict

import torch
from torch import nn
from torchvision.models.swin_transformer import SwinTransformer
from torchvision.models.vision_transformer import VisionTransformer

from cases import CORE, NAMES, ROOT, VISION, Cases
from models import fill, torchvision_resnet

FOLDER = os.path.join(ROOT, CORE, 'torch')


def tensors():
    x = torch.arange(-6, 6).reshape(3, 4)
    state = {str(t).replace('torch.', ''): (x % 3 == 0 if t == torch.bool else x.abs() if t == torch.uint8 else x * 0.5).to(t) for t in NAMES}
    base = torch.linspace(0, 1, 24)
    state['base'] = base
    state['view'] = base.reshape(4, 6).t()
    state['part'] = base.reshape(4, 6)[1:3, ::2]
    state['expanded'] = base[:1].expand(2, 3)
    state['scalar'] = torch.tensor(2.5)
    state['empty'] = torch.zeros(0, 3)
    state['parameter'] = nn.Parameter(torch.tensor([1.0, -2.0]))
    return state


def save(name, value, **options):
    path = os.path.join(FOLDER, name)
    torch.save(value, path, **options)
    print(f'{os.path.relpath(path, ROOT)}: {os.path.getsize(path)} bytes')


def main():
    os.makedirs(FOLDER, exist_ok=True)
    state = tensors()
    cases = Cases(CORE + 'torch.safetensors')
    cases.add('state', extra=state)
    cases.write()
    save('state.pth', state)
    save('state-protocol4.pth', state, pickle_protocol=4)
    save('state-old.pth', state, _use_new_zipfile_serialization=False)

    # as StateDict.save is to write it: instruction for instruction, with more than 256 objects to remember
    saved = OrderedDict(state)
    saved['parameter'] = saved['parameter'].detach()
    for i in range(20):
        saved[f'part{i}'] = state['base'][i:i + 4]
    saved['large'] = state['base'][:1].expand(70000, 300)
    saved.metadata = {'epoch': '3', 'arch': 'small'}
    save('saved.pth', saved)

    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.randn(4, 3)).sum().backward()
    optimizer.step()
    checkpoint = {'epoch': 3, 'arch': 'small', 'best': 0.5, 'state_dict': net.state_dict(), 'optimizer': optimizer.state_dict()}
    save('checkpoint.pth', checkpoint)
    save('checkpoint-old.pth', checkpoint, _use_new_zipfile_serialization=False)
    save('model.pth', net)
    save('complex.pth', {'z': torch.zeros(2, dtype=torch.complex64)})
    save('list.pth', [torch.zeros(2)])
    torch.jit.script(nn.Linear(1, 1)).save(os.path.join(FOLDER, 'script.pth'))

    write_networks()


def write_networks():
    """State dictionaries of torchvision's networks."""
    networks = {
        'resnet18-width2.pth': torchvision_resnet('resnet18', 2, 10),
        'swin-narrow.pth': SwinTransformer([4, 4], 4, [1, 1], [1, 2], [2, 2], num_classes=3),
        'vit-narrow.pth': VisionTransformer(8, 4, 1, 2, 8, 8, num_classes=3),
    }
    for name, net in networks.items():
        path = os.path.join(ROOT, VISION, name)
        torch.save(fill(net).float().state_dict(), path)
        print(f'{os.path.relpath(path, ROOT)}: {os.path.getsize(path)} bytes')


if __name__ == '__main__':
    main()
