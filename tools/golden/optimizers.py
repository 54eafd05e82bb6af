"""Trajectories of the update rules over 100 steps, and the learning rates of the schedules over 100 steps."""
import torch

from cases import OPTIM, Cases, randn

STEPS = 100


def loss(w, b, step):
    """Not quadratic, with gradients of very different sizes and one that is often exactly zero."""
    x = torch.arange(12, dtype=torch.float64).reshape(3, 4) / 6 + 0.1 * (step % 7)
    return ((w * x).sin() * x).sum() + (w ** 4).sum() / 40 + ((b - x.sum(1)) ** 2).mean() * (step % 3)


def optimizers():
    cases = Cases(OPTIM + 'trajectories.safetensors')
    o = torch.optim
    runs = {
        'SGD': [dict(lr=0.05), dict(lr=0.02, momentum=0.9), dict(lr=0.02, momentum=0.9, nesterov=True), dict(lr=0.02, momentum=0.8, dampening=0.3),
                dict(lr=0.05, weight_decay=0.1), dict(lr=0.02, momentum=0.9, weight_decay=0.01, nesterov=True), dict(lr=0.01, maximize=True)],
        'Adagrad': [dict(lr=0.1), dict(lr=0.1, lr_decay=0.02, weight_decay=0.01, initial_accumulator_value=0.1, eps=1e-8)],
        'Adadelta': [dict(), dict(lr=0.7, rho=0.8, eps=1e-5, weight_decay=0.01)],
        'RMSprop': [dict(lr=0.01), dict(lr=0.01, alpha=0.9, momentum=0.5), dict(lr=0.005, centered=True, eps=1e-6), dict(lr=0.01, weight_decay=0.1, centered=True, momentum=0.9)],
        'Adam': [dict(lr=0.02), dict(lr=0.05, betas=(0.8, 0.99), eps=1e-6), dict(lr=0.02, weight_decay=0.1), dict(lr=0.05, amsgrad=True), dict(lr=0.01, maximize=True)],
        'AdamW': [dict(lr=0.02), dict(lr=0.05, betas=(0.8, 0.99), weight_decay=0.2), dict(lr=0.05, amsgrad=True)],
        'NAdam': [dict(lr=0.02), dict(lr=0.02, betas=(0.8, 0.99), weight_decay=0.1, momentum_decay=0.01)],
        'Adamax': [dict(lr=0.02), dict(lr=0.02, betas=(0.8, 0.99), eps=1e-6, weight_decay=0.1)],
    }
    java = {'weight_decay': 'weightDecay', 'lr_decay': 'lrDecay', 'initial_accumulator_value': 'initialAccumulatorValue', 'momentum_decay': 'momentumDecay'}
    for rule, options in runs.items():
        for i, kwargs in enumerate(options):
            for dtype in (torch.float64, torch.float32) if i == 0 else (torch.float64,):
                w = (randn(3, 4, seed=1) / 2).to(dtype).requires_grad_()
                b = randn(3, seed=2).to(dtype).requires_grad_()
                start = [w.detach().clone(), b.detach().clone()]
                # 1.13's loop over single tensors has a momentum of NAdam enter twice; later versions and this one's foreach do not
                more = dict(foreach=True) if rule == 'NAdam' else {}
                optimizer = getattr(o, rule)([w, b], **kwargs, **more)
                grads_w, grads_b, ws, bs = [], [], [], []
                for step in range(STEPS):
                    optimizer.zero_grad()
                    loss(w.double(), b.double(), step).backward()
                    grads_w.append(w.grad.clone())
                    grads_b.append(b.grad.clone())
                    optimizer.step()
                    if step in (0, 1, 2, 9, 49, 99):
                        ws.append(w.detach().clone())
                        bs.append(b.detach().clone())
                # the gradients are given, so that a trajectory tests the rule alone
                cases.add(f'{rule}/{i}/{str(dtype)[6:]}', start, [torch.stack(ws), torch.stack(bs)], extra={'gradients0': torch.stack(grads_w), 'gradients1': torch.stack(grads_b)},
                          rule=rule, at=(0, 1, 2, 9, 49, 99), **{java.get(k, k): v for k, v in kwargs.items()})
    clip = [randn(3, 4, seed=3) * 2, randn(5, seed=4)]
    for p in (2.0, 1.0, float('inf')):
        for most in (0.5, 100.0):
            leaves = [torch.zeros_like(g).requires_grad_() for g in clip]
            for leaf, g in zip(leaves, clip):
                leaf.grad = g.clone()
            total = torch.nn.utils.clip_grad_norm_(leaves, most, p)
            cases.add(f'clipGradNorm/{p}/{most}', clip, [leaf.grad for leaf in leaves] + [total], rule='clipGradNorm', p=p, max=most)
    leaves = [torch.zeros_like(g).requires_grad_() for g in clip]
    for leaf, g in zip(leaves, clip):
        leaf.grad = g.clone()
    torch.nn.utils.clip_grad_value_(leaves, 0.7)
    cases.add('clipGradValue', clip, [leaf.grad for leaf in leaves], rule='clipGradValue', max=0.7)
    cases.write()


