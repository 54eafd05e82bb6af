package fathom.primitive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import fathom.DType;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.UnaryOp;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.AttentionGrad;
import fathom.primitive.neural.CrossEntropy;
import fathom.primitive.neural.Normalize;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Pool;
import fathom.primitive.window.PoolAxis;
import fathom.primitive.window.PoolGrad;
import fathom.primitive.window.Window;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Records with hand-written equality compare all their components. */
class KeysTest {
    static Stream<Class<?>> records() {
        var classes =
                new ArrayList<Class<?>>(
                        List.of(
                                MatMul.class,
                                Window.class,
                                Window.Axis.class,
                                Convolution.class,
                                ConvolutionInputGrad.class,
                                ConvolutionWeightGrad.class,
                                PoolGrad.class,
                                Attention.class,
                                AttentionGrad.class));
        classes.addAll(List.of(Expr.class.getPermittedSubclasses()));
        for (var owner : List.of(Normalize.class, CrossEntropy.class)) {
            classes.addAll(
                    Arrays.stream(owner.getDeclaredClasses()).filter(c -> c.getSimpleName().equals("Key")).toList());
        }
        return classes.stream();
    }

    @ParameterizedTest
    @MethodSource("records")
    void everyComponentIsCompared(Class<?> type) throws ReflectiveOperationException {
        var components = type.getRecordComponents();
        Object first = make(type, components, -1);
        assertEquals(first, make(type, components, -1));
        assertEquals(first.hashCode(), make(type, components, -1).hashCode());
        assertNotEquals(first, null);
        assertNotEquals(first, "another class");
        for (int i = 0; i < components.length; i++) {
            assertNotEquals(first, make(type, components, i), components[i].getName());
            assertNotEquals(make(type, components, i), first, components[i].getName());
        }
    }

    private static Object make(Class<?> type, RecordComponent[] components, int other)
            throws ReflectiveOperationException {
        var types = new Class<?>[components.length];
        var values = new @Nullable Object[components.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = components[i].getType();
            values[i] = value(types[i], i == other ? 1 : 0);
        }
        var constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return constructor.newInstance(values);
    }

    /** One of two values of a type; equal ones are distinct objects where they can be. */
    private static Object value(Class<?> type, int which) {
        if (type == boolean.class) {
            return which == 1;
        } else if (type == int.class) {
            return 3 + which;
        } else if (type == long.class) {
            return 3L + which;
        } else if (type == double.class) {
            return 0.5 + which;
        } else if (type == List.class) {
            return List.of(DType.FLOAT32, which == 1 ? DType.FLOAT64 : DType.FLOAT32);
        } else if (type == DType.class) {
            return which == 1 ? DType.FLOAT64 : DType.FLOAT32;
        } else if (type == UnaryOp.class) {
            return UnaryOp.values()[which];
        } else if (type == BinaryOp.class) {
            return BinaryOp.values()[which];
        } else if (type == Expr.class) {
            return new Expr.Input(3 + which, DType.FLOAT32);
        } else if (type == Window.class) {
            return Window.ofImages(1, 1, which, 0, 1, 1);
        } else if (type == Window.Axis[].class) {
            return new Window.Axis[] {new Window.Axis(1, which, 0, 1)};
        } else if (type == long[].class) {
            return new long[] {3 + which};
        } else if (type == Pool.class) {
            return Pool.ofImages(Pool.Kind.AVG, new PoolAxis.Adaptive(5, 2 + which), new PoolAxis.Adaptive(5, 2), true);
        } else if (type == Attention.class) {
            return new Attention(0.5, which == 1, false, false, 1);
        }
        throw new IllegalArgumentException("no values of " + type);
    }
}
