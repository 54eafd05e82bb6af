package fathom.vision.models;

import fathom.Tensor;
import fathom.nn.Flatten;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.LayerNorm;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.vision.layers.MLPBlock;
import fathom.vision.layers.PatchMerging;
import fathom.vision.layers.Permute;
import fathom.vision.layers.ShiftedWindowAttention;
import fathom.vision.layers.StochasticDepth;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Swin Transformers (Liu et al., 2021) in torchvision's layout: parameters have the same names and shapes, so its
 * weight files load as they are. Patches of 4 x 4 pixels are tokens, which attend to each other within windows of 7 x
 * 7; every second block shifts the windows. Four stages, between which 2 x 2 tokens become one. {@code [N, 3, H, W]}
 * becomes {@code [N, 1000]}.
 *
 * @see <a href="https://arxiv.org/abs/2103.14030">Swin Transformer: Hierarchical Vision Transformer using Shifted
 *     Windows</a>
 */
public final class SwinTransformer extends ImageClassifier<SwinTransformer> {
    private static final double WEIGHT_STD = 0.02;

    private final Sequential features = new Sequential();
    private final LayerNorm norm;
    private final Permute permute = new Permute(0, 3, 1, 2);
    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(1, 1);
    private final Flatten flatten = new Flatten();

    /** The head, from {@code [N, C]} to logits; may be replaced. */
    public Layer head;

    private SwinTransformer(Options o) {
        super("head");
        features.add(
                new Sequential(
                        new Conv2d(o.channels(), o.embedDim, 4, c -> c.stride(4)),
                        new Permute(0, 2, 3, 1),
                        new LayerNorm(o.embedDim)));
        int blocks = Arrays.stream(o.depths).sum();
        int block = 0;
        int width = o.embedDim;
        for (int i = 0; i < o.depths.length; i++) {
            var stage = new Sequential();
            for (int j = 0; j < o.depths[i]; j++) {
                double drop = blocks > 1 ? o.stochasticDepth * block++ / (blocks - 1) : 0;
                stage.add(new SwinTransformerBlock(width, o.heads[i], j % 2 == 0 ? 0 : o.window / 2, drop, o));
            }
            features.add(stage);
            if (i + 1 < o.depths.length) {
                features.add(new PatchMerging(width));
                width *= 2;
            }
        }
        norm = new LayerNorm(width);
        head = new Linear(width, o.classes());
        blocks(Linear.class).forEach(SwinTransformer::initialize);
    }

    private static void initialize(Linear linear) {
        Init.truncNormal_(linear.weight, 0, WEIGHT_STD, -2, 2);
        if (linear.bias != null) {
            Init.zeros_(linear.bias);
        }
    }

    /** Options of Swin Transformers; torchvision's defaults. */
    public static final class Options extends ClassifierOptions<Options> {
        private int embedDim = 96;
        private int window = 7;
        private int[] depths;
        private int[] heads = {3, 6, 12, 24};
        private double mlpRatio = 4;
        private double stochasticDepth;
        private double attentionDropout;

        private Options(double stochasticDepth, int... depths) {
            super(0);
            this.stochasticDepth = stochasticDepth;
            this.depths = depths;
        }

        /** The width of tokens in the first stage, which doubles with each stage; 96 unless set. */
        public Options embedDim(int embedDim) {
            this.embedDim = positive("embedDim", embedDim);
            return this;
        }

        /** The side of the windows in tokens; 7 unless set. */
        public Options window(int window) {
            this.window = positive("window", window);
            return this;
        }

        /** The numbers of blocks of the stages and of their attention heads. */
        public Options stages(int[] depths, int[] heads) {
            if (depths.length != heads.length || depths.length == 0) {
                throw new IllegalArgumentException(
                        "SwinTransformer: expected as many depths as numbers of heads, got %s and %s"
                                .formatted(Arrays.toString(depths), Arrays.toString(heads)));
            }
            this.depths = depths.clone();
            this.heads = heads.clone();
            return this;
        }

        /** The hidden units of the feed-forward networks for each channel of a token; 4 unless set. */
        public Options mlpRatio(double ratio) {
            this.mlpRatio = ratio;
            return this;
        }

        /** The probability of dropping the last block's branches in training; that of earlier blocks grows linearly. */
        public Options stochasticDepth(double probability) {
            this.stochasticDepth = probability;
            return this;
        }

        /** The dropout probability of attention weights; 0 unless set. */
        public Options attentionDropout(double dropout) {
            this.attentionDropout = dropout;
            return this;
        }
    }

    /**
     * A block: attention within windows, then a feed-forward network of each token, each after a layer norm and added
     * to its input. {@code [N, H, W, C]} keeps its shape.
     */
    private static final class SwinTransformerBlock extends Layer {
        private final LayerNorm norm1;
        private final ShiftedWindowAttention attn;
        private final StochasticDepth stochasticDepth;
        private final LayerNorm norm2;
        private final MLPBlock mlp;

        SwinTransformerBlock(int width, int heads, int shift, double drop, Options o) {
            norm1 = new LayerNorm(width);
            attn = new ShiftedWindowAttention(width, o.window, shift, heads, o.attentionDropout, o.dropout());
            stochasticDepth = new StochasticDepth(drop);
            norm2 = new LayerNorm(width);
            mlp = new MLPBlock(width, (long) (width * o.mlpRatio), o.dropout());
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = x.add(stochasticDepth.forward(attn.forward(norm1.forward(x))));
            return y.add(stochasticDepth.forward(mlp.forward(norm2.forward(y))));
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = permute.forward(norm.forward(features.forward(x)));
        return head.call(flatten.forward(avgpool.forward(y)));
    }

    private static SwinTransformer make(Options defaults, Consumer<? super Options> options) {
        options.accept(defaults);
        return new SwinTransformer(defaults);
    }

    /** {@return Swin-T: 28,288,354 parameters} */
    public static SwinTransformer swin_t() {
        return swin_t(o -> {});
    }

    /** {@return Swin-T, with options} */
    public static SwinTransformer swin_t(Consumer<? super Options> options) {
        return make(new Options(0.2, 2, 2, 6, 2), options);
    }

    /** {@return Swin-S, with 18 blocks in the third stage: 49,606,258 parameters} */
    public static SwinTransformer swin_s() {
        return swin_s(o -> {});
    }

    /** {@return Swin-S, with options} */
    public static SwinTransformer swin_s(Consumer<? super Options> options) {
        return make(new Options(0.3, 2, 2, 18, 2), options);
    }
}
