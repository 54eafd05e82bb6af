"""Collects cases (inputs, results, upstream gradients, gradients, attributes) and writes them as a safetensors file.

Tensors of a case are named `case/in0`, `case/out0`, `case/up0` (the gradient by out0 that backward is given),
`case/grad0` (the gradient by in0). The file's metadata maps each case to its attributes, `key=value` separated by blanks.
"""
import json
import os
import struct

import torch

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
NAMES = {
    torch.float32: 'F32', torch.float64: 'F64', torch.bfloat16: 'BF16', torch.float16: 'F16', torch.int64: 'I64',
    torch.int32: 'I32', torch.int16: 'I16', torch.int8: 'I8', torch.uint8: 'U8', torch.bool: 'BOOL',
}


def name(dtype):
    return str(dtype).replace('torch.', '')


def raw(t):
    t = t.detach().resolve_conj().resolve_neg().contiguous()
    if t.dtype in (torch.bfloat16, torch.float16):
        t = t.view(torch.int16)
    return t.numpy().tobytes()


def text(value):
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, (list, tuple)):
        return ','.join(text(v) for v in value)
    return str(value)


class Cases:
    def __init__(self, path):
        self.path = os.path.join(ROOT, path)
        self.tensors = {}
        self.attributes = {}

    def add(self, case, inputs=(), outputs=(), ups=(), grads=(), extra=None, **attributes):
        assert case not in self.attributes, case
        self.attributes[case] = ' '.join(f'{k}={text(v)}' for k, v in attributes.items() if v is not None)
        for kind, tensors in (('in', inputs), ('out', outputs), ('up', ups), ('grad', grads)):
            for i, t in enumerate(tensors):
                if t is not None:
                    self.tensors[f'{case}/{kind}{i}'] = t.detach().clone()
        for k, t in (extra or {}).items():
            self.tensors[f'{case}/{k}'] = t.detach().clone()

    def run(self, case, function, *inputs, gradients=True, extra=None, **attributes):
        """Runs function on the inputs; where they are floating also backward with a random upstream gradient."""
        leaves = [t.detach().clone() if t is not None else None for t in inputs]
        if gradients:
            for t in leaves:
                if t is not None and t.is_floating_point():
                    t.requires_grad_()
        results = function(*leaves)
        results = [results] if torch.is_tensor(results) else list(results)
        ups, grads = [], []
        wanted = [r for r in results if r.requires_grad]
        if gradients and wanted:
            generator = torch.Generator().manual_seed(len(self.attributes))
            ups = [torch.randn(r.shape, generator=generator, dtype=torch.float64).to(r.dtype) if r.requires_grad else None
                   for r in results]
            torch.autograd.backward(wanted, [u for u in ups if u is not None])
            grads = [t.grad if t is not None and t.requires_grad else None for t in leaves]
        self.add(case, inputs, results, ups, grads, extra, **attributes)

    def write(self):
        header, offset, chunks = {}, 0, []
        if self.attributes:
            header['__metadata__'] = self.attributes
        for key, t in self.tensors.items():
            data = raw(t)
            header[key] = {'dtype': NAMES[t.dtype], 'shape': list(t.shape), 'data_offsets': [offset, offset + len(data)]}
            offset += len(data)
            chunks.append(data)
        encoded = json.dumps(header, separators=(',', ':')).encode()
        encoded += b' ' * (-len(encoded) % 8)
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path, 'wb') as file:
            file.write(struct.pack('<Q', len(encoded)) + encoded + b''.join(chunks))
        print(f'{os.path.relpath(self.path, ROOT)}: {len(self.attributes)} cases, {os.path.getsize(self.path)} bytes')


def randn(*shape, seed=0, dtype=torch.float64):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def rand(*shape, seed=0, dtype=torch.float64):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def ints(low, high, *shape, seed=0, dtype=torch.int64):
    return torch.randint(low, high, shape, generator=torch.Generator().manual_seed(seed)).to(dtype)


CORE = 'conformance/src/test/resources/golden/'
NN = 'nn/src/test/resources/golden/'
TRAIN = 'train/src/test/resources/golden/'
OPTIM = 'optim/src/test/resources/golden/'
TEXT = 'text/src/test/resources/golden/'
VISION = 'vision/src/test/resources/golden/'
TEXT = 'text/src/test/resources/golden/'
