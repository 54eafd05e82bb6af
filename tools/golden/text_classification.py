"""Classifiers of texts and of pairs of texts: logits, losses, and gradients of all weights.

Each text is computed alone and without padding, so that equal results show that padding has no part in them. Weights and
token indices are formulas of their names, as in `vision_models.py`; only results are stored. Nothing is dropped out.
"""
import torch
from torch import nn
from torch.nn import functional as F

from cases import TEXT, Cases
from models import formula
from vision_models import weights

WORDS, D, H, CLASSES, PAD, T = 30, 6, 10, 3, 1, 14


def perceptron(inputs):
    return nn.Sequential(nn.Dropout(0), nn.Linear(inputs, H), nn.ReLU(), nn.Dropout(0), nn.Linear(H, H), nn.ReLU())


class DecomposableAttention(nn.Module):
    """Parikh et al., 2016, sections 3.1 to 3.3; with intra, section 3.4."""

    def __init__(self, intra):
        super().__init__()
        width = 2 * D if intra else D
        self.embedding = nn.Embedding(WORDS, D)
        if intra:
            self.intra = nn.Module()
            self.intra.score = perceptron(D)
            self.intra.distance = nn.Parameter(torch.zeros(21))
        self.attend, self.compare, self.aggregate = perceptron(width), perceptron(2 * width), perceptron(2 * H)
        self.linear = nn.Linear(H, CLASSES)

    def words(self, text):
        a = self.embedding(text)
        if not hasattr(self, 'intra'):
            return a
        f = self.intra.score(a)
        n = len(text)
        bias = [[self.intra.distance[max(-10, min(10, i - j)) + 10] for j in range(n)] for i in range(n)]
        scores = f @ f.T + torch.stack([torch.stack(row) for row in bias])
        return torch.cat([a, scores.softmax(1) @ a], 1)

    def forward(self, first, second):
        a, b = self.words(first), self.words(second)
        e = self.attend(a) @ self.attend(b).T
        beta, alpha = e.softmax(1) @ b, e.T.softmax(1) @ a
        v1 = self.compare(torch.cat([a, beta], 1)).sum(0)
        v2 = self.compare(torch.cat([b, alpha], 1)).sum(0)
        return self.linear(self.aggregate(torch.cat([v1, v2])))


class TextCNN(nn.Module):
    """Kim, 2014. A text that is shorter than a window is followed by zeros."""

    def __init__(self, widths):
        super().__init__()
        self.embedding, self.constant_embedding = nn.Embedding(WORDS, D), nn.Embedding(WORDS, D - 2)
        self.convs = nn.ModuleList(nn.Conv1d(2 * D - 2, 4, w) for w in widths)
        self.decoder = nn.Linear(4 * len(widths), CLASSES)

    def forward(self, text):
        x = torch.cat([self.embedding(text), self.constant_embedding(text)], 1).T[None]
        found = []
        for conv in self.convs:
            short = max(0, conv.kernel_size[0] - x.shape[2])
            found.append(conv(F.pad(x, (0, short))).relu().amax(2)[0])
        return self.decoder(torch.cat(found))


class SentimentRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, D)
        self.encoder = nn.LSTM(D, 5, num_layers=2, bidirectional=True, batch_first=True)
        self.decoder = nn.Linear(20, CLASSES)

    def forward(self, text):
        states = self.encoder(self.embedding(text)[None])[0][0]
        return self.decoder(torch.cat([states[0], states[-1]]))


def add(cases, name, net, *lengths):
    """The texts of a field are the first tokens of rows [N, T]; the others are padding."""
    net.double()
    with torch.no_grad():
        for key, p in net.named_parameters():
            p.copy_(weights(key, p.shape))
    n = len(lengths[0])
    fields = [((formula(f'{name}.{f}', (n, T)) + 1) / 2 * (WORDS - 2)).long() + 2 for f in range(len(lengths))]
    logits = torch.stack([net(*(fields[f][i, :of[i]] for f, of in enumerate(lengths))) for i in range(n)])
    loss = F.cross_entropy(logits, torch.arange(n) % CLASSES)
    loss.backward()
    extra = {'logits': logits, 'loss': loss}
    extra.update({f'grad:{key}': p.grad for key, p in net.named_parameters()})
    for f, of in enumerate(lengths):
        extra[f'lengths{f}'] = torch.tensor(of)
    cases.add(name, extra=extra)


def main():
    cases = Cases(TEXT + 'text_classification.safetensors')
    first, second = (14, 4, 1, 6), (5, 13, 2, 6)
    add(cases, 'attention', DecomposableAttention(False), first, second)
    add(cases, 'intra', DecomposableAttention(True), first, second)
    add(cases, 'cnn', TextCNN((1, 3, 4)), first)
    add(cases, 'rnn', SentimentRNN(), first)
    cases.write()


if __name__ == '__main__':
    main()
