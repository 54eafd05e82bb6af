"""Small picture files of many kinds, and the pixels that they are to be read as: Pillow's, or plain arithmetic where Pillow cannot read or write a kind."""
import io
import struct
import zlib

import numpy
import torch
from PIL import Image, ImageOps

from cases import VISION, Cases

# PNG's types of colour
GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


def png(width, depth, kind, samples, extra=b''):
    """A PNG file of one row of samples."""
    bits = ''.join(format(s, f'0{depth}b') for s in samples)
    bits += '0' * (-len(bits) % 8)
    row = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, 1, depth, kind, 0, 0, 0)) + extra
            + chunk(b'IDAT', zlib.compress(b'\0' + row, 9)) + chunk(b'IEND', b''))


def on_white(value, alpha):
    return (value * alpha + 255 * (255 - alpha) + 127) // 255


def exif(orientation):
    e = Image.Exif()
    e[0x0112] = orientation
    return e


class Files:
    def __init__(self):
        self.cases = Cases(VISION + 'images.safetensors')

    def add(self, name, data, pixels, tolerance=0, **attributes):
        """data: the file's bytes, which become the tensor `file`; pixels: [H, W] or [H, W, 3]"""
        t = torch.from_numpy(numpy.array(pixels).astype(numpy.uint8))
        t = t.unsqueeze(0) if t.dim() == 2 else t.permute(2, 0, 1)
        self.cases.add(name, outputs=(t.contiguous(),), extra={'file': torch.tensor(list(data), dtype=torch.uint8)}, tolerance=tolerance, **attributes)


