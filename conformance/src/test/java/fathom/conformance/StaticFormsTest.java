package fathom.conformance;

import static fathom.Tensors.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.FactoryOps;
import fathom.Index;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ops.ConversionOps;
import fathom.ops.JoiningOps;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Static forms agree with the methods of the same names and arguments; meshgrids, and repeated indices. */
class StaticFormsTest {
    /** Methods that PyTorch has as methods only, or that read badly without a receiver. */
    private static final Set<String> METHODS_ONLY =
            Set.of(
                    "self",
                    "get",
                    "set",
                    "T",
                    "mT",
                    "view",
                    "viewAs",
                    "contiguous",
                    "expand",
                    "expandAs",
                    "repeat",
                    "sumTo",
                    "broadcastWith",
                    "unfold",
                    "rsub",
                    "rdiv",
                    "rpow",
                    "where",
                    "geluTanh",
                    "nonzeroAsTuple");

    /**
     * Methods that write in place, read numbers, create other tensors, or have static functions with other arguments.
     */
    private static final Set<Class<?>> WITHOUT_FORMS =
            Set.of(Index.class, ConversionOps.class, FactoryOps.class, JoiningOps.class);

    private static Stream<Method> methods() {
        return Arrays.stream(Tensor.class.getInterfaces())
                .filter(c -> !WITHOUT_FORMS.contains(c))
                .flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
                .filter(m -> m.isDefault() && !m.getName().endsWith("_") && !METHODS_ONLY.contains(m.getName()));
    }

    @Test
    void methodsHaveFormsThatTakeTheTensorFirst() throws NoSuchMethodException {
        assertThat(methods()).hasSizeGreaterThan(400);
        for (Method m : methods().toList()) {
            var types = Stream.concat(Stream.of(Tensor.class), Arrays.stream(m.getParameterTypes()));
            Method form = Tensors.class.getMethod(m.getName(), types.toArray(Class<?>[]::new));
            assertThat(form.getGenericReturnType()).as(m.toString()).isEqualTo(m.getGenericReturnType());
        }
    }

    @Test
    void argumentsKeepTheirOrder() {
        Tensor x = tensor(5.0, 7);
        Tensor y = tensor(2.0, 3);
        assertThat(sub(x, y).toFloatArray()).containsExactly(3, 4);
        assertThat(sub(x, y, 2).toFloatArray()).containsExactly(1, 1);
        assertThat(pow(x, 2).toFloatArray()).containsExactly(25, 49);
        assertThat(clamp(x, 6, 6.5).toFloatArray()).containsExactly(6, 6.5f);
        assertThat(addmm(y, x.reshape(1, 2).mT(), y.reshape(1, 2)).toFloatArray()).containsExactly(12, 18, 16, 24);
        assertThat(gather(x, 0, tensor(1, 0)).toFloatArray()).containsExactly(7, 5);
        assertThat(sum(ones(2, 3), 1, KEEP_DIM).shape()).isEqualTo(Shape.of(2, 1));
        assertThat(sort(x, 0, true).values().toFloatArray()).containsExactly(7, 5);
    }

    @Test
    void importedNames() {
        Tensor x = tensor(-1.0, 2.0).requiresGrad_();
        assertThat(relu(x).add(exp(x)).sub(sigmoid(x)).requiresGrad()).isTrue();
        try (var off = noGrad()) {
            assertThat(isGradEnabled()).isFalse();
            assertThat(tanh(x).requiresGrad()).isFalse();
            try (var on = enableGrad()) {
                assertThat(softmax(x, 0).requiresGrad()).isTrue();
            }
        }
        assertThat(Autograd.isGradEnabled()).isTrue();
    }

    @Test
    void softmaxInAnotherType() {
        Tensor x = tensor(1, 2);
        assertThat(x.softmax(0, FLOAT64).dtype()).isEqualTo(FLOAT64);
        assertThat(x.logSoftmax(0, FLOAT64).exp().sum().item())
                .isCloseTo(1, org.assertj.core.data.Offset.offset(1e-15));
        assertThatThrownBy(() -> x.softmax(0, INT64)).hasMessageContaining("softmax").hasMessageContaining("INT64");
    }

