package fathom.conformance;

import static fathom.Tensors.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.DType;
import fathom.ElementwiseFunctions;
import fathom.KeepDim;
import fathom.Rounding;
import fathom.Tensor;
import fathom.TensorFunctions;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Static forms do what the methods of the same names do, with the same arguments; grids, and repeated indices. */
class StaticFormsTest {
    /** Static functions that are no forms of methods. */
    private static final Set<String> OWN = Set.of("noGrad", "enableGrad", "isGradEnabled", "meshgrid");

    private static Stream<Method> forms() {
        return Stream.of(ElementwiseFunctions.class, TensorFunctions.class)
                .flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
                .filter(m -> Modifier.isPublic(m.getModifiers()) && !m.isSynthetic() && !OWN.contains(m.getName()))
                .filter(m -> !m.getName().equals("repeatInterleave") || m.getParameterCount() > 1);
    }

    @TestFactory
    Stream<DynamicTest> areTheMethods() {
        return forms().map(m ->
                DynamicTest.dynamicTest(m.getName() + Arrays.toString(m.getParameterTypes()), () -> compare(m)));
    }

    private static void compare(Method form) throws ReflectiveOperationException {
        Class<?>[] types = form.getParameterTypes();
        assertThat(types[0]).isEqualTo(Tensor.class);
        Method method = Tensor.class.getMethod(form.getName(), Arrays.copyOfRange(types, 1, types.length));
        Tensor x = input(form.getName());
        var arguments = new Object[types.length];
        arguments[0] = x;
        for (int i = 1; i < types.length; i++) {
            arguments[i] = argument(form.getName(), types[i], i);
        }
        manualSeed(3);
        Object actual = form.invoke(null, arguments);
        manualSeed(3);
        Object expected = method.invoke(x, Arrays.copyOfRange(arguments, 1, types.length));
        assertThat(numbers(actual)).isEqualTo(numbers(expected));
    }

    private static Tensor input(String name) {
        if (name.startsWith("bitwise") || name.equals("bincount")) {
            return name.equals("bincount") ? tensor(1, 3, 1) : tensor(5, 6, 7, 12);
        }
        return switch (name) {
            case "dot", "outer" -> tensor(0.5, 0.25, 0.75);
            case "bmm" -> fractions().reshape(2, 3, 3);
            case "cross", "mv" -> fractions().reshape(6, 3);
            case "multinomial" -> tensor(0.5, 0.25, 0.75);
            case "acosh" -> fractions().add(1);
            case "squeeze" -> fractions().reshape(2, 1, 9);
            case "repeatInterleave" -> fractions().narrow(1, 0, 1);
            default -> fractions();
        };
    }

    /** Different numbers between 0 and 1, in no order. */
    private static Tensor fractions() {
        return linspace(0.1, 0.9, 18).roll(5).reshape(2, 9);
    }

    private static Object argument(String name, Class<?> type, int place) {
        if (type == Tensor.class) {
            return tensorArgument(name, place);
        }
        if (type == Number.class) {
            return place == 1 ? 0.25 : 0.75;
        }
        if (type == double.class) {
            return place == 1 ? 0.25 : 0.5;
        }
        if (type == long.class || type == int.class) {
            long value =
                    switch (name) {
                        case "transpose", "movedim" -> place - 1;
                        case "multinomial" -> 2;
                        case "squeeze", "unsqueeze" -> 1;
                        case "narrow", "select" -> place == 1 ? 1 : 2;
                        case "repeatInterleave" -> place == 3 ? 3 : place == 2 ? 0 : 2;
                        case "split", "chunk", "topk", "roll" -> place == 1 ? 2 : 1;
                        case "glu" -> 0;
                        case "cross" -> 1;
                        default -> 1;
                    };
            return type == long.class ? (Object) value : (Object) (int) value;
        }
        if (type == long[].class) {
            return switch (name) {
                case "split" -> new long[] {4, 5};
                case "reshape" -> new long[] {3, 6};
                case "broadcastTo" -> new long[] {2, 2, 9};
                default -> new long[] {2, 2};
            };
        }
        if (type == int[].class) {
            return name.equals("permute") ? new int[] {1, 0} : new int[] {1};
        }
        if (type == boolean.class) {
            return true;
        }
        if (type == DType.class) {
            return FLOAT64;
        }
        if (type == Rounding.class) {
            return Rounding.FLOOR;
        }
        assertThat(type).isEqualTo(KeepDim.class);
        return KEEP_DIM;
    }

    private static Tensor tensorArgument(String name, int place) {
        if (name.equals("maskedFill")) {
            return place == 1 ? fractions().gt(0.5) : tensor(2.0);
        }
        if (name.startsWith("bitwise")) {
            return tensor(1, 2, 3, 1);
        }
        return switch (name) {
            case "matmul", "mm", "addmm" -> addmm(name, place);
            case "dot", "outer" -> tensor(2.0, 3.0, 4.0);
            case "mv" -> tensor(2.0, 3.0, 4.0);
            case "bmm" -> fractions().reshape(2, 3, 3);
            case "cross" -> fractions().reshape(6, 3).flip(0);
            case "gather", "scatter", "scatterAdd", "takeAlongDim", "take" ->
                    place == 3 ? fractions() : zeros(INT64, 2, 9).add(1);
            case "indexSelect" -> tensor(1, 0);
            case "maskedSelect" -> fractions().gt(0.5);
            case "repeatInterleave" -> tensor(2, 1);
            case "prelu" -> tensor(0.5);
            case "clamp" -> place == 1 ? tensor(0.25) : tensor(0.75);
            default -> fractions().flip(1);
        };
    }

    private static Tensor addmm(String name, int place) {
        return name.equals("addmm") && place == 1 ? ones(2, 4) : name.equals("addmm") ? ones(4, 9) : ones(9, 2);
    }

    /** Everything a result holds, to compare. */
    private static List<?> numbers(Object result) {
        return switch (result) {
            case Tensor t -> List.of(t.dtype(), t.shape(), Arrays.toString(t.to(FLOAT64).flatten().toDoubleArray()));
            case ValuesAndIndices v -> List.of(numbers(v.values()), numbers(v.indices()));
            case List<?> list -> list.stream().map(StaticFormsTest::numbers).toList();
            default -> List.of(result);
        };
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
    void drawsAreMethodsToo() {
        manualSeed(1);
        Tensor weights = tensor(0.0, 1, 3);
        assertThat(weights.multinomial(2).sort().values().toLongArray()).containsExactly(1, 2);
        assertThat(weights.multinomial(9, true).ge(1).all().itemBoolean()).isTrue();
        assertThatThrownBy(() -> weights.multinomial(3)).hasMessageContaining("3 samples without replacement");
        assertThat(tensor(0.0, 1).bernoulli().toFloatArray()).containsExactly(0, 1);
    }

    @Test
    void grids() {
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
    void indicesRepeatedEachItsTimes() {
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
