package fathom.conformance;

import static fathom.Tensors.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.ops.InPlaceActivationOps;
import fathom.ops.InPlaceComparisonOps;
import fathom.ops.InPlaceFunctionOps;
import fathom.ops.InPlaceOps;
import fathom.ops.InPlaceSpecialOps;
import fathom.options.Rounding;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every in-place operation has the results and gradients of its out-of-place form. */
class InPlaceFormsTest {
    /** In-place forms of operations with another name. */
    private static final Set<String> WITHOUT = Set.of("copy_", "fill_", "zero_");

    /** Only float64 can hold the result. */
    private static final String IN_FLOAT64 = "floatPower_";

    private static Object[] arguments(Method m, DType dtype) {
        var arguments = new Object[m.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> type = m.getParameterTypes()[i];
            if (type == Tensor.class) {
                arguments[i] = dtype.isFloating() ? tensor(0.4 + 0.2 * i, dtype) : tensor(1 + i, dtype);
            } else if (type == int.class) {
                arguments[i] = 1;
            } else if (type == Rounding.class) {
                arguments[i] = Rounding.FLOOR;
            } else if (!dtype.isFloating()) {
                arguments[i] = 1 + i;
            } else {
                arguments[i] = 0.3 + 0.5 * i;
            }
        }
        return arguments;
    }

    private static Tensor call(Method m, Tensor receiver, Object[] arguments) {
        try {
            return (Tensor) m.invoke(receiver, arguments);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(m + " failed: " + e.getCause(), e);
        }
    }

    private static void assertSame(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        double[] a = actual.to(FLOAT64).toDoubleArray();
        double[] b = expected.to(FLOAT64).toDoubleArray();
        for (int i = 0; i < a.length; i++) {
            if (!Double.isNaN(a[i]) || !Double.isNaN(b[i])) {
                assertThat(a[i]).isCloseTo(b[i], Offset.offset(1e-6));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> everyFormInPlace() throws NoSuchMethodException {
        Map<String, Method[]> forms = new TreeMap<>();
        for (Class<?> family :
                Set.of(
                        InPlaceOps.class,
                        InPlaceFunctionOps.class,
                        InPlaceSpecialOps.class,
                        InPlaceActivationOps.class,
                        InPlaceComparisonOps.class)) {
            for (Method m : family.getMethods()) {
                if (m.getName().endsWith("_") && !WITHOUT.contains(m.getName())) {
                    String plain = m.getName().substring(0, m.getName().length() - 1);
                    Method other = Tensor.class.getMethod(plain, m.getParameterTypes());
                    forms.put(m.getName() + Arrays.toString(m.getParameterTypes()), new Method[] {m, other});
                }
            }
        }
        return forms.entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> compare(e.getValue()[0], e.getValue()[1])));
    }

    private static void compare(Method inPlace, Method plain) {
        boolean bits = inPlace.getName().startsWith("bitwise");
        Tensor grid = bits ? arange(12).to(INT32) : linspace(-0.9, 1.7, 12);
        grid = inPlace.getName().equals(IN_FLOAT64) ? grid.to(FLOAT64) : grid;
        for (Tensor x :
                new Tensor[] {
                    grid,
                    grid.reshape(3, 4).t(),
                    grid.reshape(3, 4).slice(1, 0, 4, 2),
                    grid.get(3),
                    grid.narrow(0, 0, 0)
                }) {
            Object[] arguments = arguments(inPlace, x.dtype());
            Tensor expected = call(plain, x, arguments);
            Tensor own = x.clone();
            assertThat(call(inPlace, own, arguments)).isSameAs(own);
            assertSame(own, expected);
        }
        if (!bits) {
            compareGradients(inPlace, plain, grid);
        }
    }

    private static Tensor gradient(Tensor x) {
        Tensor g = x.grad();
        return g == null ? zerosLike(x) : g;
    }

    private static void compareGradients(Method inPlace, Method plain, Tensor grid) {
        Tensor x = grid.clone().requiresGrad_();
        Object[] arguments = arguments(inPlace, x.dtype());
        Tensor y = call(plain, x, arguments);
        if (!y.requiresGrad()) {
            return;
        }
        y.sum().backward();
        Tensor other = grid.clone().requiresGrad_();
        call(inPlace, other.clone(), arguments).sum().backward();
        assertSame(gradient(other), gradient(x));
        assertThatThrownBy(() -> call(inPlace, other, arguments)).hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void typesThatCannotHoldTheResultAreRejected() {
        assertThatThrownBy(() -> arange(3).sinh_())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sinh_")
                .hasMessageContaining("FLOAT32")
                .hasMessageContaining("INT64");
        assertThatThrownBy(() -> zeros(2).floatPower_(2))
                .hasMessageContaining("FLOAT64")
                .hasMessageContaining("FLOAT32");
        assertThatThrownBy(() -> zeros(2).atan2_(zeros(3, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[3, 2]");
    }

    @Test
    void randomNumbersInPlace() {
        manualSeed(3);
        Tensor x = empty(DType.FLOAT64, 4000);
        x.uniform_(2, 4);
        assertThat(x.min().item()).isGreaterThanOrEqualTo(2);
        assertThat(x.max().item()).isLessThanOrEqualTo(4);
        assertThat(x.mean().item()).isCloseTo(3, Offset.offset(0.05));
        x.normal_(5, 2);
        assertThat(x.mean().item()).isCloseTo(5, Offset.offset(0.15));
        assertThat(x.std().item()).isCloseTo(2, Offset.offset(0.1));
        assertThat(x.bernoulli_(0.25).mean().item()).isCloseTo(0.25, Offset.offset(0.03));
        Tensor again = empty(3);
        manualSeed(3);
        double[] first = again.normal_().to(FLOAT64).toDoubleArray();
        manualSeed(3);
        assertThat(again.normal_().to(FLOAT64).toDoubleArray()).isEqualTo(first);
        assertThatThrownBy(() -> arange(3).normal_()).hasMessageContaining("normal_");
        assertThatThrownBy(() -> zeros(3).bernoulli_(2)).hasMessageContaining("2.0");
        Tensor leaf = zeros(3).requiresGrad_();
        assertThatThrownBy(leaf::uniform_).isInstanceOf(IllegalStateException.class);
        try (var off = Autograd.noGrad()) {
            leaf.uniform_();
        }
        assertThat(leaf.requiresGrad()).isTrue();
    }
}
