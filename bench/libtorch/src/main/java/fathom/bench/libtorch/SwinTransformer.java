package fathom.bench.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LinearOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * torchvision's Swin-T, for inference: without stochastic depth. Attention is computed from single operations, as
 * there; the mask of shifted windows, which torchvision computes in each call, is computed once.
 */
final class SwinTransformer extends Net {
    private static final int WINDOW = 7;
    private static final int[] DEPTHS = {2, 2, 6, 2};
    private static final int[] HEADS = {3, 6, 12, 24};
    private static final double EPS = 1e-5;

    private final Conv2dImpl patches = add(ConvNorm.convolution(3, 96, 4, 4, 0, 1, true));
    private final LayerNormImpl first = add(Perceptron.norm(96, EPS));
    private final List<Net> features = new ArrayList<>();
    private final LayerNormImpl norm;
    private final LinearImpl head;

    SwinTransformer(int side, int classes) {
        int width = 96;
        int tokens = side / 4;
        for (int i = 0; i < DEPTHS.length; i++) {
            for (int j = 0; j < DEPTHS[i]; j++) {
                features.add(new Block(width, HEADS[i], tokens, j % 2 == 0 || tokens == WINDOW ? 0 : WINDOW / 2));
            }
            if (i + 1 < DEPTHS.length) {
                features.add(new Merging(width));
                width *= 2;
                tokens /= 2;
            }
        }
        features.forEach(this::add);
        norm = add(Perceptron.norm(width, EPS));
        head = add(new LinearImpl(width, classes));
    }

    @Override
    Tensor forward(Tensor x) {
        Tensor y = then(then(patches.forward(x), z -> z.permute(0, 2, 3, 1)), first::forward);
        y = then(then(y, z -> sequence(z, features)), norm::forward);
        return then(pooled(then(y, z -> z.permute(0, 3, 1, 2))), head::forward);
    }

    /** 2 x 2 tokens become one of twice the width. */
    private static final class Merging extends Net {
        private final LayerNormImpl norm;
        private final LinearImpl reduction;

        Merging(int width) {
            norm = add(Perceptron.norm(4 * width, EPS));
            var options = new LinearOptions(4L * width, 2L * width);
            options.bias().put(false);
            reduction = add(new LinearImpl(options));
        }

        @Override
        Tensor forward(Tensor x) {
            long n = x.size(0);
            long side = x.size(1) / 2;
            long width = x.size(3);
            Tensor y = x.view(n, side, 2, side, 2, width).permute(0, 1, 3, 4, 2, 5).reshape(n, side, side, 4 * width);
            return then(then(y, norm::forward), reduction::forward);
        }
    }

    /** Attention within windows and a feed-forward network, each after layer norm. */
    private static final class Block extends Net {
        private final LayerNormImpl norm1;
        private final Tensor biases;
        private final Tensor index;
        private final LinearImpl projections;
        private final LinearImpl output;
        private final LayerNormImpl norm2;
        private final Perceptron mlp;
        private final int heads;
        private final int shift;
        private final @Nullable Tensor mask;
        private final Scalar scale;

        Block(int width, int heads, int tokens, int shift) {
            this.heads = heads;
            this.shift = shift;
            norm1 = add(Perceptron.norm(width, EPS));
            biases = parameter(torch.zeros((2L * WINDOW - 1) * (2L * WINDOW - 1), heads));
            projections = add(new LinearImpl(width, 3L * width));
            output = add(new LinearImpl(width, width));
            norm2 = add(Perceptron.norm(width, EPS));
            mlp = add(new Perceptron(width, 4 * width));
            index = offsets();
            mask = shift == 0 ? null : mask(tokens, shift);
            scale = new Scalar(1 / Math.sqrt((double) width / heads));
        }

