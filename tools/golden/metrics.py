"""Metrics by scikit-learn, BLEU by NLTK, and COCO's rule for detections, written from its published description."""
import math
import os

import numpy as np
import sklearn.metrics as sk
import torch
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu

from cases import ROOT, TRAIN, Cases, ints, rand, randn


def number(value):
    return torch.tensor(float(value), dtype=torch.float64)


def classification(cases):
    def add(case, scores, target, predicted, average, labels=None, positive=1):
        def value(metric, **more):
            if average == 'binary':
                return metric(target, predicted, average='binary', pos_label=positive, zero_division=0, **more)
            return metric(target, predicted, average=average, labels=labels, zero_division=0, **more)
        values = {
            'precision': value(sk.precision_score),
            'recall': value(sk.recall_score),
            'f1': value(sk.f1_score),
            'f2': value(sk.fbeta_score, beta=2),
            'iou': value(sk.jaccard_score),
        }
        cases.add(f'class/{case}/{average}', [scores, torch.as_tensor(target)], extra={k: number(v) for k, v in values.items()},
                  average=average.upper(), positive=positive)

    for classes, present in ((2, 2), (5, 5), (7, 4)):  # of seven classes three never occur
        scores = randn(40, classes, seed=classes, dtype=torch.float32)
        scores[:, present:] = -9
        target = ints(0, present, 40, seed=classes + 1).numpy()
        predicted = scores.argmax(1).numpy()
        for average in ('macro', 'micro', 'weighted') + (('binary',) if classes == 2 else ()):
            add(f'{classes}of{present}', scores, target, predicted, average)
        cases.add(f'balanced/{classes}of{present}', [scores, torch.as_tensor(target)], [number(sk.balanced_accuracy_score(target, predicted))])
        cases.add(f'accuracy/{classes}of{present}', [scores, torch.as_tensor(target)], [number(sk.accuracy_score(target, predicted))])
        cases.add(f'confusion/{classes}of{present}', [scores, torch.as_tensor(target)],
                  [torch.as_tensor(sk.confusion_matrix(target, predicted, labels=range(classes)))])
        if classes > 2:
            for k in (1, 2, 3):
                cases.add(f'top/{classes}of{present}/{k}', [scores, torch.as_tensor(target)],
                          [number(sk.top_k_accuracy_score(target, scores.numpy(), k=k, labels=range(classes)))], k=k)
    one = randn(30, seed=11, dtype=torch.float32)  # a logit per example
    target = ints(0, 2, 30, seed=12).numpy()
    for positive in (0, 1):
        add(f'logit{positive}', one, target, (one > 0).long().numpy(), 'binary', positive=positive)
    add('nopositive', -one.abs(), np.zeros(30, dtype=np.int64), np.zeros(30, dtype=np.int64), 'binary')
    add('nohit', -one.abs(), np.ones(30, dtype=np.int64), np.zeros(30, dtype=np.int64), 'binary')
    labels = randn(25, 4, seed=13, dtype=torch.float32)
    truth = ints(0, 2, 25, 4, seed=14).numpy()
    for average in ('macro', 'micro', 'weighted'):
        add('labels', labels, truth, (labels > 0).long().numpy(), average)


