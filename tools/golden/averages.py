"""Averages of weights, the rates that go with them, and the statistics of batch norms under them."""
import torch
from torch.optim.swa_utils import SWALR, AveragedModel, update_bn

from cases import TRAIN, Cases, randn


def average(cases, name, steps, **options):
    model = torch.nn.Linear(5, 1, bias=False)
    averaged = AveragedModel(model, **options)
    for row in steps:
        with torch.no_grad():
            model.weight.copy_(row)
        averaged.update_parameters(model)
    cases.add(name, [steps], [averaged.module.weight])


cases = Cases(TRAIN + 'averages.safetensors')
steps = randn(7, 1, 5, seed=1, dtype=torch.float32)
average(cases, 'equal', steps)
average(cases, 'exponential', steps, avg_fn=lambda average, weight, n: 0.8 * average + 0.2 * weight)

norm = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
weight, bias = randn(4, 3, seed=2, dtype=torch.float32), randn(4, seed=3, dtype=torch.float32)
with torch.no_grad():
    norm[0].weight.copy_(weight)
    norm[0].bias.copy_(bias)
x = randn(14, 3, seed=4, dtype=torch.float32)
norm(x)  # statistics that are to be forgotten
update_bn([x[:6], x[6:12], x[12:]], norm)
cases.add('batchNorm', [x, weight, bias], [norm[1].running_mean, norm[1].running_var, norm[1].num_batches_tracked])

for epochs in (0, 3):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.4)
    schedule = SWALR(optimizer, swa_lr=0.05, anneal_epochs=epochs)
    rates = []
    for _ in range(6):
        rates.append(optimizer.param_groups[0]['lr'])
        optimizer.step()
        schedule.step()
    cases.add(f'rates/{epochs}', [], [torch.tensor(rates, dtype=torch.float64)])
cases.write()
