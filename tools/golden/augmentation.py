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

    for padding in ((3, 1, 2, 4), (0, 2, 5, 0)):
        for mode in ('constant', 'edge', 'reflect', 'symmetric'):
            add('pad', lambda x: F.pad(x, list(padding), 77 if mode == 'constant' else 0, mode), shape=(3, 6, 7), padding=padding, mode=mode)
    add('crop', lambda x: F.crop(x, -2, 3, 8, 14), place=(-2, 3, 8, 14))
    add('fivecrop', lambda x: torch.stack(F.five_crop(x, [4, 6])), size=(4, 6))
    add('tencrop', lambda x: torch.stack(F.ten_crop(x, [4, 6])), size=(4, 6))

    for mode in ('NEAREST', 'BILINEAR'):
        for angle in (33.0, 90.0, -117.5):
            for expand in (False, True):
                add('rotate', lambda x: F.rotate(x, angle, MODES[mode], expand=expand, fill=[9.0] * 3), floats=True, mode=mode, angle=angle,
                    expand=expand, fill=9.0)
        add('rotate', lambda x: F.rotate(x, 20.0, MODES[mode], center=[4, 7], fill=[0.0] * 3), floats=True, mode=mode, angle=20.0, center=(4, 7))
        for angle, translate, scale, shear in ((-30.0, (2, -1), 0.8, (10.0, -5.0)), (0.0, (0, 0), 1.0, (20.0, 0.0)), (12.0, (0, 4), 1.6, (0.0, 9.0))):
            add('affine', lambda x: F.affine(x, angle, list(translate), scale, list(shear), MODES[mode], fill=[30.0] * 3), floats=True, mode=mode,
                angle=angle, translate=translate, scale=scale, shear=shear, fill=30.0)
        add('affine', lambda x: F.affine(x, 0.0, [0, 0], 1.0, [15.0, 0.0], MODES[mode], center=[0, 0], fill=[0.0] * 3), mode=mode, angle=0.0, translate=(0, 0),
            scale=1.0, shear=(15.0, 0.0), center=(0, 0))
        start = [[0, 0], [12, 0], [12, 8], [0, 8]]
        end = [[2.3, 1.1], [11.2, 0.4], [10.1, 7.3], [1.4, 6.2]]
        add('perspective', lambda x: F.perspective(x, start, end, MODES[mode], fill=[50.0] * 3), floats=True, mode=mode,
            end=sum(end, []), fill=50.0)

    for kernel, sigma in (((3, 5), (0.8, 1.3)), ((7, 7), (2.0, 2.0)), ((1, 3), (0.5, 0.5))):
        add('blur', lambda x: F.gaussian_blur(x, list(kernel), list(sigma)), floats=True, kernel=kernel, sigma=sigma)
    cases.write()


if __name__ == '__main__':
    main()
