package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.nn.activation.ELU;
import fathom.nn.activation.GELU;
import fathom.nn.activation.Hardtanh;
import fathom.nn.activation.LeakyReLU;
import fathom.nn.activation.LogSoftmax;
import fathom.nn.activation.Mish;
import fathom.nn.activation.PReLU;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.SiLU;
import fathom.nn.activation.Sigmoid;
import fathom.nn.activation.Softmax;
import fathom.nn.activation.Softplus;
import fathom.nn.activation.Tanh;
import fathom.nn.conv.ChannelShuffle;
import fathom.nn.conv.Conv1d;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.ConvTranspose1d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.nn.conv.Fold;
import fathom.nn.conv.PixelShuffle;
import fathom.nn.conv.PixelUnshuffle;
import fathom.nn.conv.Unfold;
import fathom.nn.conv.Upsample;
import fathom.nn.conv.UpsamplingBilinear2d;
import fathom.nn.conv.UpsamplingNearest2d;
import fathom.nn.loss.CTCLoss;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.GaussianNLLLoss;
import fathom.nn.loss.MSELoss;
import fathom.nn.loss.MarginRankingLoss;
import fathom.nn.loss.MultiMarginLoss;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.norm.GroupNorm;
import fathom.nn.norm.InstanceNorm2d;
import fathom.nn.norm.LayerNorm;
import fathom.nn.norm.LocalResponseNorm;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.AdaptiveMaxPool2d;
import fathom.nn.pool.AvgPool1d;
import fathom.nn.pool.AvgPool2d;
import fathom.nn.pool.MaxPool1d;
import fathom.nn.pool.MaxPool2d;
import fathom.options.EmbeddingBagOptions;
import fathom.options.InterpolateOptions.Mode;
import fathom.testkit.Golden;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks print as PyTorch prints modules. */
class PrintingTest {
    private static Map<String, Object> blocks() {
        var b = new HashMap<String, Object>();
        b.put("Linear", new Linear(20, 10));
        b.put("Linear/nobias", new Linear(20, 10, o -> o.bias(false)));
        b.put("Bilinear", new Bilinear(3, 4, 5));
        b.put("Conv1d", new Conv1d(3, 4, 5, c -> c.stride(2).padding(1)));
        b.put("Conv2d", new Conv2d(3, 16, 3));
        b.put(
                "Conv2d/options",
                new Conv2d(4, 8, new int[] {3, 5}, c -> c.stride(2).padding(1, 2).dilation(2).groups(2).bias(false)));
        b.put("ConvTranspose2d", new ConvTranspose2d(3, 4, 3, c -> c.stride(2).padding(1).outputPadding(1)));
        b.put("MaxPool2d", new MaxPool2d(2));
        b.put("MaxPool2d/options", new MaxPool2d(3, p -> p.stride(2).padding(1).ceilMode(true)));
        b.put("MaxPool1d", new MaxPool1d(3));
        b.put("AvgPool2d", new AvgPool2d(2));
        b.put("AvgPool2d/options", new AvgPool2d(new int[] {3, 2}, p -> p.stride(2, 1).padding(1, 0)));
        b.put("AvgPool1d", new AvgPool1d(2));
        b.put("AdaptiveAvgPool2d", new AdaptiveAvgPool2d(1, 1));
        b.put("AdaptiveAvgPool2d/int", new AdaptiveAvgPool2d(1));
        b.put("AdaptiveMaxPool2d", new AdaptiveMaxPool2d(5, 7));
        b.put("BatchNorm1d", new BatchNorm1d(7));
        b.put("BatchNorm2d", new BatchNorm2d(64));
        b.put("BatchNorm2d/options", new BatchNorm2d(8, o -> o.eps(1e-3).momentum(0.01).affine(false)));
        b.put("LayerNorm", new LayerNorm(768));
        b.put("LayerNorm/two", new LayerNorm(new long[] {3, 4}, o -> o.eps(1e-12).elementwiseAffine(false)));
        b.put("GroupNorm", new GroupNorm(3, 6));
        b.put("InstanceNorm2d", new InstanceNorm2d(5));
        b.put(
                "InstanceNorm2d/options",
                new InstanceNorm2d(5, o -> o.momentum(0.2).affine(true).trackRunningStats(true)));
        b.put("Dropout", new Dropout());
        b.put("Dropout/0.1", new Dropout(0.1));
        b.put("Dropout2d", new Dropout2d(0.2));
        b.put("Embedding", new Embedding(100, 16));
        b.put("Embedding/padding", new Embedding(100, 16, 0));
        b.put("Embedding/options", new Embedding(100, 16, o -> o.paddingIdx(-1).maxNorm(2.5).normType(1)));
        b.put("Flatten", new Flatten());
        b.put("Unflatten", new Unflatten(1, 2, 3));
        b.put("Identity", new IdentityLayer());
        b.put("ReLU", new ReLU());
        b.put("LeakyReLU", new LeakyReLU());
        b.put("ELU", new ELU());
        b.put("GELU", new GELU());
        b.put("Softmax", new Softmax(1));
        b.put("LogSoftmax", new LogSoftmax(-1));
        b.put("Tanh", new Tanh());
        b.put("Sigmoid", new Sigmoid());
        b.put("Softplus", new Softplus());
        b.put("SiLU", new SiLU());
        b.put("Hardtanh", new Hardtanh());
        b.put("PReLU", new PReLU());
        b.put("Mish", new Mish());
        b.put(
                "LeNet",
                new Sequential(
                        new Conv2d(1, 6, 5, c -> c.padding(2)),
                        new Sigmoid(),
                        new AvgPool2d(2),
                        new Conv2d(6, 16, 5),
                        new Sigmoid(),
                        new AvgPool2d(2),
                        new Flatten(),
                        new Linear(400, 120),
                        new Sigmoid(),
                        new Linear(120, 84),
                        new Sigmoid(),
                        new Linear(84, 10)));
        b.put("Nested", new Nested());
        b.put("Empty", new Sequential());
        b.put("MSELoss", new MSELoss());
        b.put("CrossEntropyLoss", new CrossEntropyLoss());
        b.put("MarginRankingLoss", new MarginRankingLoss());
        b.put("MultiMarginLoss", new MultiMarginLoss());
        b.put("GaussianNLLLoss", new GaussianNLLLoss());
        b.put("PairwiseDistance", new PairwiseDistance());
        b.put("CosineSimilarity", new CosineSimilarity());
        b.put("PixelShuffle", new PixelShuffle(2));
        b.put("PixelUnshuffle", new PixelUnshuffle(3));
        b.put("ChannelShuffle", new ChannelShuffle(2));
        b.put("LocalResponseNorm", new LocalResponseNorm(5));
        b.put("LocalResponseNorm/options", new LocalResponseNorm(3, 1e-3, 0.5, 2));
        b.put("ConvTranspose1d", new ConvTranspose1d(3, 4, 3));
        b.put(
                "ConvTranspose1d/options",
                new ConvTranspose1d(
                        4, 6, 3, c -> c.stride(2).padding(1).outputPadding(1).groups(2).bias(false).dilation(2)));
        b.put("Upsample", new Upsample(o -> o.scaleFactor(2)));
        b.put("Upsample/size", new Upsample(o -> o.size(3, 4).mode(Mode.BILINEAR)));
        b.put("Upsample/extent", new Upsample(o -> o.size(7).mode(Mode.NEAREST_EXACT)));
        b.put("Upsample/factors", new Upsample(o -> o.scaleFactor(2, 1.5).mode(Mode.BICUBIC).alignCorners(true)));
        b.put("UpsamplingNearest2d", new UpsamplingNearest2d(2));
        b.put("UpsamplingBilinear2d", new UpsamplingBilinear2d(o -> o.size(3, 3)));
        b.put("Unfold", new Unfold(3));
        b.put("Unfold/options", new Unfold(new int[] {3, 2}, o -> o.dilation(2, 1).padding(1).stride(1, 2)));
        b.put("Fold", new Fold(4, 2));
        b.put("Fold/options", new Fold(new long[] {4, 5}, new int[] {2, 3}, o -> o.padding(1)));
        b.put("CTCLoss", new CTCLoss());
        b.put("EmbeddingBag", new EmbeddingBag(10, 3));
        b.put(
                "EmbeddingBag/options",
                new EmbeddingBag(10, 3, o -> o.mode(EmbeddingBagOptions.Mode.SUM).paddingIdx(-1).maxNorm(2.5)));
        return b;
    }

