package fathom.nn.architecture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Dropout2d;
import fathom.nn.Embedding;
import fathom.nn.Flatten;
import fathom.nn.IdentityLayer;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.Unflatten;
import fathom.nn.activation.CELU;
import fathom.nn.activation.ELU;
import fathom.nn.activation.GELU;
import fathom.nn.activation.GLU;
import fathom.nn.activation.Hardshrink;
import fathom.nn.activation.Hardtanh;
import fathom.nn.activation.LeakyReLU;
import fathom.nn.activation.LogSoftmax;
import fathom.nn.activation.Mish;
import fathom.nn.activation.PReLU;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.SiLU;
import fathom.nn.activation.Softmax;
import fathom.nn.activation.Softplus;
import fathom.nn.activation.Softshrink;
import fathom.nn.activation.Tanh;
import fathom.nn.activation.Threshold;
import fathom.nn.conv.Conv1d;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.Conv3d;
import fathom.nn.conv.ConvTranspose2d;
import fathom.nn.conv.PixelShuffle;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.norm.GroupNorm;
import fathom.nn.norm.InstanceNorm2d;
import fathom.nn.norm.LayerNorm;
import fathom.nn.norm.LocalResponseNorm;
import fathom.nn.norm.RMSNorm;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.AdaptiveMaxPool1d;
import fathom.nn.pool.AvgPool1d;
import fathom.nn.pool.AvgPool2d;
import fathom.nn.pool.MaxPool2d;
import fathom.nn.pool.MaxPool3d;
import fathom.options.PadMode;
import fathom.testkit.FileFuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks made from their description compute what the original does. */
class ArchitectureTest {
    private static Arguments of(Layer layer, long... input) {
        return Arguments.of(layer, input);
    }