        /** {@return the row of the table of biases for each pair of tokens of a window} */
        private static Tensor offsets() {
            int tokens = WINDOW * WINDOW;
            var rows = new long[tokens * tokens];
            for (int i = 0; i < tokens; i++) {
                for (int j = 0; j < tokens; j++) {
                    int down = i / WINDOW - j / WINDOW + WINDOW - 1;
                    int right = i % WINDOW - j % WINDOW + WINDOW - 1;
                    rows[i * tokens + j] = (long) down * (2 * WINDOW - 1) + right;
                }
            }
            return Tensor.create(rows);
        }

        /** {@return -100 for tokens that were no neighbours before the shift, [windows, 1, 49, 49]} */
        private static Tensor mask(int side, int shift) {
            int across = side / WINDOW;
            int tokens = WINDOW * WINDOW;
            var values = new float[across * across * tokens * tokens];
            int at = 0;
            for (int w = 0; w < across * across; w++) {
                for (int i = 0; i < tokens; i++) {
                    for (int j = 0; j < tokens; j++) {
                        values[at++] = region(w, i, across, shift) == region(w, j, across, shift) ? 0 : -100;
                    }
                }
            }
            return Tensor.create(values).view(across * across, 1, tokens, tokens);
        }

        private static int region(int window, int token, int across, int shift) {
            int row = window / across * WINDOW + token / WINDOW;
            int column = window % across * WINDOW + token % WINDOW;
            return 3 * part(row, across, shift) + part(column, across, shift);
        }

        private static int part(int at, int across, int shift) {
            int side = across * WINDOW;
            return at < side - WINDOW ? 0 : at < side - shift ? 1 : 2;
        }

        @Override
        Tensor forward(Tensor x) {
            Tensor y = then(norm1.forward(x), this::attention);
            y = then(y, z -> x.add(z));
            return plus(then(norm2.forward(y), mlp::forward), y);
        }

        private Tensor attention(Tensor x) {
            long n = x.size(0);
            long side = x.size(1);
            long width = x.size(3);
            long across = side / WINDOW;
            long tokens = (long) WINDOW * WINDOW;
            Tensor shifted = shift == 0 ? x.alias() : torch.roll(x, new long[] {-shift, -shift}, 1, 2);
            // [N windows, 49, C]
            Tensor windows =
                    then(
                            shifted,
                            s ->
                                    s.view(n, across, WINDOW, across, WINDOW, width)
                                            .permute(0, 1, 3, 2, 4, 5)
                                            .reshape(n * across * across, tokens, width));
            // [3, N windows, heads, 49, C / heads]
            Tensor parts =
                    then(
                            then(windows, projections::forward),
                            p ->
                                    p.reshape(n * across * across, tokens, 3, heads, width / heads)
                                            .permute(2, 0, 3, 1, 4));
            Tensor weighted = then(parts, p -> weighted(p, n)); // [N windows, heads, 49, C / heads]
            Tensor mapped =
                    then(
                            then(weighted, w -> w.transpose(1, 2).reshape(n * across * across, tokens, width)),
                            output::forward);
            Tensor y =
                    then(
                            mapped,
                            m ->
                                    m.view(n, across, across, WINDOW, WINDOW, width)
                                            .permute(0, 1, 3, 2, 4, 5)
                                            .reshape(n, side, side, width));
            return shift == 0 ? y : then(y, z -> torch.roll(z, new long[] {shift, shift}, 1, 2));
        }

        private Tensor weighted(Tensor parts, long pictures) {
            long tokens = (long) WINDOW * WINDOW;
            Tensor scores = then(parts.select(0, 0).mul(scale), q -> q.matmul(parts.select(0, 1).transpose(-2, -1)));
            Tensor bias = biases.index_select(0, index).view(tokens, tokens, heads).permute(2, 0, 1).contiguous();
            scores = then(scores, s -> s.add(bias.unsqueeze(0)));
            if (mask != null) {
                long windows = mask.size(0);
                scores =
                        then(
                                scores,
                                s ->
                                        s.view(pictures, windows, heads, tokens, tokens)
                                                .add(mask.unsqueeze(0))
                                                .view(-1, heads, tokens, tokens));
            }
            return then(then(scores, s -> s.softmax(-1)), s -> s.matmul(parts.select(0, 2)));
        }
    }
}