def pngs(files):
    for depth in (1, 2, 4, 8, 16):
        most = (1 << depth) - 1
        stored = [0, most // 3, (most + 1) // 2, most]
        greys = [v >> 8 if depth == 16 else v * 255 // most for v in stored]
        data = png(4, depth, GREY, stored)
        if depth < 16:
            assert numpy.array(Image.open(io.BytesIO(data)).convert('L')).tolist() == [greys]
        files.add(f'grey{depth}.png', data, [greys])
        hidden = struct.pack('>H', stored[2])
        files.add(f'grey{depth}-transparent.png', png(4, depth, GREY, stored, chunk(b'tRNS', hidden)),
                  [[255 if v == stored[2] else g for v, g in zip(stored, greys)]])
    for depth in (8, 16):
        most, byte = (1 << depth) - 1, (lambda v: v >> 8) if depth == 16 else (lambda v: v)
        greys = [0, most // 4, most // 2, most]
        opaque = [s for v in greys for s in (v, most)]
        files.add(f'grey-alpha{depth}.png', png(4, depth, GREY_ALPHA, opaque), [[byte(v) for v in greys]])
        alpha = [most, most // 2, most // 3, 0]
        files.add(f'grey-alpha{depth}-mixed.png', png(4, depth, GREY_ALPHA, [s for p in zip(greys, alpha) for s in p]),
                  [[on_white(byte(v), byte(a)) for v, a in zip(greys, alpha)]])
        colours = [(0, most // 3, most), (most // 2, 1, most // 5)]
        files.add(f'rgb{depth}.png', png(2, depth, RGB, sum(colours, ())), [[[byte(v) for v in c] for c in colours]])
        files.add(f'rgb{depth}-transparent.png', png(2, depth, RGB, sum(colours, ()), chunk(b'tRNS', struct.pack('>HHH', *colours[0]))),
                  [[[255] * 3, [byte(v) for v in colours[1]]]])
        alpha = [most // 2, most]
        files.add(f'rgb-alpha{depth}.png', png(2, depth, RGB_ALPHA, [s for c, a in zip(colours, alpha) for s in (*c, a)]),
                  [[[on_white(byte(v), byte(a)) for v in c] for c, a in zip(colours, alpha)]])
    for depth in (1, 2, 4, 8):
        palette = [(i * 7 % 256, 255 - i, i) for i in range(1 << depth)]
        stored = [0, 1, len(palette) - 1, 1]
        plte = chunk(b'PLTE', bytes(sum(palette, ())))
        files.add(f'palette{depth}.png', png(4, depth, PALETTE, stored, plte), [[palette[i] for i in stored]])
        alpha = [0, 100] + [255] * (len(palette) - 2)
        files.add(f'palette{depth}-transparent.png', png(4, depth, PALETTE, stored, plte + chunk(b'tRNS', bytes(alpha[:2]))),
                  [[[on_white(v, alpha[i]) for v in palette[i]] for i in stored]])
    files.add('palette2-of-greys.png', png(4, 2, PALETTE, [0, 1, 2, 3], chunk(b'PLTE', bytes(85 * i for i in range(4) for _ in 'rgb'))),
              [[[85 * i] * 3 for i in range(4)]])


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def main():
    files = Files()
    pngs(files)

    y, x = numpy.mgrid[0:8, 0:12]
    colours = Image.fromarray(numpy.stack([x * 20, y * 30, (x + y) * 13], -1).astype(numpy.uint8))
    grey = colours.convert('L')
    bits = Image.fromarray(((x + y) % 3 == 0).astype(numpy.uint8) * 255).convert('1')
    for kind, options in (('BMP', {}), ('TIFF', {}), ('GIF', {})):
        ending = kind.lower()
        for name, image in (('rgb', colours), ('grey', grey), ('bits', bits)):
            if kind == 'GIF' and name != 'bits':
                continue
            files.add(f'{name}.{ending}', encoded(image, kind, **options), numpy.array(image.convert('L' if name != 'rgb' else 'RGB')))
    few = colours.quantize(16)
    files.add('palette.gif', encoded(few, 'GIF'), numpy.array(Image.open(io.BytesIO(encoded(few, 'GIF'))).convert('RGB')))
    files.add('palette.bmp', encoded(few, 'BMP'), numpy.array(few.convert('RGB')))
    files.add('cmyk.tiff', encoded(colours.convert('CMYK'), 'TIFF'), numpy.array(colours.convert('CMYK').convert('RGB')))
    files.add('grey16.tiff', encoded(Image.fromarray((x * 5461).astype(numpy.uint16)), 'TIFF'), x * 5461 >> 8)

    # JPEG's decoders may round in different ways
    for name, image in (('rgb', colours), ('grey', grey), ('cmyk', colours.convert('CMYK'))):
        data = encoded(image, 'JPEG', quality=95, **({} if name == 'grey' else {'subsampling': 0}))
        back = Image.open(io.BytesIO(data))
        files.add(f'{name}.jpg', data, numpy.array(back if name == 'grey' else back.convert('RGB')), tolerance=3)

    files.add('rgb.webp', encoded(colours, 'WEBP', lossless=True), numpy.array(colours))
    lossy = encoded(colours, 'WEBP', quality=95)
    files.add('lossy.webp', lossy, numpy.array(Image.open(io.BytesIO(lossy)).convert('RGB')), tolerance=20)  # libwebp interpolates the colours between their samples, the reader in Java repeats them
    veiled = colours.copy()
    veiled.putalpha(Image.fromarray((x * 23).astype(numpy.uint8)))
    files.add('alpha.webp', encoded(veiled, 'WEBP', lossless=True, exact=True), numpy.array(Image.alpha_composite(Image.new('RGBA', veiled.size, 'white'), veiled).convert('RGB')), tolerance=1)

    corner = Image.new('RGB', (12, 8), (0, 200, 0))
    corner.paste((250, 0, 0), (0, 0, 6, 4))
    corner.paste((0, 0, 250), (6, 0, 12, 4))
    for orientation in range(1, 9):
        turned = ImageOps.exif_transpose(Image.open(io.BytesIO(encoded(corner, 'PNG', exif=exif(orientation)))))
        for kind, options in (('JPEG', {'quality': 95, 'subsampling': 0}), ('PNG', {}), ('TIFF', {'compression': 'tiff_lzw'}), ('WEBP', {'lossless': True})):
            data = encoded(corner, kind, exif=exif(orientation), **options)
            ending = {'JPEG': 'jpg'}.get(kind, kind.lower())
            files.add(f'orientation{orientation}.{ending}', data, numpy.array(turned), tolerance=40 if kind == 'JPEG' else 0, exif=True)
    files.cases.write()


if __name__ == '__main__':
    main()
