package fathom.nn;

import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.ConvOptions;
import fathom.testkit.GoldenCase;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Convolutions and linear maps, forward and backward, as PyTorch has them. */
class ConvolutionGoldenTest {
    private static final Map<String, Goldens.Operation> OPERATIONS =
            Map.of(
                    "conv2d", (c, in) -> Tensors.conv2d(in[0], in[1], third(in), o -> configure(c, o)),
                    "conv1d", (c, in) -> Tensors.conv1d(in[0], in[1], third(in), o -> configure(c, o)),
                    "convTranspose2d",
                            (c, in) -> Tensors.convTranspose2d(in[0], in[1], third(in), o -> configure(c, o)),
                    "linear", (c, in) -> Tensors.linear(in[0], in[1], third(in)),
                    "bilinear", (c, in) -> Tensors.bilinear(in[0], in[1], in[2], in[3]));

    private static Tensor third(Tensor[] in) {
        return in.length > 2 ? in[2] : null;
    }

    private static void configure(GoldenCase c, ConvOptions o) {
        o.stride(Goldens.ints(c, "stride", 1))
                .padding(Goldens.ints(c, "padding", 0))
                .dilation(Goldens.ints(c, "dilation", 1))
                .outputPadding(Goldens.ints(c, "outputPadding", 0))
                .groups(c.getInt("groups", 1));
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.tests("golden/convolution.safetensors", OPERATIONS);
    }
}
