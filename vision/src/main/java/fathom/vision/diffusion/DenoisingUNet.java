package fathom.vision.diffusion;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Embedding;
import fathom.nn.Init;
import fathom.nn.activation.SiLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.Upsample;
import fathom.nn.norm.GroupNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A U-Net that predicts the noise in images, given their time steps: residual blocks at several resolutions, each half
 * of the one before, self-attention at the lowest, and shortcuts from each block on the way down to one on the way up.
 *
 * <p>With classes, the prediction also depends on a class; the index {@link #noClass} stands for none.
 *
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho, Jain and Abbeel (2020), Denoising Diffusion Probabilistic
 *     Models</a>
 */
public final class DenoisingUNet extends Block {
    private final int levels;
    private final int classes;
    private final TimeEmbedding time;
    private final @Nullable Embedding label;
    private final Conv2d input;
    private final List<ResidualBlock> down = new ArrayList<>();
    private final List<Conv2d> reduce = new ArrayList<>();
    private final ResidualBlock middle1;
    private final AttentionBlock attention;
    private final ResidualBlock middle2;
    private final List<ResidualBlock> up = new ArrayList<>();
    private final List<Conv2d> enlarge = new ArrayList<>();
    private final GroupNorm norm;
    private final Conv2d output;
    private final SiLU act = new SiLU();
    private final Upsample twice = new Upsample(o -> o.scaleFactor(2));

    /** For images with one channel, with the options' defaults. */
    public DenoisingUNet() {
        this(o -> {});
    }

    /** With options. */
    public DenoisingUNet(Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        levels = o.multipliers.length;
        classes = o.classes;
        int width = 4 * o.width;
        time = new TimeEmbedding(o.width / 2, width);
        label = classes == 0 ? null : new Embedding(classes + 1, width);
        input = new Conv2d(o.channels, o.width, 3, c -> c.padding(1));
        var shortcuts = new ArrayList<Integer>();
        int channels = o.width;
        for (int level = 0; level < levels; level++) {
            int out = o.width * o.multipliers[level];
            for (int i = 0; i < o.blocks; i++) {
                down.add(new ResidualBlock(channels, out, width, o.groups));
                channels = out;
                shortcuts.add(channels);
            }
            if (level < levels - 1) {
                reduce.add(new Conv2d(channels, channels, 3, c -> c.stride(2).padding(1)));
            }
        }
        middle1 = new ResidualBlock(channels, channels, width, o.groups);
        attention = new AttentionBlock(channels, o.heads, o.groups);
        middle2 = new ResidualBlock(channels, channels, width, o.groups);
        for (int level = levels - 1; level >= 0; level--) {
            int out = o.width * o.multipliers[level];
            for (int i = 0; i < o.blocks; i++) {
                up.add(new ResidualBlock(channels + shortcuts.removeLast(), out, width, o.groups));
                channels = out;
            }
            if (level > 0) {
                enlarge.add(new Conv2d(channels, channels, 3, c -> c.padding(1)));
            }
        }
        norm = new GroupNorm(o.groups, channels);
        output = new Conv2d(channels, o.channels, 3, c -> c.padding(1));
        Init.zeros_(output.weight);
    }

    /** Options of the U-Net. */
    public static final class Options {
        private int channels = 1;
        private int width = 32;
        private int[] multipliers = {1, 2, 2};
        private int blocks = 1;
        private int heads = 1;
        private int groups = 8;
        private int classes;

        private Options() {}

        /** The number of channels of the images; 1 unless set. */
        public Options channels(int channels) {
            this.channels = channels;
            return this;
        }

        /** The number of channels at the highest resolution; 32 unless set. */
        public Options width(int width) {
            this.width = width;
            return this;
        }

        /** The number of channels at each resolution, highest first, in multiples of the width; 1, 2, 2 unless set. */
        public Options multipliers(int... multipliers) {
            if (multipliers.length == 0) {
                throw new IllegalArgumentException("DenoisingUNet: expected at least one multiplier");
            }
            this.multipliers = multipliers.clone();
            return this;
        }

        /** The number of residual blocks at each resolution on the way down, and on the way up; 1 unless set. */
        public Options blocks(int blocks) {
            this.blocks = blocks;
            return this;
        }

        /** The number of heads of the attention; 1 unless set. */
        public Options heads(int heads) {
            this.heads = heads;
            return this;
        }

        /** The number of groups of the group norms; 8 unless set. */
        public Options groups(int groups) {
            this.groups = groups;
            return this;
        }

        /** The number of classes that a prediction can depend on; 0, none, unless set. */
        public Options classes(int classes) {
            this.classes = classes;
            return this;
        }
    }

    /** {@return the number of classes} */
    public int classes() {
        return classes;
    }

    /** {@return the class index that stands for no class} */
    public int noClass() {
        return classes;
    }

    /**
     * {@return the predicted noise, of x's shape}
     *
     * @param x noisy images, [N, C, H, W]; sides divisible by 2 to the power of the number of resolutions less one
     * @param steps the time steps, int64 [N]
     * @param labels the classes, int64 [N]; null for none
     */
    public Tensor forward(Tensor x, Tensor steps, @Nullable Tensor labels) {
        long unit = 1L << (levels - 1);
        if (x.dim() != 4 || x.size(2) % unit != 0 || x.size(3) % unit != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "DenoisingUNet: expected images [N, C, H, W] with sides divisible by %d, got %s",
                            unit,
                            x.shape()));
        }
        if (labels != null && label == null) {
            throw new IllegalArgumentException("DenoisingUNet: it has no classes; pass null for labels");
        }
        Tensor e = time.call(steps);
        if (label != null) {
            Tensor known = labels == null ? Tensors.fullLike(steps, noClass()) : labels;
            e = e.add(label.forward(known));
        }
        Tensor embedding = act.forward(e);
        var shortcuts = new ArrayList<Tensor>();
        Tensor h = input.forward(x);
        int blocks = down.size() / levels;
        int next = 0;
        for (int level = 0; level < levels; level++) {
            for (int i = 0; i < blocks; i++) {
                h = down.get(next++).forward(h, embedding);
                shortcuts.add(h);
            }
            if (level < levels - 1) {
                h = reduce.get(level).forward(h);
            }
        }
        h = middle1.forward(h, embedding);
        h = attention.call(h);
        h = middle2.forward(h, embedding);
        next = 0;
        for (int level = 0; level < levels; level++) {
            for (int i = 0; i < blocks; i++) {
                h = up.get(next++).forward(Tensors.cat(List.of(h, shortcuts.removeLast()), 1), embedding);
            }
            if (level < levels - 1) {
                h = enlarge.get(level).forward(twice.forward(h));
            }
        }
        return output.forward(act.forward(norm.forward(h)));
    }
}
