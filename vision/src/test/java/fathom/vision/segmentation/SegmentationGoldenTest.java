package fathom.vision.segmentation;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.nn.Dropout;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.vision.Formula;
import java.util.ArrayList;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** torchvision's networks with few channels answer and learn as PyTorch's do. */
class SegmentationGoldenTest {
    private static final Golden GOLDEN = Golden.load("golden/segmentation.safetensors");
    private static final int CLASSES = 5;

    private static SegmentationModel create(String name) {
        return switch (name) {
            case "fcn_resnet50" -> SegmentationModel.fcn_resnet50(SegmentationGoldenTest::narrow);
            case "deeplabv3_resnet50" -> SegmentationModel.deeplabv3_resnet50(SegmentationGoldenTest::narrow);
            default -> throw new AssertionError("no model for " + name);
        };
    }

    private static void narrow(SegmentationModel.Options o) {
        o.width(2).classes(CLASSES).auxiliary();
    }

    /**
     * The gradients of DeepLabV3 are ill-conditioned in float32: the batch norm of its pooled branch normalises two
     * values per channel, one for each image.
     */
    @ParameterizedTest
    @CsvSource({
        "fcn_resnet50, FLOAT64, 1e-9, 1e-9",
        "deeplabv3_resnet50, FLOAT64, 1e-9, 1e-9",
        "fcn_resnet50, FLOAT32, 2e-3, 2e-3",
        "deeplabv3_resnet50, FLOAT32, 2e-3, 0.1"
    })
    void answersAndGradientsAreTorchvisions(String name, DType type, double tolerance, double ofGradients) {
        GoldenCase c = GOLDEN.cases().stream().filter(g -> g.name().equals(name)).findFirst().orElseThrow();
        SegmentationModel net = create(name);
        net.to(type);
        Formula.fill(net);
        Tensor x = Formula.of(name, c.getLongs("shape")).to(type);
        Tensor y = Tensors.arange(2 * 36 * 44).mul(7).remainder(CLASSES).reshape(2, 36, 44);
        y.narrow(1, 0, 5).fill_(255);

        net.eval();
        try (var off = Autograd.noGrad()) {
            SegmentationModel.Output before = net.output(x);
            close("before", third(before.out()), c, tolerance);
            close("before_aux", third(before.auxiliary()), c, tolerance);
            assertThat(net.forward(x).equal(before.out())).isTrue();
        }

        net.train();
        net.blocks(Dropout.class).forEach(Dropout::eval);
        Tensor loss = new SegmentationTask(net).step(Batch.of(x, y)).sum();
        close("loss", loss, c, tolerance);
        loss.backward();
        var norms = new ArrayList<Double>();
        int shown = 0;
        for (var p : net.namedParameters().entrySet()) {
            Tensor grad = Objects.requireNonNull(p.getValue().grad());
            norms.add(grad.norm().item());
            String key = "grad:" + p.getKey();
            if (c.hasTensor(key)) {
                close(key, grad.flatten().narrow(0, 0, Math.min(64, grad.numel())), c, ofGradients);
                shown++;
            }
        }
        close("norms", Tensors.tensor(norms.stream().mapToDouble(d -> d).toArray(), DType.FLOAT64), c, ofGradients);
        assertThat(shown).as("gradients by name").isGreaterThanOrEqualTo(5);
    }

    private static Tensor third(Tensor x) {
        return x.get(":, :, ::3, ::3");
    }

    private static void close(String name, Tensor actual, GoldenCase c, double tolerance) {
        Tensor expected = c.tensor(name);
        double most = expected.abs().max().item();
        assertThat(actual.detach().to(DType.FLOAT64)).as(name).isCloseTo(expected, 0, tolerance * most);
    }
}
