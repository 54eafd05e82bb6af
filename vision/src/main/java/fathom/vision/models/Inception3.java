package fathom.vision.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Inception-v3 (Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, 2016) in torchvision's layout. {@code [N, 3, 299, 299]}
 * becomes {@code [N, 1000]}; images of at least 75 x 75 pixels. 5.713 billion multiply-adds per image; 27,161,264
 * parameters with the auxiliary classifier, which only {@link #forwardWithAuxiliary} computes, and only in training;
 * 23,834,568 without.
 */
public final class Inception3 extends ImageClassifier<Inception3> implements AuxiliaryClassifiers {
    private final boolean transformInput;

    private final BasicConv2d Conv2d_1a_3x3;
    private final BasicConv2d Conv2d_2a_3x3 = new BasicConv2d(32, 32, 3);
    private final BasicConv2d Conv2d_2b_3x3 = new BasicConv2d(32, 64, 3, c -> c.padding(1));
    private final MaxPool2d maxpool1 = new MaxPool2d(3, p -> p.stride(2));
    private final BasicConv2d Conv2d_3b_1x1 = new BasicConv2d(64, 80, 1);
    private final BasicConv2d Conv2d_4a_3x3 = new BasicConv2d(80, 192, 3);
    private final MaxPool2d maxpool2 = new MaxPool2d(3, p -> p.stride(2));
    private final InceptionA Mixed_5b = new InceptionA(192, 32);
    private final InceptionA Mixed_5c = new InceptionA(256, 64);
    private final InceptionA Mixed_5d = new InceptionA(288, 64);
    private final InceptionB Mixed_6a = new InceptionB(288);
    private final InceptionC Mixed_6b = new InceptionC(768, 128);
    private final InceptionC Mixed_6c = new InceptionC(768, 160);
    private final InceptionC Mixed_6d = new InceptionC(768, 160);
    private final InceptionC Mixed_6e = new InceptionC(768, 192);
    private final @Nullable InceptionAux AuxLogits;
    private final InceptionD Mixed_7a = new InceptionD(768);
    private final InceptionE Mixed_7b = new InceptionE(1280);
    private final InceptionE Mixed_7c = new InceptionE(2048);
    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(1, 1);
    private final Dropout dropout;

    /** The head, from {@code [N, 2048]} to logits; may be replaced. */
    public Layer fc;

    private Inception3(Options o) {
        super("fc", "AuxLogits.fc");
        transformInput = o.transformInput;
        if (transformInput) {
            InputTransform.check(o.channels());
        }
        Conv2d_1a_3x3 = new BasicConv2d(o.channels(), 32, 3, c -> c.stride(2));
        var auxiliary = o.auxLogits ? new InceptionAux(768, o.classes()) : null;
        AuxLogits = auxiliary;
        dropout = new Dropout(o.dropout());
        fc = new Linear(2048, o.classes());
        apply(block -> {
            if (block instanceof Conv2d c) {
                Init.normal_(c.weight, 0, 0.1);
            } else if (block instanceof Linear l) {
                Init.normal_(l.weight, 0, auxiliary != null && l == auxiliary.fc ? 0.001 : 0.1);
            }
        });
    }

    private static Tensor averages(Tensor x) {
        return Tensors.avgPool2d(x, 3, p -> p.stride(1).padding(1));
    }

    /** A kernel of one row. */
    private static BasicConv2d row(int in, int out, int kernel) {
        return new BasicConv2d(in, out, new int[] {1, kernel}, c -> c.padding(0, kernel / 2));
    }

    /** A kernel of one column. */
    private static BasicConv2d column(int in, int out, int kernel) {
        return new BasicConv2d(in, out, new int[] {kernel, 1}, c -> c.padding(kernel / 2, 0));
    }

    /** With 5 x 5 kernels as two of 3 x 3: {@code [N, in, H, W]} becomes {@code [N, 224 + pool, H, W]}. */
    private static final class InceptionA extends Layer {
        private final BasicConv2d branch1x1;
        private final BasicConv2d branch5x5_1;
        private final BasicConv2d branch5x5_2 = new BasicConv2d(48, 64, 5, c -> c.padding(2));
        private final BasicConv2d branch3x3dbl_1;
        private final BasicConv2d branch3x3dbl_2 = new BasicConv2d(64, 96, 3, c -> c.padding(1));
        private final BasicConv2d branch3x3dbl_3 = new BasicConv2d(96, 96, 3, c -> c.padding(1));
        private final BasicConv2d branch_pool;

        InceptionA(int in, int pool) {
            branch1x1 = new BasicConv2d(in, 64, 1);
            branch5x5_1 = new BasicConv2d(in, 48, 1);
            branch3x3dbl_1 = new BasicConv2d(in, 64, 1);
            branch_pool = new BasicConv2d(in, pool, 1);
        }

        @Override
        public Tensor forward(Tensor x) {
            return Tensors.cat(
                    List.of(
                            branch1x1.call(x),
                            branch5x5_2.call(branch5x5_1.call(x)),
                            branch3x3dbl_3.call(branch3x3dbl_2.call(branch3x3dbl_1.call(x))),
                            branch_pool.call(averages(x))),
                    1);
        }
    }

    /** Halves the resolution: {@code [N, in, H, W]} becomes {@code [N, in + 480, h, w]}. */
    private static final class InceptionB extends Layer {
        private final BasicConv2d branch3x3;
        private final BasicConv2d branch3x3dbl_1;
        private final BasicConv2d branch3x3dbl_2 = new BasicConv2d(64, 96, 3, c -> c.padding(1));
        private final BasicConv2d branch3x3dbl_3 = new BasicConv2d(96, 96, 3, c -> c.stride(2));

        InceptionB(int in) {
            branch3x3 = new BasicConv2d(in, 384, 3, c -> c.stride(2));
            branch3x3dbl_1 = new BasicConv2d(in, 64, 1);
        }

        @Override
        public Tensor forward(Tensor x) {
            return Tensors.cat(
                    List.of(
                            branch3x3.call(x),
                            branch3x3dbl_3.call(branch3x3dbl_2.call(branch3x3dbl_1.call(x))),
                            Tensors.maxPool2d(x, 3, p -> p.stride(2))),
                    1);
        }
    }

    /** With 7 x 7 kernels as one row and one column: {@code [N, in, H, W]} becomes {@code [N, 768, H, W]}. */
    private static final class InceptionC extends Layer {
        private final BasicConv2d branch1x1;
        private final BasicConv2d branch7x7_1;
        private final BasicConv2d branch7x7_2;
        private final BasicConv2d branch7x7_3;
        private final BasicConv2d branch7x7dbl_1;
        private final BasicConv2d branch7x7dbl_2;
        private final BasicConv2d branch7x7dbl_3;
        private final BasicConv2d branch7x7dbl_4;
        private final BasicConv2d branch7x7dbl_5;
        private final BasicConv2d branch_pool;

        InceptionC(int in, int c7) {
            branch1x1 = new BasicConv2d(in, 192, 1);
            branch7x7_1 = new BasicConv2d(in, c7, 1);
            branch7x7_2 = row(c7, c7, 7);
            branch7x7_3 = column(c7, 192, 7);
            branch7x7dbl_1 = new BasicConv2d(in, c7, 1);
            branch7x7dbl_2 = column(c7, c7, 7);
            branch7x7dbl_3 = row(c7, c7, 7);
            branch7x7dbl_4 = column(c7, c7, 7);
            branch7x7dbl_5 = row(c7, 192, 7);
            branch_pool = new BasicConv2d(in, 192, 1);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor twice = branch7x7dbl_3.call(branch7x7dbl_2.call(branch7x7dbl_1.call(x)));
            return Tensors.cat(
                    List.of(
                            branch1x1.call(x),
                            branch7x7_3.call(branch7x7_2.call(branch7x7_1.call(x))),
                            branch7x7dbl_5.call(branch7x7dbl_4.call(twice)),
                            branch_pool.call(averages(x))),
                    1);
        }
    }

    /** Halves the resolution: {@code [N, in, H, W]} becomes {@code [N, in + 512, h, w]}. */
    private static final class InceptionD extends Layer {
        private final BasicConv2d branch3x3_1;
        private final BasicConv2d branch3x3_2 = new BasicConv2d(192, 320, 3, c -> c.stride(2));
        private final BasicConv2d branch7x7x3_1;
        private final BasicConv2d branch7x7x3_2 = row(192, 192, 7);
        private final BasicConv2d branch7x7x3_3 = column(192, 192, 7);
        private final BasicConv2d branch7x7x3_4 = new BasicConv2d(192, 192, 3, c -> c.stride(2));

        InceptionD(int in) {
            branch3x3_1 = new BasicConv2d(in, 192, 1);
            branch7x7x3_1 = new BasicConv2d(in, 192, 1);
        }

        @Override
        public Tensor forward(Tensor x) {
            return Tensors.cat(
                    List.of(
                            branch3x3_2.call(branch3x3_1.call(x)),
                            branch7x7x3_4.call(branch7x7x3_3.call(branch7x7x3_2.call(branch7x7x3_1.call(x)))),
                            Tensors.maxPool2d(x, 3, p -> p.stride(2))),
                    1);
        }
    }

    /** Branches that widen: {@code [N, in, H, W]} becomes {@code [N, 2048, H, W]}. */
    private static final class InceptionE extends Layer {
        private final BasicConv2d branch1x1;
        private final BasicConv2d branch3x3_1;
        private final BasicConv2d branch3x3_2a = row(384, 384, 3);
        private final BasicConv2d branch3x3_2b = column(384, 384, 3);
        private final BasicConv2d branch3x3dbl_1;
        private final BasicConv2d branch3x3dbl_2 = new BasicConv2d(448, 384, 3, c -> c.padding(1));
        private final BasicConv2d branch3x3dbl_3a = row(384, 384, 3);
        private final BasicConv2d branch3x3dbl_3b = column(384, 384, 3);
        private final BasicConv2d branch_pool;

        InceptionE(int in) {
            branch1x1 = new BasicConv2d(in, 320, 1);
            branch3x3_1 = new BasicConv2d(in, 384, 1);
            branch3x3dbl_1 = new BasicConv2d(in, 448, 1);
            branch_pool = new BasicConv2d(in, 192, 1);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor once = branch3x3_1.call(x);
            Tensor twice = branch3x3dbl_2.call(branch3x3dbl_1.call(x));
            return Tensors.cat(
                    List.of(
                            branch1x1.call(x),
                            branch3x3_2a.call(once),
                            branch3x3_2b.call(once),
                            branch3x3dbl_3a.call(twice),
                            branch3x3dbl_3b.call(twice),
                            branch_pool.call(averages(x))),
                    1);
        }
    }

    /** The auxiliary classifier: {@code [N, in, 17, 17]} becomes {@code [N, classes]}. */
    private static final class InceptionAux extends Layer {
        private final BasicConv2d conv0;
        private final BasicConv2d conv1 = new BasicConv2d(128, 768, 5);
        private Layer fc;

        InceptionAux(int in, int classes) {
            conv0 = new BasicConv2d(in, 128, 1);
            fc = new Linear(768, classes);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = conv1.call(conv0.call(Tensors.avgPool2d(x, 5, p -> p.stride(3))));
            return fc.call(Tensors.adaptiveAvgPool2d(y, 1, 1).flatten(1));
        }
    }

    /** Options of Inception-v3; torchvision's defaults, for ImageNet. */
    public static final class Options extends ClassifierOptions<Options> {
        private boolean auxLogits = true;
        private boolean transformInput;

        private Options() {
            super(0.5);
        }

        /** Whether there is an auxiliary classifier, for images of at least 299 x 299 pixels; true unless set. */
        public Options auxLogits(boolean auxLogits) {
            this.auxLogits = auxLogits;
            return this;
        }

        /**
         * Whether images normalised by ImageNet's statistics are rescaled to -1 to 1, which torchvision's weights need;
         * false unless set.
         */
        public Options transformInput(boolean transformInput) {
            this.transformInput = transformInput;
            return this;
        }
    }

    /** {@return the logits; the auxiliary classifier is left out in training too} */
    @Override
    public Tensor forward(Tensor x) {
        return run(x, false).logits();
    }

    @Override
    public AuxiliaryOutputs forwardWithAuxiliary(Tensor x) {
        return run(x, isTraining());
    }

    private AuxiliaryOutputs run(Tensor x, boolean auxiliary) {
        Tensor y = Conv2d_1a_3x3.call(transformInput ? InputTransform.apply(x) : x);
        y = maxpool1.call(Conv2d_2b_3x3.call(Conv2d_2a_3x3.call(y)));
        y = maxpool2.call(Conv2d_4a_3x3.call(Conv2d_3b_1x1.call(y)));
        y = Mixed_5d.call(Mixed_5c.call(Mixed_5b.call(y)));
        y = Mixed_6a.call(y);
        y = Mixed_6e.call(Mixed_6d.call(Mixed_6c.call(Mixed_6b.call(y))));
        List<Tensor> aux = auxiliary && AuxLogits != null ? List.of(AuxLogits.call(y)) : List.of();
        y = Mixed_7c.call(Mixed_7b.call(Mixed_7a.call(y)));
        return new AuxiliaryOutputs(fc.call(dropout.call(avgpool.call(y)).flatten(1)), aux);
    }

    /** {@return Inception-v3, newly initialised} */
    public static Inception3 inception_v3() {
        return inception_v3(o -> {});
    }

    /** {@return Inception-v3, with options} */
    public static Inception3 inception_v3(Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new Inception3(o);
    }
}
