package fathom;

import fathom.memory.Storage;
import fathom.primitive.Composed;
import fathom.primitive.Layouts;
import fathom.primitive.ScalarSource;
import fathom.primitive.Tape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which types operations turn their operands into while {@link Precision#BFLOAT16} is open. */
final class MixedTypes {
    private static final Narrow NARROW = new Narrow();

    private MixedTypes() {}

    /** {@return what a product or a convolution computes with instead of {@code t}} */
    static Tensor narrow(Tensor t) {
        return narrow(t.dtype()) == t.dtype() ? t : Dispatch.apply(NARROW, t)[0];
    }

    /** {@return the type that a product or a convolution computes operands of type {@code t} in} */
    static DType narrow(DType t) {
        return Precision.current() == Precision.FLOAT32 || t != DType.FLOAT32 && t != DType.FLOAT16
                ? t
                : DType.BFLOAT16;
    }

    /** {@return what is summed up instead of {@code t}} */
    static Tensor wide(Tensor t) {
        return t.to(wide(t.dtype()));
    }

    /** {@return the type that elements of type {@code t} are summed up in} */
    static DType wide(DType t) {
        return (t == DType.BFLOAT16 || t == DType.FLOAT16) && Precision.current() == Precision.BFLOAT16
                ? DType.FLOAT32
                : t;
    }

    /**
     * A wide tensor in bfloat16, on its way into a product. The gradient that comes back may be bfloat16, or float32
     * already: products that find this behind an input (see {@link Tape#gradientType}) give its gradient unrounded.
     */
    record Narrow() implements Composed {
        @Override
        public Tensor[] compute(Tensor... inputs) {
            return new Tensor[] {copy(inputs[0])};
        }

        @Override
        public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
            Tensor g = gradOutputs[0];
            return new @Nullable Tensor[] {g == null ? null : g.to(tape.inputType(0))};
        }

        @Override
        public String name() {
            return "narrow";
        }
    }

    /** What identifies the copy of a parameter among what was derived from its memory. */
    private record Key(long offset, List<Long> shape, List<Long> strides) {
        static Key of(Tensor t) {
            return new Key(t.storageOffset(), boxed(t.rawShape()), boxed(t.rawStrides()));
        }

        private static List<Long> boxed(long[] values) {
            return Arrays.stream(values).boxed().toList();
        }
    }

    /** A bfloat16 copy; of parameters one that lasts until they change. */
    private static Tensor copy(Tensor t) {
        Storage storage = t.storage();
        // a plan must make its copy at each replay: whether one is still good it cannot know
        if (!storage.isKept() || !t.isLeaf() || Tracing.current() != null) {
            return t.to(DType.BFLOAT16);
        }
        long[] shape = t.rawShape();
        long[] strides = Layouts.contiguous(shape);
        Storage copy =
                storage.derived(
                        Key.of(t),
                        t.numel() * DType.BFLOAT16.size(),
                        to ->
                                Dispatch.update(
                                        Kernels.cast(t.dtype(), DType.BFLOAT16),
                                        new ScalarSource.Fixed(),
                                        List.<Tensor[]>of(new Tensor[] {t}),
                                        List.<Tensor[]>of(new Tensor[] {of(to, shape, strides)})));
        return of(copy, shape, strides);
    }

    private static Tensor of(Storage storage, long[] shape, long[] strides) {
        return new Tensor(storage, 0, shape, strides, DType.BFLOAT16, null);
    }
}