    static Stream<Arguments> layers() {
        return Stream.of(
                of(new Linear(3, 4, o -> o.bias(false)), 2, 3),
                of(new Conv1d(2, 4, 3, c -> c.stride(2).padding(1).groups(2)), 1, 2, 9),
                of(new Conv2d(2, 3, new int[] {3, 2}, c -> c.padding("same").bias(false)), 1, 2, 6, 6),
                of(new Conv2d(2, 3, 3, c -> c.padding(new int[] {0, 1}, new int[] {2, 1}).dilation(1, 2)), 1, 2, 8, 8),
                of(new Conv2d(2, 3, 3, c -> c.padding(1).paddingMode(PadMode.CIRCULAR)), 1, 2, 6, 6),
                of(new Conv3d(1, 2, 2, c -> c.stride(1, 2, 1)), 1, 1, 4, 4, 4),
                of(new ConvTranspose2d(2, 3, 3, c -> c.stride(2).outputPadding(1)), 1, 2, 4, 4),
                of(new MaxPool2d(3, p -> p.stride(2).padding(new int[] {1}, new int[] {0}).ceilMode(true)), 1, 2, 8, 8),
                of(new MaxPool3d(2, p -> p.dilation(1, 2, 1)), 1, 2, 6, 6, 6),
                of(new AvgPool1d(3, p -> p.stride(1)), 1, 2, 7),
                of(new AvgPool2d(3, p -> p.padding(1).countIncludePad(false).ceilMode(true)), 1, 2, 7, 8),
                of(new AvgPool2d(2, p -> p.divisorOverride(3)), 1, 2, 6, 6),
                of(new AdaptiveAvgPool2d(3, 0), 1, 2, 7, 5),
                of(new AdaptiveAvgPool2d(2), 1, 2, 7, 5),
                of(new AdaptiveMaxPool1d(2), 1, 2, 7),
                of(new BatchNorm2d(3, o -> o.eps(0.1).momentum(0.3).affine(false)), 2, 3, 4, 4),
                of(new BatchNorm1d(3, o -> o.cumulativeAverage().trackRunningStats(false)), 4, 3),
                of(new InstanceNorm2d(3, o -> o.affine(true).trackRunningStats(true)), 2, 3, 4, 4),
                of(new GroupNorm(2, 4, o -> o.eps(0.5)), 2, 4, 3),
                of(new LayerNorm(new long[] {3, 2}, o -> o.bias(false).eps(0.25)), 2, 3, 2),
                of(new RMSNorm(3, 2), 2, 3),
                of(new RMSNorm(3, 0.5), 2, 3),
                of(new LocalResponseNorm(3, 0.1, 0.5, 2), 1, 4, 3),
                of(new CELU(0.3), 2, 3),
                of(new ELU(0.3), 2, 3),
                of(new GELU(GELU.Approximation.TANH), 2, 3),
                of(new GLU(1), 2, 4),
                of(new Hardshrink(0.2), 2, 3),
                of(new Softshrink(0.2), 2, 3),
                of(new Hardtanh(-0.2, 0.1), 2, 3),
                of(new LeakyReLU(0.3), 2, 3),
                of(new PReLU(3, 0.4), 2, 3),
                of(new Softplus(2, 1), 2, 3),
                of(new Threshold(0.1, -5), 2, 3),
                of(new LogSoftmax(1), 2, 3),
                of(new Softmax(0), 2, 3),
                of(new SiLU(), 2, 3),
                of(new Mish(), 2, 3),
                of(new PixelShuffle(2), 1, 4, 3, 3),
                of(new Flatten(1, 2), 2, 3, 4),
                of(new Unflatten(1, 2, 3), 2, 6),
                of(new Dropout2d(0.25), 1, 2, 3, 3),
                of(new Sequential(), 2),
                of(
                        new Sequential(
                                Map.of(
                                        "only",
                                        new Sequential(new Linear(3, 3), new IdentityLayer(), new Dropout(0.1)))),
                        2,
                        3));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void madeFromItsDescriptionALayerComputesTheSame(Layer layer, long[] input) {
        String text = Architecture.describe(layer);
        Layer made = Architecture.make(text);
        assertThat(made.toString()).isEqualTo(layer.toString());
        made.loadStateDict(layer.stateDict());
        layer.eval();
        made.eval();
        Tensor x = Tensors.randn(input);
        assertThat(made.call(x).equal(layer.call(x))).isTrue();
    }

    @Test
    void embeddings() {
        var layer = new Embedding(5, 3, o -> o.paddingIdx(1).maxNorm(0.5));
        var made = (Embedding) Architecture.make(Architecture.describe(layer));
        assertThat(made.toString()).isEqualTo("Embedding(5, 3, padding_idx=1, max_norm=0.5)");
    }

    /** Its class is not that of a stack, but it computes as one. */
    private static final class Named extends Sequential {
        Named() {
            super(new Linear(2, 2), new Tanh());
        }

        @Override
        protected String reprName() {
            return "Sequential";
        }
    }

    private static final class Own extends Layer {
        private final Linear inner = new Linear(2, 2);

        @Override
        public Tensor forward(Tensor x) {
            return inner.forward(x);
        }
    }

    /** Prints as a built-in layer, and is none. */
    private static final class Impostor extends Layer {
        @Override
        public Tensor forward(Tensor x) {
            return x.mul(2);
        }

        @Override
        protected String reprName() {
            return "ReLU";
        }
    }

    private static final class Doubled extends Sequential {
        @Override
        protected Tensor compute(Tensor x) {
            return super.compute(x).mul(2);
        }

        @Override
        protected String reprName() {
            return "Sequential";
        }
    }

    @Test
    void onlyWhatCanBeMadeIsDescribed() {
        assertThat(Architecture.make(Architecture.describe(new Named()))).isExactlyInstanceOf(Sequential.class);
        for (Layer own : List.of(new Own(), new Impostor(), new Doubled())) {
            assertThatThrownBy(() -> Architecture.describe(new Sequential(new ReLU(), own)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("layer 1 is of class " + own.getClass().getSimpleName());
        }
        assertThatThrownBy(() -> Architecture.describe(new Sequential().add("a): b(", new ReLU())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static final class Net extends Layer {
        private final Sequential body = new Sequential(new Linear(2, 2), new Own());
        private Layer fc = new Linear(2, 5);

        @Override
        public Tensor forward(Tensor x) {
            return fc.forward(body.forward(x));
        }
    }

    @Test
    void differencesAreTheReplacedParts() {
        var net = new Net();
        assertThat(Architecture.differences(net, Net::new)).isEmpty();
        net.fc = new Sequential(new Dropout(0.5), new Linear(2, 3));
        net.body.set(0, new IdentityLayer());
        Map<String, String> found = Architecture.differences(net, Net::new);
        assertThat(found).containsOnlyKeys("fc", "body.0").containsEntry("body.0", "Identity()");
        var made = new Net();
        found.forEach((path, text) -> made.replace(path, Architecture.make(text)));
        assertThat(made.toString()).isEqualTo(net.toString());
        net.fc = new Own();
        assertThat(Architecture.differences(net, Net::new)).isNull();
        assertThat(Architecture.differences(net, Own::new)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Linear",
                "Linear(",
                "Linear()",
                "Linear(in_features=2, out_features=x, bias=True)",
                "Linear(in_features=2, out_features=3, bias=True, extra=1)",
                "Linear(in_features=2, in_features=2, out_features=3, bias=True)",
                "Linear(in_features=99999999999999999999, out_features=3, bias=True)",
                "Linear(in_features=-1, out_features=3, bias=True)",
                "Runtime(exec)",
                "java.lang.Runtime()",
                "Sequential(\n  (0): ReLU()",
                "Sequential(\n  (0): ReLU()\n  (0): ReLU()\n)",
                "Sequential(\n  (0): System(exit)\n)",
                "ReLU()\nReLU()",
                "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=((1, 1)))",
                "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=)",
                "Conv2d(1, 2, kernel_size=(), stride=(1, 1))",
                "Conv1d(1, 2, kernel_size=(), stride=(1,))",
                "MaxPool2d(kernel_size=2, stride=0, padding=0, dilation=1, ceil_mode=False)",
                "AdaptiveAvgPool2d(output_size=())",
                "AdaptiveAvgPool3d(output_size=(1, 2))",
                "RMSNorm((), eps=0.1, elementwise_affine=True)",
                "Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding_mode=sideways)"
            })
    void damagedDescriptionsAreRefused(String text) {
        assertThatThrownBy(() -> Architecture.make(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nestingIsLimited() {
        var text = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            text.append(i == 0 ? "" : "  ".repeat(Math.min(i, 5)) + "(0): ").append("Sequential(\n");
        }
        assertThatThrownBy(() -> Architecture.make(text.toString())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void damagedDescriptionsAreMadeOrRefused(@TempDir Path folder) throws IOException {
        var net =
                new Sequential(
                        new Conv2d(1, 2, 3, c -> c.padding(new int[] {1}, new int[] {2})),
                        new Sequential(new BatchNorm2d(2), new GELU(), new MaxPool2d(2)),
                        new Unflatten(1, 1, 2));
        new FileFuzz(
                        folder,
                        file -> {
                            String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                            try (var _ = Device.META.open()) {
                                Architecture.make(text);
                            } catch (IllegalArgumentException | OutOfMemoryError e) { // more than 2^63 bytes
                                throw new IOException(file + ": " + e.getMessage(), e);
                            }
                        },
                        e -> e instanceof IOException)
                .run("net.txt", List.of(Architecture.describe(net).getBytes(StandardCharsets.UTF_8)));
    }
}