def ranking(cases):
    for case, scores in (('smooth', randn(60, seed=21)), ('ties', ints(-3, 3, 60, seed=22).double()), ('equal', torch.zeros(60, dtype=torch.float64))):
        target = ints(0, 2, 60, seed=23)
        cases.add(f'rank/binary/{case}', [scores, target], extra={
            'auc': number(sk.roc_auc_score(target, scores)), 'ap': number(sk.average_precision_score(target, scores))}, average='MACRO')
    two = randn(50, 2, seed=24)
    target = ints(0, 2, 50, seed=25)
    p = two.softmax(1)[:, 1]
    cases.add('rank/two', [two, target], extra={
        'auc': number(sk.roc_auc_score(target, p)), 'ap': number(sk.average_precision_score(target, p))}, average='MACRO')
    for case, logits in (('smooth', randn(80, 4, seed=26)), ('ties', ints(-2, 2, 80, 4, seed=27).double())):
        target = ints(0, 4, 80, seed=28)
        p, one_hot = logits.softmax(1), torch.nn.functional.one_hot(target, 4)
        for average in ('macro', 'weighted'):
            cases.add(f'rank/classes/{case}/{average}', [logits, target], extra={
                'auc': number(sk.roc_auc_score(target, p, multi_class='ovr', average=average)),
                'ap': number(sk.average_precision_score(one_hot, p, average=average))}, average=average.upper())
    labels, truth = randn(40, 3, seed=29), ints(0, 2, 40, 3, seed=30)
    for average in ('macro', 'weighted'):
        cases.add(f'rank/labels/{average}', [labels, truth], extra={
            'auc': number(sk.roc_auc_score(truth, labels, average=average)),
            'ap': number(sk.average_precision_score(truth, labels, average=average))}, average=average.upper())


def regression(cases):
    def add(case, p, y):
        values = {
            'mae': sk.mean_absolute_error(y, p), 'mse': sk.mean_squared_error(y, p), 'rmse': math.sqrt(sk.mean_squared_error(y, p)),  # over all numbers; squared=False is the mean over the outputs of theirs
            'mape': sk.mean_absolute_percentage_error(y, p), 'r2': sk.r2_score(y, p),
        }
        if (y > 0).all():
            values['logrmse'] = math.sqrt(np.mean((np.log(np.clip(p, 1, None)) - np.log(y)) ** 2))
        if (y > -1).all() and (p > -1).all():
            values['msle'] = sk.mean_squared_log_error(np.abs(y), np.abs(p))
        cases.add(f'regression/{case}', [torch.as_tensor(p), torch.as_tensor(y)], extra={k: number(v) for k, v in values.items()})

    y = randn(50, seed=31).numpy()
    add('plain', y + 0.3 * randn(50, seed=32).numpy(), y)
    add('far', 1e6 + y + 0.3 * randn(50, seed=32).numpy(), 1e6 + y)  # a variance that is small beside the mean
    add('outputs', randn(30, 3, seed=33).numpy(), randn(30, 3, seed=34).numpy())
    add('positive', (5 * rand(40, seed=35)).numpy(), (0.5 + 5 * rand(40, seed=36)).numpy())
    add('constant', randn(10, seed=37).numpy(), np.full(10, 0.1))
    add('met', np.full(10, 0.1), np.full(10, 0.1))


def segmentation(cases):
    scores, target = randn(3, 4, 6, 5, seed=41, dtype=torch.float32), ints(0, 4, 3, 6, 5, seed=42)
    target[ints(0, 9, 3, 6, 5, seed=43) == 0] = 255
    seen = target != 255
    predicted = scores.argmax(1)
    cases.add('miou', [scores, target], [number(sk.jaccard_score(target[seen], predicted[seen], average='macro'))], extra={
        'accuracy': number(sk.accuracy_score(target[seen], predicted[seen])),
        'f1': number(sk.f1_score(target[seen], predicted[seen], average='macro'))})


def perplexity(cases):
    logits, target = randn(4, 9, 7, seed=44, dtype=torch.float32), ints(0, 9, 4, 7, seed=45)
    target[1, 3:] = -100
    cases.add('perplexity', [logits, target], [torch.nn.functional.cross_entropy(logits.double(), target).exp()])


def overlap(a, b, crowd):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.
    own, other = (a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])
    return w * h / (own if crowd else own + other - w * h)


