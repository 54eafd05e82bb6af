package fathom;

import fathom.dispatch.Kernels;
import fathom.memory.Storage;
import fathom.primitive.Composed;
import fathom.primitive.Layouts;
import fathom.primitive.OperationKind;
import fathom.primitive.ScalarSource;
import fathom.primitive.Tape;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The types in which operations compute while {@link Precision#BFLOAT16} is open, by kind of operation. The dispatcher
 * applies it: operations pass their kind ({@link Dispatch#cast(OperationKind, Tensor)}) before they reshape their
 * operands, so that the cast is of a parameter itself rather than of an expanded view.
 */
final class Autocast {
    private static final CastToBfloat16 CAST = new CastToBfloat16();

    private Autocast() {}

    /** The effect of a policy on operands. */
    private enum Policy {
        /** Casts float32 and float16 to bfloat16. */
        LOWER,

        /** Casts bfloat16 and float16 to float32. */
        FLOAT32
    }

    /** PyTorch's lists; operations without a kind, such as activations, compute in the type of their operands. */
    private static Policy of(OperationKind kind) {
        return switch (kind) {
            case PRODUCT, CONVOLUTION, ATTENTION -> Policy.LOWER;
            case SUM, SCAN, STATISTICS, NORM, SOFTMAX, LOSS, FACTORISATION, FOURIER -> Policy.FLOAT32;
        };
    }

    /** {@return the type in which an operation computes operands of type {@code t}} */
    static DType type(OperationKind kind, DType t) {
        return switch (of(kind)) {
            case LOWER -> t == DType.FLOAT32 || t == DType.FLOAT16 ? DType.BFLOAT16 : t;
            case FLOAT32 -> t == DType.BFLOAT16 || t == DType.FLOAT16 ? DType.FLOAT32 : t;
        };
    }

    /** {@return {@code t} cast to the type in which the operation computes} */
    static Tensor operand(OperationKind kind, Tensor t) {
        DType type = type(kind, t.dtype());
        if (type == t.dtype()) {
            return t;
        }
        return type == DType.BFLOAT16 ? Dispatch.apply(CAST, t)[0] : t.to(type);
    }

    /**
     * Casts a tensor to bfloat16. The incoming gradient may be bfloat16, or already float32: products whose input is
     * such a cast (see {@link Tape#gradientType}) return its gradient unrounded.
     */
    record CastToBfloat16() implements Composed {
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
            return "castToBfloat16";
        }
    }

    /** The key of a parameter's copy among the contents derived from its memory. */
    private record Key(long offset, List<Long> shape, List<Long> strides) {
        static Key of(Tensor t) {
            return new Key(t.storageOffset(), boxed(t.rawShape()), boxed(t.rawStrides()));
        }

        private static List<Long> boxed(long[] values) {
            return Arrays.stream(values).boxed().toList();
        }
    }

    /** Creates a bfloat16 copy; that of a parameter is cached until the parameter changes. */
    private static Tensor copy(Tensor t) {
        Storage storage = t.storage();
        // a plan must copy at each replay, as it cannot know whether a cached copy is still valid
        if (!storage.isKept() || !t.isLeaf() || t.isMeta() || Handlers.isRecording()) {
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
