package fathom.vision.pretraining;

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.norm.LayerNorm;
import fathom.nn.transformer.TransformerEncoderLayer;
import fathom.nn.transformer.TransformerOptions;
import fathom.vision.models.VisionTransformer;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * A masked autoencoder (He et al., 2021): a vision transformer encodes the few patches of an image that are not hidden,
 * and a small decoder, which is thrown away after the training, reconstructs the others from them.
 *
 * {@snippet :
 * var vit = VisionTransformer.vit_tiny(o -> o.imageSize(28).channels(1).classes(10));
 * var mae = new MaskedAutoencoder(vit);
 * var task = new Task<>(Batch.class, mae) {
 *     @Override
 *     public Losses step(Batch batch) {
 *         return Losses.of("loss", mae.loss(batch.x()));
 *     }
 * };
 * new Trainer(task).fit(loader, Epochs.of(20));   // then train vit with labels
 * }
 *
 * <p>The decoder receives the encoded patches, and a learned token in the place of each hidden one, with fixed
 * positions of sines and cosines; it predicts the pixels of all patches. The loss is the mean squared error of the
 * hidden patches alone, whose pixels are normalised by their own mean and standard deviation unless {@link
 * Options#normalizePixels} says otherwise. The transformer's learned positions begin as sines and cosines, too.
 *
 * @see <a href="https://arxiv.org/abs/2111.06377">Masked Autoencoders Are Scalable Vision Learners</a>
 */
public final class MaskedAutoencoder extends Layer {
    /** What is added to the variance of a patch, as the authors do. */
    private static final double EPS = 1e-6;

    private static final double STD = 0.02;

    private final VisionTransformer encoder;
    private final Linear decoderEmbed;

    /** In the place of hidden patches, {@code [1, 1, width]}. */
    private final Tensor maskToken;

    /** The positions of the class token, zeros, and of the patches, {@code [1, patches + 1, width]}. */
    private final Tensor decoderPosEmbed;

    private final Sequential decoderBlocks = new Sequential();
    private final LayerNorm decoderNorm;
    private final Linear decoderPred;

    private final transient int grid;
    private final transient int patch;
    private final transient int channels;
    private final transient double maskRatio;
    private final transient boolean normalizesPixels;

    /** An autoencoder with the defaults of {@link Options}. */
    public MaskedAutoencoder(VisionTransformer encoder) {
        this(encoder, o -> {});
    }

    /**
     * An autoencoder.
     *
     * @param encoder the network to pretrain, which is shared; its positions are initialised anew
     * @param options {@code o -> o.maskRatio(0.6).decoderWidth(128)}
     */
    public MaskedAutoencoder(VisionTransformer encoder, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        this.encoder = encoder;
        Tensor projection = parameter(encoder, "conv_proj.weight");
        Tensor learned = parameter(encoder, "encoder.pos_embedding");
        int hidden = (int) projection.size(0);
        channels = (int) projection.size(1);
        patch = (int) projection.size(2);
        grid = (int) Math.round(Math.sqrt(learned.size(1) - 1));
        maskRatio = o.maskRatio;
        normalizesPixels = o.normalizesPixels;
        if (visible() < 1 || visible() == patches()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "MaskedAutoencoder: a mask ratio of %s leaves %d of %d patches visible; at least one must be, and one hidden",
                            maskRatio,
                            visible(),
                            patches()));
        }
        if (hidden % 4 != 0 || o.width % 4 != 0 || o.width % o.heads != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "MaskedAutoencoder: the widths of both networks must be multiples of 4, and the decoder's of its %d heads, are %d and %d",
                            o.heads,
                            hidden,
                            o.width));
        }
        try (var _ = Autograd.noGrad()) {
            learned.copy_(positions(grid, hidden));
        }
        decoderEmbed = linear(hidden, o.width);
        maskToken = parameter(Init.normal_(Tensors.zeros(1, 1, o.width), 0, STD));
        decoderPosEmbed = buffer(positions(grid, o.width));
        for (int i = 0; i < o.layers; i++) {
            decoderBlocks.add(Integer.toString(i), block(o));
        }
        decoderNorm = new LayerNorm(o.width, n -> n.eps(EPS));
        decoderPred = linear(o.width, (long) patch * patch * channels);
    }

    private static Tensor parameter(VisionTransformer net, String name) {
        return Objects.requireNonNull(net.namedParameters().get(name), name);
    }

    private static TransformerEncoderLayer block(Options o) {
        return new TransformerEncoderLayer(
                o.width,
                o.heads,
                t ->
                        t.dimFeedforward(4L * o.width)
                                .dropout(0)
                                .activation(TransformerOptions.Activation.GELU)
                                .layerNormEps(EPS)
                                .batchFirst(true)
                                .normFirst(true));
    }

    private static Linear linear(long in, long out) {
        var linear = new Linear(in, out);
        Init.xavierUniform_(linear.weight);
        if (linear.bias != null) {
            Init.zeros_(linear.bias);
        }
        return linear;
    }

    /** Options of a masked autoencoder. */
    public static final class Options {
        private double maskRatio = 0.75;
        private int width = 96;
        private int layers = 2;
        private int heads = 3;
        private boolean normalizesPixels = true;

        private Options() {}

        /** The share of patches that are hidden, rounded up to whole patches; 0.75 unless set. */
        public Options maskRatio(double ratio) {
            if (!(ratio > 0 && ratio < 1)) {
                throw new IllegalArgumentException(
                        "MaskedAutoencoder: the mask ratio must be above 0 and below 1, is " + ratio);
            }
            this.maskRatio = ratio;
            return this;
        }

        /** The width of the decoder's tokens; 96 unless set (the paper's: 512). */
        public Options decoderWidth(int width) {
            this.width = positive("decoderWidth", width);
            return this;
        }

        /** The number of the decoder's blocks; 2 unless set (the paper's: 8). */
        public Options decoderLayers(int layers) {
            this.layers = positive("decoderLayers", layers);
            return this;
        }

        /** The number of the decoder's attention heads; 3 unless set (the paper's: 16). */
        public Options decoderHeads(int heads) {
            this.heads = positive("decoderHeads", heads);
            return this;
        }

        /** Whether to reconstruct pixels normalised by their patch's mean and deviation; true unless set. */
        public Options normalizePixels(boolean normalize) {
            this.normalizesPixels = normalize;
            return this;
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "MaskedAutoencoder: %s must be at least 1, is %d", name, value));
            }
            return value;
        }
    }

    /**
     * Positions of a square grid (He et al., 2021, after Vaswani et al., 2017): of the width's first half, sines and
     * cosines of the column at wavelengths from 2 pi to 10,000 times 2 pi; of the second half, of the row.
     *
     * @return float32 {@code [1, grid grid + 1, width]}, after zeros for the class token
     */
    static Tensor positions(int grid, int width) {
        int waves = width / 4;
        var values = new float[(grid * grid + 1) * width];
        for (int i = 0; i < grid * grid; i++) {
            for (int k = 0; k < waves; k++) {
                double omega = Math.pow(10_000, -(double) k / waves);
                int at = (i + 1) * width + k;
                double column = i % grid * omega;
                double row = (double) (i / grid) * omega;
                values[at] = (float) Math.sin(column);
                values[at + waves] = (float) Math.cos(column);
                values[at + 2 * waves] = (float) Math.sin(row);
                values[at + 3 * waves] = (float) Math.cos(row);
            }
        }
        return Tensors.tensor(values).reshape(1, (long) grid * grid + 1, width);
    }

    /** {@return the transformer that is pretrained} */
    public VisionTransformer encoder() {
        return encoder;
    }

    /** {@return the number of patches of an image} */
    public int patches() {
        return grid * grid;
    }

    /** {@return the number of patches that the encoder sees} */
    public int visible() {
        return (int) (patches() * (1 - maskRatio));
    }

    // ---- the training ---------------------------------------------------------------------------------------------

    /**
     * Predictions for images of which patches are hidden.
     *
     * @param patches the predicted pixels of all patches, {@code [N, patches, P P C]}: normalised ones by default
     * @param hidden whether a patch was hidden, bool {@code [N, patches]}
     */
    public record Reconstruction(Tensor patches, Tensor hidden) {}

    /**
     * {@return predictions with other hidden patches for each image, drawn at random}
     *
     * @param x images, {@code [N, C, H, W]}
     */
    public Reconstruction reconstruct(Tensor x) {
        return reconstruct(x, x.device().with(() -> Tensors.rand(x.size(0), patches())));
    }

    /**
     * {@return predictions with given hidden patches}
     *
     * @param order a number for each patch, {@code [N, patches]}: those with the least are visible
     */
    public Reconstruction reconstruct(Tensor x, Tensor order) {
        if (order.dim() != 2 || order.size(0) != x.size(0) || order.size(1) != patches()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "MaskedAutoencoder: expected an order of shape [%d, %d], got %s",
                            x.size(0),
                            patches(),
                            order.shape()));
        }
        Tensor shuffled = order.detach().argsort(1);
        Tensor places = shuffled.argsort(1); // of each patch in the shuffled order
        Tensor encoded = decoderEmbed.call(encoder.encode(x, shuffled.narrow(1, 0, visible())));
        long n = x.size(0);
        long width = encoded.size(2);
        Tensor seen = encoded.narrow(1, 1, visible());
        Tensor tokens = Tensors.cat(List.of(seen, maskToken.expand(n, patches() - (long) visible(), width)), 1);
        Tensor ordered = tokens.gather(1, places.unsqueeze(2).expand(n, patches(), width));
        Tensor y = Tensors.cat(List.of(encoded.narrow(1, 0, 1), ordered), 1).add(decoderPosEmbed);
        Tensor predicted = decoderPred.call(decoderNorm.call(decoderBlocks.call(y)));
        return new Reconstruction(predicted.narrow(1, 1, patches()), places.ge(visible()));
    }

    /** {@return the mean squared error of the hidden patches, drawn at random: a number} */
    public Tensor loss(Tensor x) {
        return loss(x, reconstruct(x));
    }

    /** {@return the mean squared error of a reconstruction's hidden patches} */
    public Tensor loss(Tensor x, Reconstruction reconstruction) {
        Tensor error = reconstruction.patches().sub(target(x)).square().mean(2);
        Tensor hidden = reconstruction.hidden().to(error.dtype());
        return error.mul(hidden).sum().div(hidden.sum());
    }

    /** {@return the pixels to reconstruct, {@code [N, patches, P P C]}} */
    private Tensor target(Tensor x) {
        Tensor pixels = patchify(x);
        return normalizesPixels ? pixels.sub(pixels.mean(2, KeepDim.KEEP_DIM)).div(deviation(pixels)) : pixels;
    }

    private static Tensor deviation(Tensor pixels) {
        return pixels.var(2, KeepDim.KEEP_DIM).add(EPS).sqrt();
    }

    /** {@return the predicted pixels of all patches, random ones of which are hidden: {@code [N, patches, P P C]}} */
    @Override
    public Tensor forward(Tensor x) {
        return reconstruct(x).patches();
    }

    // ---- images ---------------------------------------------------------------------------------------------------

    /** {@return the pixels of the patches of images, row by row, {@code [N, patches, P P C]}, channels last} */
    public Tensor patchify(Tensor x) {
        long n = x.size(0);
        return x.reshape(n, channels, grid, patch, grid, patch)
                .permute(0, 2, 4, 3, 5, 1)
                .reshape(n, patches(), (long) patch * patch * channels);
    }

    /** {@return the images of patches, the inverse of {@link #patchify}: {@code [N, C, H, W]}} */
    public Tensor unpatchify(Tensor pixels) {
        long n = pixels.size(0);
        long side = (long) grid * patch;
        return pixels.reshape(n, grid, grid, patch, patch, channels)
                .permute(0, 5, 1, 3, 2, 4)
                .reshape(n, channels, side, side);
    }

    /** {@return images whose hidden patches have one value, such as 0.5} */
    public Tensor masked(Tensor x, Reconstruction reconstruction, double value) {
        Tensor pixels = patchify(x);
        return unpatchify(pixels.where(reconstruction.hidden().logicalNot().unsqueeze(2), value));
    }

    /**
     * {@return images whose hidden patches are the predicted ones} Where pixels are normalised, a patch receives the
     * true mean and deviation, which the network does not predict.
     */
    public Tensor reconstructed(Tensor x, Reconstruction reconstruction) {
        Tensor pixels = patchify(x);
        Tensor predicted = reconstruction.patches().to(pixels.dtype());
        if (normalizesPixels) {
            predicted = predicted.mul(deviation(pixels)).add(pixels.mean(2, KeepDim.KEEP_DIM));
        }
        return unpatchify(Tensors.where(reconstruction.hidden().unsqueeze(2), predicted, pixels));
    }

    /**
     * {@return what the encoder makes of whole images: the mean of their patches' tokens, float32 {@code [N, hidden]}}
     */
    public Tensor features(Tensor x) {
        return features(encoder, x);
    }

    /** {@return the mean of the tokens of the patches of images, float32 {@code [N, hidden]}} */
    public static Tensor features(VisionTransformer encoder, Tensor x) {
        Tensor tokens = encoder.encode(x);
        return tokens.narrow(1, 1, tokens.size(1) - 1).mean(1).to(DType.FLOAT32);
    }
}
