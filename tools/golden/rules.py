"""Trajectories of further update rules: those of PyTorch 1.13, and references in float64 after the papers' pseudo-code.

Yogi: Zaheer et al. 2018, algorithm 2, with Adam's bias corrections. Lion: Chen et al. 2023, algorithm 2. LAMB: You et al.
2020, algorithm 2. Adafactor: Shazeer and Stern 2018, algorithms 4 and 5, with the bounds of later PyTorch versions.
Muon: Jordan et al. 2024, scaled as there or as by Liu et al. 2025. SAM: Foret et al. 2021, algorithm 1.
"""
import math

import torch

from cases import OPTIM, Cases, randn

STEPS = 40
AT = (0, 1, 2, 9, 39)
SHAPES = ((3, 4), (3,), (5, 2))


def gradients(step):
    """Of very different sizes; now and then a row, or all, is exactly zero."""
    out = [randn(*shape, seed=100 + 10 * step + i) * 10.0 ** ((step + i) % 3 - 1) for i, shape in enumerate(SHAPES)]
    out[0][step % 3] = 0
    if step % 11 == 7:
        out = [torch.zeros_like(g) for g in out]
    return out


def yogi(p, g, s, t, lr, betas=(0.9, 0.999), eps=1e-3, initial=1e-6, decay=0.0):
    g = g + decay * p
    if t == 1:
        s['m'], s['v'] = torch.zeros_like(p), torch.full_like(p, initial)
    s['m'] = betas[0] * s['m'] + (1 - betas[0]) * g
    s['v'] = s['v'] - (1 - betas[1]) * torch.sign(s['v'] - g ** 2) * g ** 2
    m, v = s['m'] / (1 - betas[0] ** t), s['v'] / (1 - betas[1] ** t)
    return p - lr * m / (v.sqrt() + eps)


def lion(p, g, s, t, lr, betas=(0.9, 0.99), decay=0.0):
    m = s.get('m', torch.zeros_like(p))
    c = betas[0] * m + (1 - betas[0]) * g
    s['m'] = betas[1] * m + (1 - betas[1]) * g
    return p - lr * (torch.sign(c) + decay * p)


def lamb(p, g, s, t, lr, betas=(0.9, 0.999), eps=1e-6, decay=0.0, correct=True, adaptive=True):
    s['m'] = betas[0] * s.get('m', torch.zeros_like(p)) + (1 - betas[0]) * g
    s['v'] = betas[1] * s.get('v', torch.zeros_like(p)) + (1 - betas[1]) * g ** 2
    m, v = (s['m'] / (1 - betas[0] ** t), s['v'] / (1 - betas[1] ** t)) if correct else (s['m'], s['v'])
    r = m / (v.sqrt() + eps) + decay * p
    ratio = p.norm() / r.norm() if adaptive and p.norm() > 0 and r.norm() > 0 else 1.0
    return p - lr * ratio * r


def adafactor(p, g, s, t, lr, power=-0.8, eps=(2.0 ** -52, 1e-3), d=1.0, decay=0.0, factored=True, relative=True, scaled=True):
    rate = min(lr, 1 / math.sqrt(t)) if relative else lr
    if scaled:
        rate *= max(eps[1], math.sqrt((p ** 2).mean()))
    w = t ** power
    if factored and p.dim() > 1:
        s['r'] = (1 - w) * s.get('r', 0) + w * (g ** 2).mean(-1)
        s['c'] = (1 - w) * s.get('c', 0) + w * (g ** 2).mean(-2)
        v = torch.outer(s['r'], s['c']) / max(s['r'].mean().item(), eps[0])
    else:
        s['v'] = (1 - w) * s.get('v', 0) + w * g ** 2
        v = s['v']
    u = g / v.clamp(min=eps[0] ** 2).sqrt()
    u = u / max(1.0, math.sqrt((u ** 2).mean()) / d)
    return p * (1 - lr * decay) - rate * u


def muon(p, g, s, t, lr, momentum=0.95, nesterov=True, decay=0.1, steps=5, match=False, adamw=False):
    if adamw or p.dim() < 2:
        s['m'] = 0.9 * s.get('m', 0) + 0.1 * g
        s['v'] = 0.999 * s.get('v', 0) + 0.001 * g ** 2
        m, v = s['m'] / (1 - 0.9 ** t), s['v'] / (1 - 0.999 ** t)
        return p * (1 - lr * decay) - lr * m / (v.sqrt() + 1e-8)
    s['m'] = momentum * s.get('m', torch.zeros_like(p)) + (1 - momentum) * g
    x = (1 - momentum) * g + momentum * s['m'] if nesterov else s['m']
    x = x / max(x.norm().item(), 1e-7)
    for _ in range(steps):
        x = 3.4445 * x - 4.7750 * (x @ x.T) @ x + 2.0315 * (x @ x.T) @ (x @ x.T) @ x
    a, b = p.shape
    ratio = 0.2 * math.sqrt(max(a, b)) if match else math.sqrt(max(1, a / b))
    return p * (1 - lr * decay) - lr * ratio * x


