"""A masked autoencoder (He et al., 2021) on torchvision's vision transformer: predictions, loss, gradients, positions.

Weights, images and the order of patches are made by the formula of `models.py`.
"""
import numpy as np
import torch
from torch import nn
from torchvision.models.vision_transformer import VisionTransformer

from cases import VISION, Cases
from models import fill, formula

SIDE, PATCH, HIDDEN, WIDTH, N = 12, 4, 16, 12, 2


def positions(grid, width):
    """The authors' table: of the first half of the width the column, of the second the row."""
    def axis(at, n):
        omega = 1 / 10000 ** (np.arange(n // 2) / (n / 2))
        angles = np.einsum('m,d->md', at.reshape(-1), omega)
        return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
    columns, rows = np.meshgrid(np.arange(grid, dtype=float), np.arange(grid, dtype=float))
    table = np.concatenate([axis(columns, width // 2), axis(rows, width // 2)], axis=1)
    return torch.from_numpy(np.concatenate([np.zeros([1, width]), table], axis=0)).unsqueeze(0)


class MaskedAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = VisionTransformer(SIDE, PATCH, 2, 2, HIDDEN, 32, num_classes=5)
        self.patches = (SIDE // PATCH) ** 2
        self.visible = int(self.patches * 0.25)
        self.decoder_embed = nn.Linear(HIDDEN, WIDTH)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, WIDTH))
        self.register_buffer('decoder_pos_embed', positions(SIDE // PATCH, WIDTH).float())
        self.decoder_blocks = nn.Sequential(*[
            nn.TransformerEncoderLayer(WIDTH, 3, 4 * WIDTH, 0, 'gelu', 1e-6, True, True) for _ in range(2)])
        self.decoder_norm = nn.LayerNorm(WIDTH, eps=1e-6)
        self.decoder_pred = nn.Linear(WIDTH, PATCH * PATCH * 3)

    def forward(self, x, order):
        n = len(x)
        shuffled = order.argsort(1)
        places = shuffled.argsort(1)
        e = self.encoder
        tokens = torch.cat([e.class_token.expand(n, -1, -1), e._process_input(x)], 1) + e.encoder.pos_embedding
        kept = shuffled[:, :self.visible]
        seen = torch.gather(tokens[:, 1:], 1, kept.unsqueeze(2).expand(-1, -1, HIDDEN))
        encoded = self.decoder_embed(e.encoder.ln(e.encoder.layers(torch.cat([tokens[:, :1], seen], 1))))
        mask_tokens = self.mask_token.expand(n, self.patches - self.visible, -1)
        y = torch.cat([encoded[:, 1:], mask_tokens], 1)
        y = torch.gather(y, 1, places.unsqueeze(2).expand(-1, -1, WIDTH))
        y = torch.cat([encoded[:, :1], y], 1) + self.decoder_pos_embed
        y = self.decoder_pred(self.decoder_norm(self.decoder_blocks(y)))[:, 1:]
        return y, places >= self.visible


def patchify(x):
    n, c, h, w = x.shape
    y = x.reshape(n, c, h // PATCH, PATCH, w // PATCH, PATCH)
    return torch.einsum('nchpwq->nhwpqc', y).reshape(n, -1, PATCH * PATCH * c)


def main():
    cases = Cases(VISION + 'masked_autoencoder.safetensors')
    net = fill(MaskedAutoencoder())
    x = formula('images', (N, 3, SIDE, SIDE))
    order = formula('order', (N, net.patches))
    predicted, hidden = net(x, order)
    target = patchify(x)
    target = (target - target.mean(2, keepdim=True)) / (target.var(2, keepdim=True) + 1e-6).sqrt()
    loss = (((predicted - target) ** 2).mean(2) * hidden).sum() / hidden.sum()
    loss.backward()
    parameters = dict(net.named_parameters())
    extra = {'predicted': predicted, 'hidden': hidden, 'loss': loss, 'positions': positions(3, 16)}
    for name in ('encoder.class_token', 'encoder.conv_proj.weight', 'encoder.encoder.pos_embedding', 'mask_token',
                 'encoder.encoder.layers.encoder_layer_1.mlp.0.weight', 'decoder_embed.weight',
                 'decoder_blocks.0.self_attn.in_proj_weight', 'decoder_pred.bias'):
        extra['grad:' + name] = parameters[name].grad.flatten()[:64]
    cases.add('mae', extra=extra)
    cases.write()


if __name__ == '__main__':
    main()