    @Test
    void randomFillsAreMethodsToo() {
        manualSeed(1);
        Tensor weights = tensor(0.0, 1, 3);
        assertThat(weights.multinomial(2).sort().values().toLongArray()).containsExactly(1, 2);
        assertThat(weights.multinomial(9, true).ge(1).all().itemBoolean()).isTrue();
        assertThatThrownBy(() -> weights.multinomial(3)).hasMessageContaining("3 samples without replacement");
        assertThat(tensor(0.0, 1).bernoulli().toFloatArray()).containsExactly(0, 1);
    }

    @Test
    void meshgrids() {
        Tensor a = tensor(1, 2);
        Tensor b = tensor(3, 4, 5);
        List<Tensor> ij = meshgrid(a, b);
        assertThat(ij.get(0).flatten().toLongArray()).containsExactly(1, 1, 1, 2, 2, 2);
        assertThat(ij.get(1).flatten().toLongArray()).containsExactly(3, 4, 5, 3, 4, 5);
        List<Tensor> xy = meshgrid(List.of(a, b, tensor(6)), "xy");
        assertThat(xy.get(0).shape().dims()).containsExactly(3, 2, 1);
        assertThat(xy.get(0).flatten().toLongArray()).containsExactly(1, 2, 1, 2, 1, 2);
        assertThat(xy.get(1).flatten().toLongArray()).containsExactly(3, 3, 4, 4, 5, 5);
        assertThat(xy.get(2).sharesStorageWith(ij.get(0))).isFalse();
        assertThat(ij.get(0).sharesStorageWith(a)).isTrue();
        assertThatThrownBy(() -> meshgrid(List.of(a), "yx")).hasMessageContaining("\"yx\"");
        assertThatThrownBy(Tensors::meshgrid).hasMessageContaining("at least one");
        assertThatThrownBy(() -> meshgrid(a, tensor(1.0, 2))).hasMessageContaining("FLOAT32");
        assertThatThrownBy(() -> meshgrid(zeros(2, 2))).hasMessageContaining("[2, 2]");
    }

    @Test
    void repeatInterleavedIndices() {
        assertThat(repeatInterleave(tensor(1, 0, 3)).toLongArray()).containsExactly(0, 2, 2, 2);
        assertThat(repeatInterleave(zeros(INT64, 0)).numel()).isZero();
        assertThat(repeatInterleave(zeros(INT64, 4)).numel()).isZero();
        Tensor x = arange(6).reshape(3, 2);
        assertThat(x.repeatInterleave(tensor(2, 0, 1).to(INT32), 0).flatten().toLongArray())
                .containsExactly(0, 1, 0, 1, 4, 5);
        assertThat(x.repeatInterleave(tensor(2, 1), -1, 3).flatten().toLongArray())
                .containsExactly(0, 0, 1, 2, 2, 3, 4, 4, 5);
        assertThat(x.repeatInterleave(tensor(new long[] {2})).numel()).isEqualTo(12);
        assertThat(tensor(5).repeatInterleave(tensor(2)).toLongArray()).containsExactly(5, 5);
        assertThat(zeros(0, 2).repeatInterleave(tensor(2), 0).shape().dims()).containsExactly(0, 2);
        assertThatThrownBy(() -> x.repeatInterleave(tensor(1, 2), 0)).hasMessageContaining("[2]");
        assertThatThrownBy(() -> x.repeatInterleave(tensor(1, -2, 1), 0)).hasMessageContaining("-2");
        assertThatThrownBy(() -> x.repeatInterleave(tensor(1, 2, 1), 0, 5)).hasMessageContaining("outputSize is 5");
        assertThatThrownBy(() -> x.repeatInterleave(tensor(1.0, 2, 1), 0)).hasMessageContaining("FLOAT32");
    }
}