def schedules():
    cases = Cases(OPTIM + 'schedules.safetensors')
    s = torch.optim.lr_scheduler

    def run(label, make, lr=0.1, metric=None, momentum=False, **attributes):
        leaf = torch.zeros(1, requires_grad=True)
        optimizer = torch.optim.SGD([leaf], lr=lr, momentum=0.9)
        schedule = make(optimizer)
        rates, moments = [], []
        for step in range(STEPS):
            rates.append(optimizer.param_groups[0]['lr'])
            moments.append(optimizer.param_groups[0]['momentum'])
            optimizer.step()
            schedule.step(metric(step)) if metric else schedule.step()
        extra = {'metric': torch.tensor([metric(i) for i in range(STEPS)], dtype=torch.float64)} if metric else {}
        if momentum:
            extra['momentum'] = torch.tensor(moments, dtype=torch.float64)
        cases.add(label, [], [torch.tensor(rates, dtype=torch.float64)], extra=extra, lr=lr, **attributes)

    run('StepLR', lambda o: s.StepLR(o, 30, 0.1), schedule='StepLR', stepSize=30, gamma=0.1)
    run('StepLR/7', lambda o: s.StepLR(o, 7, 0.9), schedule='StepLR', stepSize=7, gamma=0.9)
    run('MultiStepLR', lambda o: s.MultiStepLR(o, [10, 15, 60], 0.5), schedule='MultiStepLR', milestones=(10, 15, 60), gamma=0.5)
    run('MultiStepLR/twice', lambda o: s.MultiStepLR(o, [10, 10, 60], 0.5), schedule='MultiStepLR', milestones=(10, 10, 60), gamma=0.5)
    run('ExponentialLR', lambda o: s.ExponentialLR(o, 0.95), schedule='ExponentialLR', gamma=0.95)
    run('CosineAnnealingLR', lambda o: s.CosineAnnealingLR(o, 100), schedule='CosineAnnealingLR', tMax=100, etaMin=0.0)
    run('CosineAnnealingLR/30', lambda o: s.CosineAnnealingLR(o, 30, 0.01), schedule='CosineAnnealingLR', tMax=30, etaMin=0.01)
    run('CosineAnnealingWarmRestarts', lambda o: s.CosineAnnealingWarmRestarts(o, 10), schedule='CosineAnnealingWarmRestarts', t0=10, tMult=1, etaMin=0.0)
    run('CosineAnnealingWarmRestarts/2', lambda o: s.CosineAnnealingWarmRestarts(o, 9, 2, 0.005), schedule='CosineAnnealingWarmRestarts', t0=9, tMult=2, etaMin=0.005)
    run('LinearLR', lambda o: s.LinearLR(o), schedule='LinearLR', startFactor=1 / 3, endFactor=1.0, totalIters=5)
    run('LinearLR/down', lambda o: s.LinearLR(o, 1.0, 0.01, 80), schedule='LinearLR', startFactor=1.0, endFactor=0.01, totalIters=80)
    run('ConstantLR', lambda o: s.ConstantLR(o, 0.25, 12), schedule='ConstantLR', factor=0.25, totalIters=12)
    run('OneCycleLR', lambda o: s.OneCycleLR(o, 0.5, total_steps=101), momentum=True, schedule='OneCycleLR', maxLr=0.5, totalSteps=101, pctStart=0.3, annealStrategy='cos', divFactor=25.0, finalDivFactor=10000.0, threePhase=False)
    run('OneCycleLR/linear', lambda o: s.OneCycleLR(o, 0.5, total_steps=101, pct_start=0.4, anneal_strategy='linear', div_factor=10, final_div_factor=100), momentum=True, schedule='OneCycleLR', maxLr=0.5, totalSteps=101, pctStart=0.4, annealStrategy='linear', divFactor=10.0, finalDivFactor=100.0, threePhase=False)
    run('OneCycleLR/three', lambda o: s.OneCycleLR(o, 0.5, total_steps=101, three_phase=True), momentum=True, schedule='OneCycleLR', maxLr=0.5, totalSteps=101, pctStart=0.3, annealStrategy='cos', divFactor=25.0, finalDivFactor=10000.0, threePhase=True)
    run('CyclicLR', lambda o: s.CyclicLR(o, 0.01, 0.2, step_size_up=7), momentum=True, schedule='CyclicLR', baseLr=0.01, maxLr=0.2, stepSizeUp=7, mode='TRIANGULAR', gamma=1.0)
    run('CyclicLR/2', lambda o: s.CyclicLR(o, 0.01, 0.2, step_size_up=7, step_size_down=12, mode='triangular2', base_momentum=0.7, max_momentum=0.95), momentum=True, schedule='CyclicLR', baseLr=0.01, maxLr=0.2, stepSizeUp=7, stepSizeDown=12, mode='TRIANGULAR2', gamma=1.0, momenta=(0.7, 0.95))
    run('CyclicLR/range', lambda o: s.CyclicLR(o, 0.01, 0.2, step_size_up=5, mode='exp_range', gamma=0.97), momentum=True, schedule='CyclicLR', baseLr=0.01, maxLr=0.2, stepSizeUp=5, mode='EXP_RANGE', gamma=0.97)
    run('CyclicLR/scale', lambda o: s.CyclicLR(o, 0.01, 0.2, step_size_up=5, scale_fn=lambda i: 1 / (1 + i), scale_mode='iterations', cycle_momentum=False), momentum=True, schedule='CyclicLR', baseLr=0.01, maxLr=0.2, stepSizeUp=5, mode='SCALE', gamma=1.0)
    run('MultiplicativeLR', lambda o: s.MultiplicativeLR(o, lambda e: 1 - 1 / (3 + e)), schedule='MultiplicativeLR')
    run('PolynomialLR', lambda o: s.PolynomialLR(o, 70, 1.5), schedule='PolynomialLR', totalIters=70, power=1.5)
    run('SequentialLR/warmup', lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.1, 1.0, 10), s.CosineAnnealingLR(o, 90)], [10]), schedule='SequentialLR', parts='warmup', milestones=(10,))
    run('SequentialLR/three', lambda o: s.SequentialLR(o, [s.ConstantLR(o, 0.1, 8), s.ExponentialLR(o, 0.9), s.StepLR(o, 5, 0.5)], [8, 30]), schedule='SequentialLR', parts='three', milestones=(8, 30))
    run('SequentialLR/cyclic', lambda o: s.SequentialLR(o, [s.MultiplicativeLR(o, lambda e: 1 - 1 / (3 + e)), s.CyclicLR(o, 0.01, 0.2, step_size_up=7, cycle_momentum=False)], [12]), schedule='SequentialLR', parts='cyclic', milestones=(12,))
    run('ChainedScheduler/multiplicative', lambda o: s.ChainedScheduler([s.MultiplicativeLR(o, lambda e: 1 - 1 / (3 + e)), s.ConstantLR(o, 0.5, 8)]), schedule='ChainedScheduler', parts='multiplicative')
    run('ChainedScheduler', lambda o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 20), s.ExponentialLR(o, 0.95)]), schedule='ChainedScheduler', parts='constant')
    run('ChainedScheduler/sequence', lambda o: s.ChainedScheduler([s.SequentialLR(o, [s.LinearLR(o, 0.5, 1.0, 6), s.CosineAnnealingLR(o, 94)], [6]), s.StepLR(o, 25, 0.5)]), schedule='ChainedScheduler', parts='sequence')
    run('LambdaLR', lambda o: s.LambdaLR(o, lambda e: 1 / (1 + e)), schedule='LambdaLR')

    def plateau(step):
        return max(1.0 - 0.05 * min(step, 20), 0.001) + (0.1 if step > 40 and step % 5 else 0) + (0.0 if step < 70 else -0.2)

    run('ReduceLROnPlateau', lambda o: s.ReduceLROnPlateau(o), metric=plateau, schedule='ReduceLROnPlateau', mode='min', factor=0.1, patience=10, threshold=1e-4, thresholdMode='rel', cooldown=0, minLr=0.0)
    run('ReduceLROnPlateau/options', lambda o: s.ReduceLROnPlateau(o, 'max', 0.5, 3, threshold=0.01, threshold_mode='abs', cooldown=4, min_lr=0.002), metric=plateau, schedule='ReduceLROnPlateau', mode='max', factor=0.5, patience=3, threshold=0.01, thresholdMode='abs', cooldown=4, minLr=0.002)
    cases.write()


def main():
    optimizers()
    schedules()


if __name__ == '__main__':
    main()
