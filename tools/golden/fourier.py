"""Fourier transforms; complex numbers as pairs."""
import torch

from cases import CORE, Cases, ints, randn

F = torch.fft
NORMS = ('backward', 'ortho', 'forward')


def pairs(function):
    """Of and to real tensors: what is complex has a last dimension of 2."""
    return lambda z, *args: torch.view_as_real(function(torch.view_as_complex(z), *args))


def main():
    cases = Cases(CORE + 'fourier.safetensors')
    real = {
        'rfft': lambda x, *args: torch.view_as_real(F.rfft(x, *args)),
        'irfft': lambda z, *args: F.irfft(torch.view_as_complex(z), *args),
        'fft': pairs(F.fft),
        'ifft': pairs(F.ifft),
    }
    for op, f in real.items():
        shape = lambda *extents: extents if op == 'rfft' else (*extents, 2)
        # small lengths, powers, mixed factors, primes with and without a stage of their own, their multiples
        for n in (1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, 16, 17, 34):
            points = n // 2 + 1 if op == 'irfft' else n
            cases.run(f'{op}/{n}', lambda x: f(x, n), randn(*shape(points), seed=n), op=op, n=n)
        for norm in NORMS:
            cases.run(f'{op}/{norm}', lambda x: f(x, None, -1, norm), randn(*shape(2, 6), seed=50), op=op, norm=norm)
        for dim in (0, -1):
            for n in (3, 4, 9):  # cut and filled
                cases.run(f'{op}/dim/{dim}/{n}', lambda x: f(x, n, dim), randn(*shape(5, 2, 4), seed=51), op=op, n=n, dim=dim)
        cases.run(f'{op}/float32', f, randn(*shape(3, 20), seed=52, dtype=torch.float32), op=op)
        cases.run(f'{op}/nothing', f, torch.zeros(*shape(0, 4)), gradients=False, op=op)
    cases.run('rfft/int64', real['rfft'], ints(-9, 9, 2, 5, seed=53), gradients=False, op='rfft')
    cases.run('rfft/long', lambda x: real['rfft'](x)[::16], randn(521, seed=54, dtype=torch.float32), gradients=False, op='rfftLong')
    image = randn(3, 4, 5, seed=55)
    cases.run('rfft2', lambda x: torch.view_as_real(F.rfft2(x)), image, op='rfft2')
    cases.run('complexMul', lambda x, y: torch.view_as_real(torch.view_as_complex(x) * torch.view_as_complex(y)), randn(3, 1, 2, seed=56), randn(4, 2, seed=57), op='complexMul')
    z = randn(3, 4, 2, seed=58)
    z[0, 0] = 0
    cases.run('complexAbs', lambda t: torch.view_as_complex(t).abs(), z, op='complexAbs')
    for n in (1, 2, 5, 8):
        cases.add(f'fftfreq/{n}', (), [F.fftfreq(n, 0.25)], op='fftfreq', n=n)
        cases.add(f'rfftfreq/{n}', (), [F.rfftfreq(n, 0.25)], op='rfftfreq', n=n)
        cases.run(f'fftshift/{n}', F.fftshift, randn(n, 3, seed=59), op='fftshift')
        cases.run(f'ifftshift/{n}', F.ifftshift, randn(n, 3, seed=59), op='ifftshift')
    cases.run('fftshift/dim', lambda t: F.fftshift(t, 1), image, op='fftshift', dim=1)
    cases.run('ifftshift/dim', lambda t: F.ifftshift(t, 1), image, op='ifftshift', dim=1)
    cases.write()


if __name__ == '__main__':
    main()