    /** Prints as the golden text, where a list stands in a sequence. */
    private static final class Nested extends Block {
        private final Map<String, Block> children =
                Map.of(
                        "0", new Sequential(new Linear(2, 3), new ReLU()),
                        "1", new ModuleList<>(new Linear(3, 4), new Dropout(0.5)),
                        "2", new Sequential());

        @Override
        public Map<String, Block> namedChildren() {
            return new java.util.TreeMap<>(children);
        }

        @Override
        protected String reprName() {
            return "Sequential";
        }
    }

    @TestFactory
    Stream<DynamicTest> printAsInPyTorch() {
        var blocks = blocks();
        return Golden.texts("golden/modules.txt").entrySet().stream()
                .map(e ->
                        DynamicTest.dynamicTest(
                                e.getKey(),
                                () -> {
                                    assertThat(blocks).containsKey(e.getKey());
                                    assertThat(blocks.get(e.getKey())).hasToString(e.getValue().strip());
                                }));
    }

    @ParameterizedTest
    @CsvSource({
        "0.1, 0.1", "1, 1.0", "1e-5, 1e-05", "1.5e-7, 1.5e-07", "0.0001, 0.0001", "0.00001234, 1.234e-05",
        "1e15, 1000000000000000.0", "1e16, 1e+16", "1.5e300, 1.5e+300", "-0.25, -0.25", "Infinity, inf", "NaN, nan",
        "100, 100.0"
    })
    void numbersPrintAsInPython(double x, String text) {
        assertThat(Reprs.number(x)).isEqualTo(text);
    }

    @Test
    void aClassOfOnesOwnPrintsItsNameAndFields() {
        final class Head extends Layer {
            final Linear fc = new Linear(2, 1);
            final List2 pair = new List2();

            @Override
            public fathom.Tensor forward(fathom.Tensor x) {
                return fc.forward(x);
            }

            static final class List2 extends Block {
                final java.util.List<Block> items = java.util.List.of(new ReLU(), new Tanh());
            }
        }
        assertThat(new Head())
                .hasToString(
                        """
                        Head(
                          (fc): Linear(in_features=2, out_features=1, bias=True)
                          (pair): List2(
                            (items): ModuleList(
                              (0): ReLU()
                              (1): Tanh()
                            )
                          )
                        )\
                        """);
    }
}