def trajectories(cases):
    def record(label, step, **attributes):
        ps = [randn(*shape, seed=i + 1) for i, shape in enumerate(SHAPES)]
        start = [p.clone() for p in ps]
        kept = [[] for _ in ps]
        for t in range(STEPS):
            ps = step(ps, gradients(t), t + 1)
            if t in AT:
                for k, p in zip(kept, ps):
                    k.append(p.clone())
        cases.add(label, start, [torch.stack(k) for k in kept], at=AT, **attributes)

    references = {
        'Yogi': (yogi, [dict(lr=0.05), dict(lr=0.02, betas=(0.8, 0.99), eps=1e-4, initial=0.0, decay=0.1)]),
        'Lion': (lion, [dict(lr=0.01), dict(lr=0.02, betas=(0.95, 0.98), decay=0.3)]),
        'LAMB': (lamb, [dict(lr=0.02), dict(lr=0.01, betas=(0.8, 0.99), eps=1e-5, decay=0.1), dict(lr=0.01, decay=0.1, adaptive=False), dict(lr=0.02, correct=False)]),
        'Adafactor': (adafactor, [dict(lr=0.01), dict(lr=0.5, decay=0.1, d=1.5, power=-0.5), dict(lr=0.05, factored=False), dict(lr=0.3, relative=False, scaled=False, eps=(1e-4, 1e-2))]),
        'Muon': (muon, [dict(lr=0.02), dict(lr=0.05, momentum=0.8, nesterov=False, decay=0.0), dict(lr=0.01, match=True, steps=3), dict(lr=0.01, adamw=True)]),
    }
    java = {'decay': 'weightDecay', 'initial': 'initialAccumulatorValue', 'power': 'beta2Decay', 'relative': 'relativeStep', 'scaled': 'scaleParameter',
            'steps': 'nsSteps', 'match': 'matchRmsAdamW', 'adamw': 'adamW', 'correct': 'biasCorrection'}
    for rule, (function, options) in references.items():
        for i, o in enumerate(options):
            states = [{} for _ in SHAPES]
            record(f'{rule}/{i}', lambda ps, gs, t: [function(p, g, s, t, **o) for p, g, s in zip(ps, gs, states)], rule=rule, **{java.get(k, k): v for k, v in o.items()})

    torchs = {
        'RAdam': [dict(lr=0.05), dict(lr=0.05, betas=(0.8, 0.9), eps=1e-6, weight_decay=0.1)],
        'ASGD': [dict(lr=0.02), dict(lr=0.05, lambd=0.01, alpha=0.6, t0=10, weight_decay=0.1)],
        'Rprop': [dict(lr=0.01), dict(lr=0.05, etas=(0.4, 1.5), step_sizes=(1e-3, 0.2))],
    }
    java = {'weight_decay': 'weightDecay', 'step_sizes': 'stepSizes'}
    for rule, options in torchs.items():
        for i, o in enumerate(options):
            leaves = [randn(*shape, seed=k + 1).requires_grad_() for k, shape in enumerate(SHAPES)]
            optimizer = getattr(torch.optim, rule)(leaves, **o)

            def step(ps, gs, t):
                for leaf, g in zip(leaves, gs):
                    leaf.grad = g.clone()
                optimizer.step()
                return [leaf.detach() for leaf in leaves]

            record(f'{rule}/{i}', step, rule=rule, **{java.get(k, k): v for k, v in o.items()})
    for t in range(STEPS):
        cases.add(f'gradients/{t}', gradients(t))


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def lbfgs(cases):
    for i, o in enumerate([dict(lr=1, line_search_fn='strong_wolfe'), dict(lr=0.5, max_iter=4), dict(lr=1, max_iter=6, max_eval=9, history_size=3, line_search_fn='strong_wolfe')]):
        leaves = [torch.tensor([-1.2, 1.0, 0.5, 2.0], dtype=torch.float64).requires_grad_(), torch.tensor([[0.3], [-0.4]], dtype=torch.float64).requires_grad_()]
        optimizer = torch.optim.LBFGS(leaves, **o)
        evaluations = [0]

        def closure():
            optimizer.zero_grad()
            loss = rosenbrock(leaves[0]) + ((leaves[1].flatten() - leaves[0][:2]) ** 4).sum() + leaves[1].cosh().sum()
            loss.backward()
            evaluations[0] += 1
            return loss

        losses, points, counts = [], [], []
        start = [leaf.detach().clone() for leaf in leaves]
        for _ in range(4):
            losses.append(optimizer.step(closure).detach())
            points.append(torch.cat([leaf.detach().flatten() for leaf in leaves]))
            counts.append(evaluations[0])
        cases.add(f'LBFGS/{i}', start, [torch.stack(losses), torch.stack(points), torch.tensor(counts)], lr=o['lr'], maxIter=o.get('max_iter'),
                  maxEval=o.get('max_eval'), historySize=o.get('history_size'), strongWolfe='line_search_fn' in o)


def sam(cases):
    for i, (rho, adaptive) in enumerate([(0.05, False), (0.02, True)]):
        leaves = [torch.tensor([-1.2, 1.0, 0.5, 2.0], dtype=torch.float64).requires_grad_(), torch.tensor([0.3, -0.4], dtype=torch.float64).requires_grad_()]
        base = torch.optim.SGD(leaves, lr=2e-4, momentum=0.9)
        start = [leaf.detach().clone() for leaf in leaves]
        points = []
        for _ in range(10):
            def backward():
                base.zero_grad()
                loss = rosenbrock(leaves[0]) + (leaves[1] ** 4).sum() + leaves[1].prod()
                loss.backward()

            backward()
            with torch.no_grad():
                weighted = [(leaf.abs() if adaptive else 1) * leaf.grad for leaf in leaves]
                norm = torch.sqrt(sum((w ** 2).sum() for w in weighted))
                before = [leaf.clone() for leaf in leaves]
                for leaf in leaves:
                    leaf += rho * (leaf ** 2 if adaptive else 1) * leaf.grad / norm
            backward()
            with torch.no_grad():
                for leaf, b in zip(leaves, before):
                    leaf.copy_(b)
            base.step()
            points.append(torch.cat([leaf.detach() for leaf in leaves]))
        cases.add(f'SAM/{i}', start, [torch.stack(points)], rho=rho, adaptive=adaptive)


cases = Cases(OPTIM + 'rules.safetensors')
trajectories(cases)
lbfgs(cases)
sam(cases)
cases.write()
