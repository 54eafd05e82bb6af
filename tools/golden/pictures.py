"""Pictures in other sizes, as torchvision's transforms make them of Pillow's pictures. The inputs are `models.formula`."""
import zlib

import numpy
import torch
from PIL import Image
from torchvision import transforms as T

from cases import VISION, Cases
from models import formula


def picture(case, *shape):
    """Bytes [C, H, W] of a formula, and the picture of them."""
    bytes_ = ((formula(case, shape) + 1) * 128).floor().to(torch.uint8)
    array = bytes_.permute(1, 2, 0).numpy()
    return Image.fromarray(array[:, :, 0] if shape[0] == 1 else array)


def back(image):
    array = numpy.array(image)
    t = torch.from_numpy(array)
    return (t.unsqueeze(0) if array.ndim == 2 else t.permute(2, 0, 1)).contiguous()


def main():
    cases = Cases(VISION + 'pictures.safetensors')
    for shape, size in [((1, 7, 5), (9, 13)), ((1, 28, 28), (96, 96)), ((1, 28, 28), (224, 224)), ((3, 100, 130), (17, 9)), ((1, 31, 31), (30, 31)),
                        ((1, 31, 31), (31, 30)), ((1, 1, 1), (4, 4)), ((1, 3, 100), (1, 1)), ((3, 40, 3), (10, 30)), ((1, 2, 2), (5, 1)), ((3, 64, 64), (32, 32))]:
        case = f'resize/{shape}/{size}'
        out = back(T.Resize(size)(picture(case, *shape)))
        small = out.numel() < 600
        cases.add(case, outputs=(out,) if small else (), op='resize', shape=shape, size=size, crc=zlib.crc32(out.numpy().tobytes()))
    for shape, size in [((3, 30, 45), 20), ((3, 45, 30), 20), ((1, 20, 33), 41)]:
        case = f'shorter/{shape}/{size}'
        out = back(T.Resize(size)(picture(case, *shape)))
        cases.add(case, op='shorter', shape=shape, size=size, outshape=tuple(out.shape), crc=zlib.crc32(out.numpy().tobytes()))
    for shape, size in [((1, 9, 9), (4, 6)), ((1, 7, 8), (4, 5)), ((1, 11, 6), (6, 9)), ((1, 3, 2), (6, 5))]:
        case = f'crop/{shape}/{size}'
        cases.add(case, outputs=(back(T.CenterCrop(size)(picture(case, *shape))),), op='crop', shape=shape, size=size)
    transform = T.Compose([T.Resize(256), T.CenterCrop(224), T.ToTensor(), T.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    out = transform(picture('imagenet', 3, 300, 413))
    cases.add('imagenet', outputs=(out[:, 100:104, 200:210],), op='imagenet', shape=(3, 300, 413), sum=out.double().sum().item())
    cases.write()


if __name__ == '__main__':
    main()
