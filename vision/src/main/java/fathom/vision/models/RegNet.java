package fathom.vision.models;

import fathom.Tensor;
import fathom.nn.Flatten;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.vision.layers.Conv2dNormActivation;
import fathom.vision.layers.SqueezeExcitation;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * RegNets (Radosavovic et al., 2020) in torchvision's layout: parameters have the same names and shapes, so its weight
 * files load as they are. The widths of the residual blocks are a linear function of their position, rounded to a few
 * stages. {@code [N, 3, H, W]} becomes {@code [N, 1000]}.
 *
 * @see <a href="https://arxiv.org/abs/2003.13678">Designing Network Design Spaces</a>
 */
public final class RegNet extends ImageClassifier<RegNet> {
    private static final int STEM = 32;
    private static final double HEAD_STD = 0.01;

    private final Conv2dNormActivation stem;
    private final Sequential trunkOutput = new Sequential();
    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(1, 1);
    private final transient Flatten flatten = new Flatten();

    /** The head, from {@code [N, C]} to logits; may be replaced. */
    public Layer fc;

    private RegNet(Options o) {
        super("fc");
        stem = new Conv2dNormActivation(o.channels(), STEM, 3, c -> c.stride(2));
        int[] widths = o.widths();
        int width = STEM;
        Sequential stage = trunkOutput;
        int stages = 0;
        int block = 0;
        for (int i = 0; i < widths.length; i++) {
            boolean begins = i == 0 || widths[i] != widths[i - 1];
            if (begins) {
                stage = new Sequential();
                block = 0;
                trunkOutput.add("block" + ++stages, stage);
            }
            int out = o.fitted(widths[i]);
            stage.add("block%s-%s".formatted(stages, block++), new Bottleneck(width, out, begins ? 2 : 1, o));
            width = out;
        }
        fc = new Linear(width, o.classes());
        apply(part -> {
            if (part instanceof Conv2d c) {
                Init.kaimingNormal_(c.weight, k -> k.mode(Init.Fan.OUT).nonlinearity(Init.Nonlinearity.RELU));
            } else if (part instanceof Linear l) {
                Init.normal_(l.weight, 0, HEAD_STD);
                if (l.bias != null) {
                    Init.zeros_(l.bias);
                }
            }
        });
    }

    /** Options of RegNets: the parameters of the design space, in section 3.3 of the paper. */
    public static final class Options extends ClassifierOptions<Options> {
        private static final int QUANTUM = 8;

        private int depth;
        private int initialWidth;
        private double slope;
        private double step;
        private int groupWidth;
        private final double squeeze;

        private Options(int depth, int initialWidth, double slope, double step, int groupWidth, double squeeze) {
            super(0);
            this.depth = depth;
            this.initialWidth = initialWidth;
            this.slope = slope;
            this.step = step;
            this.groupWidth = groupWidth;
            this.squeeze = squeeze;
        }

        /**
         * The widths of the blocks: block i is {@code initial + slope i} wide, rounded to {@code initial} times a power
         * of {@code step}, and this to a multiple of 8. Neighbours of equal width make a stage.
         *
         * @param depth the number of blocks
         */
        public Options widths(int depth, int initial, double slope, double step) {
            if (slope < 0 || initial < 1 || initial % QUANTUM != 0 || !(step > 1)) {
                throw new IllegalArgumentException(
                        "RegNet: an initial width of %s, a slope of %s and a step of %s: expected a positive multiple of 8, a slope of at least 0 and a step above 1"
                                .formatted(initial, slope, step));
            }
            this.depth = positive("depth", depth);
            this.initialWidth = initial;
            this.slope = slope;
            this.step = step;
            return this;
        }

        /** The channels per group of the 3 x 3 convolutions. */
        public Options groupWidth(int groupWidth) {
            this.groupWidth = positive("groupWidth", groupWidth);
            return this;
        }

        private int[] widths() {
            var widths = new int[depth];
            for (int i = 0; i < depth; i++) {
                double power = Math.rint(Math.log((initialWidth + slope * i) / initialWidth) / Math.log(step));
                widths[i] = (int) Math.rint(initialWidth * Math.pow(step, power) / QUANTUM) * QUANTUM;
            }
            return widths;
        }

        private int group(int width) {
            return Math.min(groupWidth, width);
        }

        /** {@return the nearest width that groups divide, not below 0.9 times the width} */
        private int fitted(int width) {
            int group = group(width);
            int nearest = Math.max(group, (int) (width + group / 2.0) / group * group);
            return nearest < 0.9 * width ? nearest + group : nearest;
        }
    }

    private static Conv2dNormActivation conv1x1(int in, int out, int stride) {
        return new Conv2dNormActivation(in, out, 1, c -> c.stride(stride).activation(null));
    }

    /** A residual block: {@code [N, in, H, W]} becomes {@code [N, out, H/stride, W/stride]}. */
    private static final class Bottleneck extends Layer {
        private final @Nullable Conv2dNormActivation proj;
        private final Sequential f = new Sequential();
        private final ReLU activation = new ReLU();

        Bottleneck(int in, int out, int stride, Options o) {
            proj = in == out && stride == 1 ? null : conv1x1(in, out, stride);
            f.add("a", new Conv2dNormActivation(in, out, 1));
            f.add("b", new Conv2dNormActivation(out, out, 3, c -> c.stride(stride).groups(out / o.group(out))));
            if (o.squeeze > 0) {
                f.add("se", new SqueezeExcitation(out, (int) Math.rint(o.squeeze * in)));
            }
            f.add("c", conv1x1(out, out, 1));
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor shortcut = proj == null ? x : proj.forward(x);
            return activation.forward(shortcut.add(f.forward(x)));
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        return fc.call(flatten.forward(avgpool.forward(trunkOutput.forward(stem.forward(x)))));
    }

    /** {@return RegNetY-400MF, with squeeze and excitation: 4,344,144 parameters} */
    public static RegNet regnet_y_400mf() {
        return regnet_y_400mf(o -> {});
    }

    /** {@return RegNetY-400MF, with options} */
    public static RegNet regnet_y_400mf(Consumer<? super Options> options) {
        var o = new Options(16, 48, 27.89, 2.09, 8, 0.25);
        options.accept(o);
        return new RegNet(o);
    }
}
