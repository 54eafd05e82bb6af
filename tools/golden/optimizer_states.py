"""Checkpoints with the states of optimizers after three steps, and the parameters after two more."""
import os

import torch

from cases import OPTIM, ROOT, randn

RULES = {
    'SGD': dict(lr=0.02, momentum=0.9, dampening=0.25),
    'Adam': dict(lr=0.05, betas=(0.8, 0.99), amsgrad=True),
    'AdamW': dict(lr=0.02, weight_decay=0.1),
    'RMSprop': dict(lr=0.01, momentum=0.5, centered=True),
    'Adagrad': dict(lr=0.1, lr_decay=0.02, initial_accumulator_value=0.1),
    'Adadelta': dict(lr=0.7, rho=0.8),
    'Adamax': dict(lr=0.02, betas=(0.8, 0.99)),
    'NAdam': dict(lr=0.02, momentum_decay=0.01),
    'RAdam': dict(lr=0.02, betas=(0.8, 0.9)),
    'ASGD': dict(lr=0.05, lambd=0.01, t0=1),
    'Rprop': dict(lr=0.02, etas=(0.4, 1.5), step_sizes=(1e-3, 0.2)),
}


def gradients(step):
    return [randn(3, 4, seed=10 + step), randn(3, seed=20 + step)]


def main():
    for rule, options in RULES.items():
        w, b = [p.requires_grad_() for p in (randn(3, 4, seed=1), randn(3, seed=2))]
        more = dict(foreach=True) if rule == 'NAdam' else {}
        groups = [{'params': [w]}, {'params': [b], 'lr': options['lr'] / 2}]
        optimizer = getattr(torch.optim, rule)(groups, **options, **more)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5)

        def step(i):
            w.grad, b.grad = gradients(i)
            optimizer.step()
            schedule.step()

        for i in range(3):
            step(i)
        saved = {'epoch': 3, 'params': [w.detach().clone(), b.detach().clone()], 'optimizer': optimizer.state_dict()}
        saved['gradients'] = [gradients(i) for i in range(3, 5)]
        path = os.path.join(ROOT, OPTIM, 'states', rule + '.pth')
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # the state is a reference to the live one: a copy before the next steps
        torch.save(saved, path)
        lr = [g['lr'] for g in optimizer.param_groups]
        for i in range(3, 5):
            w.grad, b.grad = gradients(i)
            optimizer.step()
        saved = torch.load(path)
        saved['after'] = [w.detach().clone(), b.detach().clone()]
        saved['lr'] = lr
        torch.save(saved, path)


def lbfgs():
    """Steps of L-BFGS on a function of the parameters: there is one group, and the gradients are a closure's."""
    w, b = [p.requires_grad_() for p in (randn(3, 4, seed=1), randn(3, seed=2))]
    optimizer = torch.optim.LBFGS([w, b], lr=0.8, max_iter=3, history_size=4, line_search_fn='strong_wolfe')

    def closure():
        optimizer.zero_grad()
        loss = ((w.sum(1) - b) ** 2).sum() + (w ** 4).sum() + b.cosh().sum()
        loss.backward()
        return loss

    for _ in range(2):
        optimizer.step(closure)
    path = os.path.join(ROOT, OPTIM, 'states', 'LBFGS.pth')
    torch.save({'epoch': 2, 'params': [w.detach().clone(), b.detach().clone()], 'optimizer': optimizer.state_dict()}, path)
    for _ in range(2):
        optimizer.step(closure)
    saved = torch.load(path)
    saved['after'] = [w.detach().clone(), b.detach().clone()]
    torch.save(saved, path)


main()
lbfgs()
