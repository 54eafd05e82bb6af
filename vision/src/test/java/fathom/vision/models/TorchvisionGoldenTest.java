package fathom.vision.models;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.vision.Formula;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * torchvision's networks under torchvision's names compute what torchvision computes: the same parameters and buffers
 * in the same order, the same logits in evaluation and in training, the same gradient of the first weight, and the same
 * logits after the running statistics of a training step.
 */
class TorchvisionGoldenTest {
    private static final int SHOWN = 64;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alexnet",
                "vgg11_bn",
                "googlenet",
                "inception_v3",
                "resnet18",
                "resnet50",
                "resnext50_32x4d",
                "wide_resnet50_2",
                "densenet121",
                "squeezenet1_0",
                "squeezenet1_1",
                "mobilenet_v2",
                "mobilenet_v3_small",
                "mobilenet_v3_large",
                "shufflenet_v2_x0_5",
                "shufflenet_v2_x1_0",
                "efficientnet_b0",
                "efficientnet_b3",
                "efficientnet_v2_s",
                "convnext_tiny",
                "vit_b_16",
                "vit_b_32",
                "swin_t",
                "swin_s",
                "regnet_y_400mf"
            })
    void computesWhatTorchvisionComputes(String name) {
        GoldenCase c = Golden.load("golden/networks/" + name + ".safetensors").cases().getFirst();
        Layer net = Models.create(name, o -> set(o, c));
        assertThat(net.parameters().stream().mapToLong(Tensor::numel).sum())
                .as("parameters")
                .isEqualTo(c.getInt("parameters"));
        assertThat(keys(net)).as("checksum of the names and shapes of the state").isEqualTo(c.get("keys"));
        Formula.fillDeep(net.to(DType.FLOAT64).stateDict().entries());
        var precise = new Comparison(c, net, DType.FLOAT64, 1e-8);
        precise.evaluation("eval");
        precise.training();
        precise.evaluation("after");
        Formula.fillDeep(net.namedBuffers()); // training changed the running statistics, and nothing else
        var single = new Comparison(c, net, DType.FLOAT32, 1e-4);
        single.evaluation("eval");
        // Batch norms over eight positions amplify rounding from layer to layer, in PyTorch as well: in training
        // float32
        // is no closer than this to float64, and its gradients are not compared.
        single.close("train", single.logits(), 5e-4);
        single.evaluation("after");
    }

    private static void set(ClassifierOptions<?> options, GoldenCase c) {
        options.classes(10).dropout(0);
        switch (options) {
            case AlexNet.Options o -> o.hidden(c.getInt("hidden"));
            case VGG.Options o -> o.hidden(c.getInt("hidden"));
            case ResNet.Options o -> o.width(c.getInt("width"));
            case GoogLeNet.Options o -> o.transformInput(c.getBoolean("transform_input")).dropoutAux(0);
            case Inception3.Options o -> o.auxLogits(c.getBoolean("aux_logits"));
            case EfficientNet.Options o -> o.width(c.getDouble("width")).depth(c.getDouble("depth")).stochasticDepth(0);
            case ConvNeXt.Options o -> o.stages(c.getInts("widths"), c.getInts("depths")).stochasticDepth(0);
            case VisionTransformer.Options o -> {
                o.imageSize(c.getInt("side")).patchSize(c.getInt("patch")).layers(c.getInt("layers"));
                o.heads(c.getInt("heads")).hidden(c.getInt("hidden")).mlp(c.getInt("mlp"));
                if (c.has("representation")) {
                    o.representationSize(c.getInt("representation"));
                }
            }
            case SwinTransformer.Options o -> {
                o.stages(c.getInts("depths"), c.getInts("heads")).embedDim(c.getInt("embed"));
                o.window(c.getInt("window")).stochasticDepth(0);
            }
            case RegNet.Options o -> {
                int[] widths = c.getInts("widths");
                o.widths(widths[0], widths[1], c.getDouble("slope"), c.getDouble("step"));
                o.groupWidth(c.getInt("group"));
            }
            default -> {}
        }
    }

    private static String keys(Layer net) {
        var crc = new CRC32();
        net.stateDict()
                .entries()
                .forEach((name, t) -> crc.update((name + " " + t.shape() + "\n").getBytes(StandardCharsets.UTF_8)));
        return Long.toString(crc.getValue());
    }

    /** A network with the weights of the formula, in one type. */
    private static final class Comparison {
        private final GoldenCase c;
        private final Layer net;
        private final Tensor x;
        private final double tolerance;

        Comparison(GoldenCase c, Layer net, DType type, double tolerance) {
            this.c = c;
            this.net = net.to(type);
            this.tolerance = tolerance;
            int side = c.getInt("side");
            x = Formula.of(c.name(), 2, 3, side, side).to(type);
        }

        /** {@return the logits in training, those of auxiliary classifiers last} */
        Tensor logits() {
            net.train();
            if (!(net instanceof AuxiliaryClassifiers a)) {
                return net.call(x);
            }
            AuxiliaryOutputs y = a.forwardWithAuxiliary(x);
            return Tensors.cat(Stream.concat(Stream.of(y.logits()), y.auxiliary().stream()).toList());
        }

        void training() {
            Tensor y = logits();
            close("train", y);
            y.backward(Formula.of(c.name() + ".up", y.shape().dims()).to(y.dtype()));
            Tensor grad = Tensor.class.cast(net.namedParameters().get(c.get("first")).grad()).flatten();
            close("grad", grad.narrow(0, 0, Math.min(SHOWN, grad.numel())));
            close("norm", grad.norm());
            if (c.hasTensor("norms")) {
                double[] norms = net.parameters().stream().mapToDouble(Comparison::gradientNorm).toArray();
                close("norms", Tensors.tensor(norms, DType.FLOAT64));
            }
        }

        private static double gradientNorm(Tensor parameter) {
            return Tensor.class.cast(parameter.grad()).norm().item();
        }

        void evaluation(String name) {
            net.eval();
            try (var off = Autograd.noGrad()) {
                close(name, net.call(x));
            }
        }

        void close(String name, Tensor actual) {
            close(name, actual, tolerance);
        }

        /** Relative to the greatest element, which is what rounding in sums is in proportion to. */
        void close(String name, Tensor actual, double tolerance) {
            Tensor expected = c.tensor(name);
            double most = expected.abs().max().item();
            assertThat(actual.detach().to(DType.FLOAT64)).as(name).isCloseTo(expected, 0, tolerance * most);
        }
    }
}