def coco(images, classes):
    """The twelve numbers, from images of (detections [x1 y1 x2 y2 label score], truths [x1 y1 x2 y2 label area crowd])."""
    ious, recalls = np.linspace(.5, .95, 10), np.linspace(0, 1, 101)

    def evaluate(low, high, limit):
        precision, recall = np.full((10, classes), np.nan), np.full((10, classes), np.nan)
        for label in range(classes):
            for t, threshold in enumerate(ious):
                marks, scores, positives = [], [], 0  # 1 hit, 0 miss, None does not count
                for detections, truths in images:
                    own = [g for g in truths if g[4] == label]
                    ignored = [bool(g[6]) or not low <= g[5] <= high for g in own]
                    positives += ignored.count(False)
                    used = [False] * len(own)
                    found = sorted((d for d in detections if d[4] == label), key=lambda d: -d[5])[:limit]
                    for d in found:
                        choice = None
                        for want in (False, True):  # objects that count before those that do not
                            best = threshold
                            for i, g in enumerate(own):
                                if ignored[i] == want and (not used[i] or g[6]):
                                    o = overlap(d, g, g[6])
                                    if o >= best:
                                        best, choice = o, i
                            if choice is not None:
                                break
                        if choice is not None:
                            used[choice] = True
                            marks.append(None if ignored[choice] else 1)
                        else:
                            area = (d[2] - d[0]) * (d[3] - d[1])
                            marks.append(0 if low <= area <= high else None)
                        scores.append(d[5])
                if positives == 0:
                    continue
                hits, misses, curve = 0, 0, []
                for i in np.argsort(-np.array(scores), kind='stable'):
                    hits += marks[i] == 1
                    misses += marks[i] == 0
                    curve.append((hits / positives, hits / max(1, hits + misses)))
                recall[t, label] = curve[-1][0] if curve else 0
                precision[t, label] = np.mean([max([p for r, p in curve if r >= least], default=0) for least in recalls])
        return precision, recall

    def mean(values):
        return np.nan if np.isnan(values).all() else np.nanmean(values)

    everything = evaluate(0, 1e10, 100)
    areas = [evaluate(0, 32 ** 2, 100), evaluate(32 ** 2, 96 ** 2, 100), evaluate(96 ** 2, 1e10, 100)]
    return [mean(everything[0]), mean(everything[0][0]), mean(everything[0][5]), *(mean(a[0]) for a in areas),
            mean(evaluate(0, 1e10, 1)[1]), mean(evaluate(0, 1e10, 10)[1]), mean(everything[1]), *(mean(a[1]) for a in areas)]


def detection(cases):
    for seed, crowds, most in ((0, 0, 6), (1, 0.3, 8), (2, 0.1, 40), (3, 0, 3)):
        random = np.random.default_rng(seed)
        images, rows, truth_rows = [], [], []
        for image in range(6):
            truths, detections = [], []
            for _ in range(random.integers(0, most)):
                x, y, size, stretch = random.uniform(0, 200), random.uniform(0, 200), random.choice([12., 50., 150.]), random.uniform(0.6, 1.6)
                box = [x, y, x + size * stretch, y + size / stretch]
                label, crowd = int(random.integers(0, 3)), float(random.uniform() < crowds)
                truths.append(box + [label, 0.8 * size * size, crowd])
                for _ in range(random.integers(0, 3)):  # found roughly, sometimes twice, sometimes as another class
                    moved = np.array(box) + random.normal(0, 0.08 * size, 4)
                    moved = [min(moved[0], moved[2]), min(moved[1], moved[3]), max(moved[0], moved[2]), max(moved[1], moved[3])]
                    detections.append(moved + [label if random.uniform() < 0.85 else int(random.integers(0, 3)), round(random.uniform(), 1)])
            for _ in range(random.integers(0, 4)):
                x, y, size = random.uniform(0, 200), random.uniform(0, 200), random.uniform(5, 120)
                detections.append([x, y, x + size, y + size, int(random.integers(0, 4)), round(random.uniform(), 1)])
            images.append((detections, truths))
            rows += [[image] + d for d in detections]
            truth_rows += [[image] + t for t in truths]
        cases.add(f'coco/{seed}', [torch.tensor(rows, dtype=torch.float64), torch.tensor(truth_rows, dtype=torch.float64)],
                  [torch.tensor(coco(images, 4), dtype=torch.float64)], images=6)


