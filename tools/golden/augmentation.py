"""Transforms of images with fixed parameters, as torchvision's functions compute them: for tensors, but for resizing, which is Pillow's. The inputs are `models.formula`."""
import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

from cases import VISION, Cases
from models import formula

SHAPE = (3, 9, 13)
MODES = {'NEAREST': InterpolationMode.NEAREST, 'BILINEAR': InterpolationMode.BILINEAR, 'BICUBIC': InterpolationMode.BICUBIC}


def picture(case, shape):
    """Bytes [C, H, W] of a formula: a colour gradient with noise, so that channels and places differ."""
    noise = formula(case, shape) * 90
    rows = torch.arange(shape[1]).reshape(1, -1, 1) * 12
    columns = torch.arange(shape[2]).reshape(1, 1, -1) * 7
    channels = torch.arange(shape[0]).reshape(-1, 1, 1) * 25
    return (noise + rows + columns + channels + 20).clamp(0, 255).floor().to(torch.uint8)


def resized(x, size, mode, antialias, max_size=None):
    """Bytes are resized as Pillow's pictures where it has such a filter."""
    if x.is_floating_point() or not antialias:
        return F.resize(x, size, MODES[mode], antialias=antialias, max_size=max_size)
    return F.pil_to_tensor(F.resize(F.to_pil_image(x), size, MODES[mode], max_size=max_size))


def main():
    cases = Cases(VISION + 'augmentation.safetensors')

    def add(op, function, shape=SHAPE, floats=False, **parameters):
        case = '/'.join([op, str(shape)] + [f'{k}={v}' for k, v in parameters.items()])
        bytes_ = picture(case, shape)
        outputs = (function(bytes_),)
        if floats:
            outputs += (function(bytes_.to(torch.float32) / 255),)
        cases.add(case, outputs=outputs, op=op, shape=shape, **parameters)

    grey = (1, 9, 11)
    for factor in (0.0, 0.4, 1.7):
        add('brightness', lambda x: F.adjust_brightness(x, factor), floats=True, factor=factor)
        add('contrast', lambda x: F.adjust_contrast(x, factor), floats=True, factor=factor)
        add('saturation', lambda x: F.adjust_saturation(x, factor), floats=True, factor=factor)
        add('sharpness', lambda x: F.adjust_sharpness(x, factor), floats=True, factor=factor)
    for turns in (-0.5, -0.1, 0.03, 0.37):
        add('hue', lambda x: F.adjust_hue(x, turns), floats=True, factor=turns)
    add('contrast', lambda x: F.adjust_contrast(x, 1.4), shape=grey, floats=True, factor=1.4)
    add('saturation', lambda x: F.adjust_saturation(x, 1.4), shape=grey, floats=True, factor=1.4)
    add('sharpness', lambda x: F.adjust_sharpness(x, 0.5), shape=(3, 2, 9), floats=True, factor=0.5)
    add('invert', F.invert, floats=True)
    for bits in (1, 4, 8):
        add('posterize', lambda x: F.posterize(x, bits), bits=bits)
    for threshold in (0, 100, 200):
        add('solarize', lambda x: F.solarize(x, threshold), threshold=threshold)
    for shape in (SHAPE, (3, 24, 27), grey):
        add('equalize', F.equalize, shape=shape)
    add('autocontrast', F.autocontrast, floats=True)

    for size in ((7, 17), (12, 14), (4, 5)):
        for mode in ('NEAREST', 'BILINEAR', 'BICUBIC'):
            for antialias in (False, True):
                if mode != 'NEAREST' or not antialias:
                    add('resize', lambda x: resized(x, list(size), mode, antialias), floats=True, size=size, mode=mode,
                        antialias=antialias)
    add('maxsize', lambda x: resized(x, 7, 'BILINEAR', True, 9), size=7, max=9)

    add('crop', lambda x: F.crop(x, -2, 3, 8, 14), place=(-2, 3, 8, 14))
    cases.write()


if __name__ == '__main__':
    main()
