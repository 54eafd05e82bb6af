"""PyTorch's side of `./fathom bench gpu`: the same rows, by the same rule, a name, a tab and milliseconds a line.

    python3 bench/pytorch/gpu.py [--compile] [TEXT ...] > pytorch.tsv
    ./fathom bench gpu --pytorch pytorch.tsv

With --compile the models' steps run under torch.compile; the names are the same. With texts only the rows run whose
names contain one of them.
"""

import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

N = 1 << 26
BLOCK_SECONDS = 0.15
COMPILE = "--compile" in sys.argv
ONLY = [a for a in sys.argv[1:] if not a.startswith("--")]


def block(body, runs):
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(runs):
        body()
    torch.cuda.synchronize()
    return time.perf_counter() - start


def measure(name, body, blocks=7):
    if ONLY and not any(text in name for text in ONLY):
        return
    try:
        for _ in range(6):
            body()
        once = block(body, 3) / 3
        runs = int(min(max(BLOCK_SECONDS / once, 3), 2000))
        block(body, runs)
        print("%s\t%.6f" % (name, 1e3 * statistics.median(block(body, runs) / runs for _ in range(blocks))), flush=True)
    except Exception as e:  # a row that fails leaves the others
        print("# %s failed: %s" % (name, str(e).splitlines()[0]), flush=True)


def kernels():
    def randn(*shape):
        return torch.randn(*shape, device="cuda")

    x, y = randn(N), randn(N)
    measure("copy", lambda: y.copy_(x))
    measure("add", lambda: x + y)
    measure("gelu", lambda: F.gelu(x))
    m, b = x.view(-1, 512), randn(512)
    measure("add bias, channels-last", lambda: m + b)
    t = x.view(8192, 8192)
    measure("transpose", lambda: t.t().contiguous())
    measure("sum", lambda: x.sum())
    rows = x.view(-1, 1024)
    measure("sum of rows", lambda: rows.sum(1))
    columns = x.view(-1, 256)
    measure("sum of columns", lambda: columns.sum(0))
    measure("softmax", lambda: rows.softmax(1))
    w, bias = randn(1024), randn(1024)
    measure("layer norm", lambda: F.layer_norm(rows, (1024,), w, bias))
    table, index = randn(30000, 768), torch.randint(0, 30000, (65536,), device="cuda")
    measure("embedding", lambda: F.embedding(index, table))
    parameters = [randn(250_000).requires_grad_() for _ in range(100)]
    for p in parameters:
        p.grad = torch.full_like(p, 2)
    adam = torch.optim.Adam(parameters, 1e-3, fused=True)
    measure("Adam", adam.step)
    a, c = randn(4096, 4096), randn(4096, 4096)
    measure("product of float32 4096", lambda: a @ c)
    a, c = randn(8192, 8192).bfloat16(), randn(8192, 8192).bfloat16()
    measure("product of bfloat16 8192", lambda: a @ c)


def step(name, net, loss, optimizer, bf16):
    def body():
        with torch.autocast("cuda", torch.bfloat16, enabled=bf16):
            value = loss()
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        optimizer.step()

    measure(name, body)


def images(model, net, batch, channels, side, bf16):
    net = net.cuda().to(memory_format=torch.channels_last)
    x = torch.randn(batch, channels, side, side, device="cuda").contiguous(memory_format=torch.channels_last)
    y = torch.randint(0, 10, (batch,), device="cuda")
    run = torch.compile(net) if COMPILE else net
    name = "%s %s, batch %d" % (model, "bfloat16" if bf16 else "float32", batch)
    step(name, net, lambda: F.cross_entropy(run(x), y), torch.optim.SGD(net.parameters(), 0.01, momentum=0.9), bf16)


class Encoder(nn.Module):
    def __init__(self, depth, width, heads, hidden):
        super().__init__()
        self.words, self.positions = nn.Embedding(30522, width), nn.Embedding(512, width)
        layer = nn.TransformerEncoderLayer(width, heads, hidden, 0.1, "gelu", batch_first=True)
        self.layers, self.head = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False), nn.Linear(width, 30522)

    def forward(self, ids, places):
        return self.head(self.layers(self.words(ids) + self.positions(places)))


def bert(model, depth, width, heads, hidden, batch, length, bf16):
    net = Encoder(depth, width, heads, hidden).cuda()
    x, y = (torch.randint(0, 30522, (batch, length), device="cuda") for _ in range(2))
    places = torch.arange(length, device="cuda")
    run = torch.compile(net) if COMPILE else net
    name = "%s %s, batch %d x %d" % (model, "bfloat16" if bf16 else "float32", batch, length)
    loss = lambda: F.cross_entropy(run(x, places).reshape(-1, 30522), y.reshape(-1))  # noqa: E731
    step(name, net, loss, torch.optim.AdamW(net.parameters(), 1e-4, fused=True), bf16)


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))


if __name__ == "__main__":
    import torchvision.models as models

    print("# PyTorch %s, %s" % (torch.__version__, torch.cuda.get_device_name()), flush=True)
    if not COMPILE:
        kernels()
    images("lenet", lenet(), 256, 1, 28, False)
    images("resnet18", models.resnet18(), 128, 3, 96, False)
    images("resnet50", models.resnet50(), 64, 3, 224, False)
    images("resnet50", models.resnet50(), 64, 3, 224, True)
    for bf16 in (False, True):
        bert("transformer", 6, 512, 8, 2048, 64, 64, bf16)
        bert("bert-base", 12, 768, 12, 3072, 32, 128, bf16)
