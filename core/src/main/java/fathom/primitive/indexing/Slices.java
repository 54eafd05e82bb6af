package fathom.primitive.indexing;

import fathom.Tensor;
import fathom.primitive.Ops;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Detection of tensors that are equally spaced slices of one tensor, in one storage. */
public final class Slices {
    private Slices() {}

    /** {@return the elements from one slice to the next; 0 if there are fewer than two, or they are not such slices} */
    public static long step(@Nullable Tensor... slices) {
        Tensor first = slices[0];
        Tensor second = slices.length < 2 ? null : slices[1];
        if (first == null || second == null) {
            return 0;
        }
        long step = second.storageOffset() - first.storageOffset();
        for (int i = 1; i < slices.length; i++) {
            Tensor t = slices[i];
            if (t == null
                    || !t.sharesStorageWith(first)
                    || t.dtype() != first.dtype()
                    || t.storageOffset() != first.storageOffset() + i * step
                    || !Arrays.equals(Ops.shape(t), Ops.shape(first))
                    || !Arrays.equals(Ops.strides(t), Ops.strides(first))) {
                return 0;
            }
        }
        return Math.max(0, step);
    }

    /** {@return a copy with {@code number} inserted at index {@code place}} */
    public static long[] with(long[] numbers, int place, long number) {
        var all = new long[numbers.length + 1];
        System.arraycopy(numbers, 0, all, 0, place);
        all[place] = number;
        System.arraycopy(numbers, place, all, place + 1, numbers.length - place);
        return all;
    }
}
