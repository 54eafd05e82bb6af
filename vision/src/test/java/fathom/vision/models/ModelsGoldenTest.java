package fathom.vision.models;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.optim.SGD;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.vision.Formula;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Narrow variants of the networks answer, learn and answer again as PyTorch's do. */
class ModelsGoldenTest {
    private static final Golden GOLDEN = Golden.load("golden/models.safetensors");

    private static Layer create(GoldenCase c) {
        return switch (c.name()) {
            case "course-alexnet" -> new CourseAlexNet(o -> course(c, o));
            case "course-vgg11" -> new CourseVGG(o -> course(c, o));
            case "course-resnet18" -> new CourseResNet18(o -> course(c, o));
            case "nin" -> new NiN(o -> course(c, o));
            case "course-googlenet" -> new CourseGoogLeNet(o -> course(c, o));
            case "batchnorm-lenet" -> new BatchNormLeNet();
            case "course-densenet" -> new CourseDenseNet(o -> course(c, o));
            case "resnet18" -> ResNet.resnet18(o -> torchvision(c, o));
            case "resnet34" -> ResNet.resnet34(o -> torchvision(c, o));
            case "resnet50" -> ResNet.resnet50(o -> torchvision(c, o));
            default -> throw new AssertionError("no model for " + c.name());
        };
    }

    private static void course(GoldenCase c, CourseOptions o) {
        o.ratio(c.getInt("ratio")).hidden(c.getInt("hidden", 1)).dropout(0);
    }

    private static void torchvision(GoldenCase c, ResNet.Options o) {
        o.width(c.getInt("width")).classes(c.getInt("classes"));
    }

    @TestFactory
    Stream<DynamicTest> inDoublePrecision() {
        return GOLDEN.cases().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c, DType.FLOAT64, 1e-9)));
    }

    /** The other way through the backends; errors add up over the layers. */
    @TestFactory
    Stream<DynamicTest> inSinglePrecision() {
        return GOLDEN.cases().stream().map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c, DType.FLOAT32, 2e-3)));
    }

    private static void check(GoldenCase c, DType type, double tolerance) {
        Layer net = create(c).to(type);
        Formula.fill(net);
        long[] shape = c.getLongs("shape");
        Tensor x = Formula.of(c.name(), shape).to(type);
        Tensor y = Tensors.arange(shape[0]).mul(7).remainder(10);

        close("before", evaluate(net, x), c, tolerance);

        net.train();
        Tensor answer = net.forward(x);
        close("answer", answer, c, tolerance);
        Tensor loss = Tensors.crossEntropy(answer, y);
        close("loss", loss, c, tolerance);
        loss.backward();
        var norms = new ArrayList<Double>();
        net.parameters().forEach(p -> norms.add(Tensor.class.cast(p.grad()).norm().item()));
        close("norms", Tensors.tensor(norms.stream().mapToDouble(d -> d).toArray(), DType.FLOAT64), c, tolerance);
        int shown = 0;
        for (var p : net.namedParameters().entrySet()) {
            String name = "grad:" + p.getKey();
            if (c.hasTensor(name)) {
                Tensor grad = Tensor.class.cast(p.getValue().grad()).flatten();
                close(name, grad.narrow(0, 0, Math.min(64, grad.numel())), c, tolerance);
                shown++;
            }
        }
        assertThat(shown).as("gradients by name").isGreaterThan(2);

        new SGD(List.copyOf(net.parameters()), c.getDouble("lr")).step();
        close("after", evaluate(net, x), c, 5 * tolerance);
    }

    private static Tensor evaluate(Layer net, Tensor x) {
        net.eval();
        try (var off = Autograd.noGrad()) {
            return net.forward(x);
        }
    }

    /** Within a part of the greatest element, which is what rounding in sums is in proportion to. */
    private static void close(String name, Tensor actual, GoldenCase c, double tolerance) {
        Tensor expected = c.tensor(name);
        double most = expected.abs().max().item();
        assertThat(actual.detach().to(DType.FLOAT64)).as(name).isCloseTo(expected, 0, tolerance * most);
    }
}
