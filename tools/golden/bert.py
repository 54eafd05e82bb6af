"""BERT, RoBERTa and DistilBERT, written here from their papers with the names of Hugging Face's weights: states after each
layer, the pooler's vector, the logits of every head, losses, and gradients of some weights.

Weights and token ids are formulas of their names, as in `vision_models.py`; only results are stored. Texts have different
lengths, and nothing is dropped out.
"""
import math

import torch
from torch import nn
from torch.nn import functional as F

from cases import TEXT, Cases
from models import formula
from vision_models import weights

V, H, LAYERS, HEADS, INNER, LABELS = 50, 24, 2, 3, 40, 3
N, L = 3, 9
LENGTHS = (9, 6, 4)


class Part(nn.Module):
    """A module with submodules by name."""

    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)


def attend(q, k, v, allowed):
    """Scaled dot-product attention of all heads; allowed is [N, L]."""
    q, k, v = (t.reshape(N, L, HEADS, H // HEADS).transpose(1, 2) for t in (q, k, v))
    scores = q @ k.transpose(2, 3) / math.sqrt(H // HEADS)
    scores = scores.masked_fill(~allowed[:, None, None, :], -math.inf)
    return (scores.softmax(-1) @ v).transpose(1, 2).reshape(N, L, H)


class Layer(nn.Module):
    """A post-norm layer (Devlin et al., 2019, section 3; Vaswani et al., 2017)."""

    def __init__(self, eps):
        super().__init__()
        output = Part(dense=nn.Linear(H, H), LayerNorm=nn.LayerNorm(H, eps))
        self.attention = Part(output=output)
        setattr(self.attention, 'self', Part(query=nn.Linear(H, H), key=nn.Linear(H, H), value=nn.Linear(H, H)))
        self.intermediate = Part(dense=nn.Linear(H, INNER))
        self.output = Part(dense=nn.Linear(INNER, H), LayerNorm=nn.LayerNorm(H, eps))

    def forward(self, x, allowed):
        own = getattr(self.attention, 'self')
        y = self.attention.output.dense(attend(own.query(x), own.key(x), own.value(x), allowed))
        x = self.attention.output.LayerNorm(x + y)
        return self.output.LayerNorm(x + self.output.dense(F.gelu(self.intermediate.dense(x))))


class DistilledLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Part(q_lin=nn.Linear(H, H), k_lin=nn.Linear(H, H), v_lin=nn.Linear(H, H), out_lin=nn.Linear(H, H))
        self.sa_layer_norm = nn.LayerNorm(H, 1e-12)
        self.ffn = Part(lin1=nn.Linear(H, INNER), lin2=nn.Linear(INNER, H))
        self.output_layer_norm = nn.LayerNorm(H, 1e-12)

    def forward(self, x, allowed):
        a = self.attention
        x = self.sa_layer_norm(x + a.out_lin(attend(a.q_lin(x), a.k_lin(x), a.v_lin(x), allowed)))
        return self.output_layer_norm(x + self.ffn.lin2(F.gelu(self.ffn.lin1(x))))


class Encoder(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        eps = 1e-5 if kind == 'roberta' else 1e-12
        positions = {'bert': 16, 'roberta': 18, 'distilbert': 16}[kind]
        parts = dict(word_embeddings=nn.Embedding(V, H, padding_idx=1 if kind == 'roberta' else 0),
                     position_embeddings=nn.Embedding(positions, H, padding_idx=1 if kind == 'roberta' else None),
                     LayerNorm=nn.LayerNorm(H, eps))
        if kind != 'distilbert':
            parts['token_type_embeddings'] = nn.Embedding(2 if kind == 'bert' else 1, H)
        self.embeddings = Part(**parts)
        if kind == 'distilbert':
            self.transformer = Part(layer=nn.ModuleList(DistilledLayer() for _ in range(LAYERS)))
        else:
            self.encoder = Part(layer=nn.ModuleList(Layer(eps) for _ in range(LAYERS)))
            self.pooler = Part(dense=nn.Linear(H, H))

    def forward(self, ids, types, allowed):
        e = self.embeddings
        positions = torch.arange(L).expand(N, L)
        if self.kind == 'roberta':
            # Liu et al.'s code counts from the padding's index, 1, on; padding has its position
            tokens = (ids != 1).long()
            positions = tokens.cumsum(1) * tokens + 1
        x = e.word_embeddings(ids) + e.position_embeddings(positions)
        if self.kind != 'distilbert':
            x = x + e.token_type_embeddings(types)
        states = [e.LayerNorm(x)]
        for layer in (self.transformer if self.kind == 'distilbert' else self.encoder).layer:
            states.append(layer(states[-1], allowed))
        pooled = None if self.kind == 'distilbert' else self.pooler.dense(states[-1][:, 0]).tanh()
        return states, pooled


class Model(nn.Module):
    """The encoder and the heads, all of them."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        setattr(self, kind, Encoder(kind))
        self.qa_outputs = nn.Linear(H, 2)
        if kind == 'bert':
            transform = Part(dense=nn.Linear(H, H), LayerNorm=nn.LayerNorm(H, 1e-12))
            self.cls = Part(predictions=Part(transform=transform), seq_relationship=nn.Linear(H, 2))
            self.cls.predictions.bias = nn.Parameter(torch.zeros(V))
            self.classifier = nn.Linear(H, LABELS)
        elif kind == 'roberta':
            self.lm_head = Part(dense=nn.Linear(H, H), layer_norm=nn.LayerNorm(H, 1e-5))
            self.lm_head.bias = nn.Parameter(torch.zeros(V))
            self.classifier = Part(dense=nn.Linear(H, H), out_proj=nn.Linear(H, LABELS))
            self.tagger = nn.Linear(H, LABELS)
        else:
            self.vocab_transform = nn.Linear(H, H)
            self.vocab_layer_norm = nn.LayerNorm(H, 1e-12)
            self.vocab_projector = Part()
            self.vocab_projector.bias = nn.Parameter(torch.zeros(V))
            self.pre_classifier = nn.Linear(H, H)
            self.classifier = nn.Linear(H, LABELS)

    def forward(self, ids, types, allowed):
        encoder = getattr(self, self.kind)
        states, pooled = encoder(ids, types, allowed)
        x, table = states[-1], encoder.embeddings.word_embeddings.weight
        out = {f'hidden{i}': s for i, s in enumerate(states)}
        if self.kind == 'bert':
            p = self.cls.predictions
            out['mlm'] = p.transform.LayerNorm(F.gelu(p.transform.dense(x))) @ table.T + p.bias
            out['nsp'] = self.cls.seq_relationship(pooled)
            out['sequence'] = self.classifier(pooled)
            out['token'] = self.classifier(x)
        elif self.kind == 'roberta':
            p = self.lm_head
            out['mlm'] = p.layer_norm(F.gelu(p.dense(x))) @ table.T + p.bias
            out['sequence'] = self.classifier.out_proj(self.classifier.dense(x[:, 0]).tanh())
            out['token'] = self.tagger(x)
        else:
            out['mlm'] = self.vocab_layer_norm(F.gelu(self.vocab_transform(x))) @ table.T + self.vocab_projector.bias
            out['sequence'] = self.classifier(self.pre_classifier(x[:, 0]).relu())
            out['token'] = self.classifier(x)
        out['qa'] = self.qa_outputs(x)
        if pooled is not None:
            out['pooled'] = pooled
        return out


class CourseBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Part(W_q=nn.Linear(H, H), W_k=nn.Linear(H, H), W_v=nn.Linear(H, H), W_o=nn.Linear(H, H))
        self.addnorm1 = Part(ln=nn.LayerNorm(H))
        self.ffn = Part(dense1=nn.Linear(H, INNER), dense2=nn.Linear(INNER, H))
        self.addnorm2 = Part(ln=nn.LayerNorm(H))

    def forward(self, x, allowed):
        a = self.attention
        x = self.addnorm1.ln(x + a.W_o(attend(a.W_q(x), a.W_k(x), a.W_v(x), allowed)))
        return self.addnorm2.ln(x + self.ffn.dense2(self.ffn.dense1(x).relu()))


class Course(nn.Module):
    """The BERT of the course (d2l.ai, 14.8) with the names in its files."""

    def __init__(self):
        super().__init__()
        self.encoder = Part(token_embedding=nn.Embedding(V, H), segment_embedding=nn.Embedding(2, H),
                            blks=nn.Sequential(*(CourseBlock() for _ in range(LAYERS))))
        self.encoder.pos_embedding = nn.Parameter(torch.zeros(1, 16, H))
        self.hidden = nn.Sequential(nn.Linear(H, H), nn.Tanh())
        self.mlm = Part(mlp=nn.Sequential(nn.Linear(H, H), nn.ReLU(), nn.LayerNorm(H), nn.Linear(H, V)))
        self.nsp = Part(output=nn.Linear(H, 2))

    def forward(self, ids, types, allowed):
        e = self.encoder
        x = e.token_embedding(ids) + e.segment_embedding(types) + e.pos_embedding[:, :L]
        for block in e.blks:
            x = block(x, allowed)
        return {'hidden2': x, 'mlm': self.mlm.mlp(x), 'nsp': self.nsp.output(self.hidden(x[:, 0]))}


def run_course(file):
    net = Course().double()
    with torch.no_grad():
        for name, p in net.named_parameters():
            p.copy_(weights(name, p.shape))
    allowed = torch.arange(L)[None] < torch.tensor(LENGTHS)[:, None]
    ids, types = integers('ids', 2, V, N, L), integers('types', 0, 2, N, L)
    extra = {k: v.float() for k, v in net(ids, types, allowed).items()}
    extra.update(ids=ids, types=types, lengths=torch.tensor(LENGTHS))
    extra.update({f'state/{name}': torch.tensor(p.shape) for name, p in net.named_parameters()})
    file.add('course', extra=extra)


def integers(name, low, high, *shape):
    return (low + ((formula(name, shape) + 1) / 2 * (high - low)).floor()).long()


def run(file, kind):
    net = Model(kind).double()
    with torch.no_grad():
        for name, p in net.named_parameters():
            # a tagger's classifier has the name of a text's
            p.copy_(weights(name.replace('tagger.', 'classifier.'), p.shape))
    pad = 1 if kind == 'roberta' else 0
    allowed = torch.arange(L)[None] < torch.tensor(LENGTHS)[:, None]
    ids = integers('ids', 2, V, N, L).masked_fill(~allowed, pad)
    types = torch.zeros(N, L, dtype=torch.int64)
    if kind == 'bert':
        types = (integers('types', 0, 2, N, L)).masked_fill(~allowed, 0)
    masked = integers('masked', 0, 3, N, L) == 0
    mlm = torch.where(masked & allowed, integers('mlm', 2, V, N, L), torch.tensor(-100))
    tags = torch.where(allowed, integers('tags', 0, LABELS, N, L), torch.tensor(-100))
    classes = integers('classes', 0, LABELS, N)
    starts, ends = torch.tensor([1, 2, 30]), torch.tensor([4, 3, 2])
    out = net(ids, types, allowed)
    losses = {
        'mlm': F.cross_entropy(out['mlm'].flatten(0, 1), mlm.flatten()),
        'sequence': F.cross_entropy(out['sequence'], classes),
        'token': F.cross_entropy(out['token'].flatten(0, 1), tags.flatten()),
        'qa': sum(F.cross_entropy(out['qa'][..., i], t.clamp(0, L), ignore_index=L) for i, t in enumerate((starts, ends))) / 2,
    }
    if kind == 'bert':
        losses['nsp'] = F.cross_entropy(out['nsp'], torch.tensor([0, 1, 1]))
    extra = {k: v.float() for k, v in out.items()}
    extra.update(ids=ids, types=types, lengths=torch.tensor(LENGTHS), mlm_labels=mlm, tags=tags, classes=classes,
                 starts=starts, ends=ends)
    names = {k: n for k, n in (
        ('words', f'{kind}.embeddings.word_embeddings.weight'),
        ('positions', f'{kind}.embeddings.position_embeddings.weight'),
        ('query', f'{kind}.transformer.layer.0.attention.q_lin.weight' if kind == 'distilbert'
         else f'{kind}.encoder.layer.0.attention.self.query.weight'))}
    for k, loss in losses.items():
        extra[f'{k}_loss'] = loss.float()
    parameters = dict(net.named_parameters())
    grads = torch.autograd.grad(losses['mlm'], [parameters[n] for n in names.values()])
    for k, g in zip(names, grads):
        extra[f'grad_{k}'] = g.float()
    file.add(kind, extra=extra)


if __name__ == '__main__':
    file = Cases(TEXT + 'bert.safetensors')
    for kind in ('bert', 'roberta', 'distilbert'):
        run(file, kind)
    run_course(file)
    file.write()
