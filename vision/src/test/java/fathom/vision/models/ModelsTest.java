package fathom.vision.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Device;
import fathom.Fathom;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Linear;
import fathom.nn.Summary;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelsTest {
    @ParameterizedTest
    @ValueSource(strings = {"softmax", "mlp", "lenet", "lenet-relu"})
    void everyParameterLearns(String name) {
        Tensors.manualSeed(1);
        var model = Models.create(name);
        Tensor y = model.forward(Tensors.rand(4, 1, 28, 28));
        assertThat(y.shape().dims()).containsExactly(4, 10);
        Tensors.crossEntropy(y, Tensors.tensor(1L, 0, 9, 3)).backward();
        model.namedParameters()
                .forEach((n, p) -> {
                    assertThat(p.grad()).as(n).isNotNull();
                    assertThat(p.grad().norm().item()).as(n).isPositive();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"softmax", "mlp", "lenet", "lenet-relu"})
    void hasTheCoursesNumberOfParameters(String name) {
        var counts = Map.of("softmax", 7_850L, "mlp", 203_530L, "lenet", 61_706L, "lenet-relu", 61_706L);
        long n = Models.create(name).parameters().stream().mapToLong(Tensor::numel).sum();
        assertThat(n).isEqualTo(counts.get(name));
    }

    @ParameterizedTest
    @CsvSource({
        "course-vgg11, 43093322",
        "nin, 1992166",
        "course-googlenet, 5977530",
        "batchnorm-lenet, 44878",
        "course-resnet18, 11178378",
        "course-densenet, 758226",
        "resnet18, 11689512",
        "resnet50, 25557032",
    })
    void hasAsManyParametersAsInPyTorch(String name, long count) {
        try (var meta = Device.META.open()) { // which takes no memory
            assertThat(Models.create(name).parameters().stream().mapToLong(Tensor::numel).sum()).isEqualTo(count);
        }
    }

    static Iterable<String> names() {
        return Models.names();
    }

    @ParameterizedTest
    @MethodSource("names")
    void isSummarisedInNoMemory(String name) {
        long[] picture = Models.inputShape(name);
        var shape = new long[] {2, picture[0], picture[1], picture[2]};
        long inUse = Fathom.memory().inUse();
        Fathom.resetPeakMemory();
        try (var meta = Device.META.open()) {
            var rows = Summary.of(Models.create(name), shape).rows();
            assertThat(rows.getFirst().outputShape()).isEqualTo(Shape.of(2, picture[0] == 1 ? 10 : 1000));
        }
        assertThat(Fathom.memory().peak() - inUse).isLessThan(1L << 20);
    }

    @Test
    void namesAreThoseOfPyTorch() {
        assertThat(new LeNet().namedParameters().keySet())
                .containsExactly(
                        "0.weight",
                        "0.bias",
                        "3.weight",
                        "3.bias",
                        "7.weight",
                        "7.bias",
                        "9.weight",
                        "9.bias",
                        "11.weight",
                        "11.bias");
    }

    @Test
    void lenetStartsAsInTheCourse() {
        Tensors.manualSeed(2);
        var first = (Linear) new LeNet().get(7);
        double bound = Math.sqrt(6.0 / (400 + 120));
        assertThat(first.weight.abs().max().item()).isBetween(0.99 * bound, bound);
        assertThat(first.weight.mean().item()).isBetween(-0.002, 0.002);
    }

    @Test
    void anUnknownNameIsRefusedWithThoseKnown() {
        assertThatThrownBy(() -> Models.create("lenett"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("no model is named lenett", "lenet, lenet-relu");
    }
}