SENTENCES = [
    ('it is a guide to action which ensures that the military always obeys the commands of the party',
     ['it is a guide to action that ensures that the military will forever heed party commands',
      'it is the guiding principle which guarantees the military forces always being under the command of the party',
      'it is the practical guide for the army always to heed the directions of the party']),
    ('he read the book because he was interested in world history', ['he was interested in world history because he read the book']),
    ('the the the the the the the', ['the cat is on the mat', 'there is a cat on the mat']),
    ('a cat is on the mat today', ['the cat is on the mat']),
]


def course_bleu(prediction, label, k):
    """The formula of the course's section on sequence to sequence learning."""
    p, l = prediction.split(), label.split()
    score = math.exp(min(0, 1 - len(l) / len(p)))
    for n in range(1, min(k, len(p)) + 1):
        left = [tuple(l[i:i + n]) for i in range(len(l) - n + 1)]
        hits = 0
        for i in range(len(p) - n + 1):
            if tuple(p[i:i + n]) in left:
                left.remove(tuple(p[i:i + n]))
                hits += 1
        score *= (hits / (len(p) - n + 1)) ** (0.5 ** n)
    return score


def texts():
    """Blocks of text: BLEU with its sentences, classification reports with their confusion matrix."""
    blocks = []
    for name, chosen in (('all', SENTENCES), ('first', SENTENCES[:1]), ('clipped', SENTENCES[2:3]), ('short', [('the cat sat there', ['the cat sat down there'])])):
        candidates, references = [c.split() for c, _ in chosen], [[r.split() for r in rs] for _, rs in chosen]
        for order in (2, 4):
            weights = [1 / order] * order
            plain = corpus_bleu(references, candidates, weights, SmoothingFunction().method0)
            plain = 0. if plain < 1e-60 else plain  # NLTK takes the smallest number for a precision of 0
            smooth = corpus_bleu(references, candidates, weights, SmoothingFunction().method2)
            blocks.append(f'=== bleu/{name}/{order}\n{plain!r} {smooth!r}\n' + '\n'.join(c + ' | ' + ' | '.join(rs) for c, rs in chosen))
    for prediction, label, k in (('va !', 'va !', 2), ("j'ai perdu .", "j'ai perdu .", 2), ('il est riche .', 'il est calme .', 2),
                                 ('je suis mouillé !', 'je suis chez moi .', 2), ('je je', 'je suis', 3), ('va', 'va !', 4)):
        blocks.append(f'=== course/{prediction}/{k}\n{course_bleu(prediction, label, k)!r}\n{prediction} | {label}')
    for name, names, count, seed in (('two', ['no', 'yes'], 41, 51), ('long', ['T-shirt', 'a very long class name', 'bag'], 60, 52), ('ties', ['a', 'b', 'c'], 16, 53)):
        target, predicted = ints(0, len(names), count, seed=seed).numpy(), ints(0, len(names), count, seed=seed + 10).numpy()
        right = rand(count, seed=seed + 20).numpy() < 0.5
        predicted[right] = target[right]
        matrix = sk.confusion_matrix(target, predicted, labels=range(len(names)))
        rows = ';'.join(','.join(str(v) for v in row) for row in matrix)
        report = sk.classification_report(target, predicted, target_names=names, zero_division=0)
        blocks.append(f'=== report/{name}\n{",".join(names)}\n{rows}\n{report.rstrip()}')
    path = os.path.join(ROOT, TRAIN, 'metrics.txt')
    with open(path, 'w') as file:
        file.write('\n'.join(blocks) + '\n')
    print(f'{os.path.relpath(path, ROOT)}: {len(blocks)} texts, {os.path.getsize(path)} bytes')


cases = Cases(TRAIN + 'metrics.safetensors')
classification(cases)
ranking(cases)
regression(cases)
segmentation(cases)
perplexity(cases)
detection(cases)
cases.write()
texts()
