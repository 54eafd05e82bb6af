package fathom;

import fathom.memory.Allocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The key of the plan that a call replays, as far as it is determined by the call itself: the arguments' types, shapes,
 * strides, devices and aliasing, and the modes of the thread. The other conditions are the guards of each plan, {@link
 * Replay#holds}.
 */
final class PlanKey {
    private final DType[] dtypes;

    /** Per argument, its shape and strides; then the aliasing pairs: two arguments and their distance. */
    private final long[][] numbers;

    /** Per argument, its allocator; then that of the current device. */
    private final Allocator[] devices;

    private final boolean gradients;
    private final Precision precision;
    private final int hash;

    private PlanKey(DType[] dtypes, Allocator[] devices, long[][] numbers) {
        this.dtypes = dtypes;
        this.devices = devices;
        this.numbers = numbers;
        gradients = Autograd.isGradEnabled();
        precision = Precision.current();
        hash = 31 * Arrays.deepHashCode(numbers) + 2 * precision.ordinal() + (gradients ? 1 : 0);
    }

    /** {@return the key of a call with these arguments on this thread} */
    static PlanKey of(List<Tensor> arguments) {
        int n = arguments.size();
        var dtypes = new DType[n];
        var devices = new Allocator[n + 1];
        devices[n] = Device.current().memory();
        var numbers = new long[2 * n + 1][];
        for (int i = 0; i < n; i++) {
            Tensor t = arguments.get(i);
            dtypes[i] = t.dtype();
            devices[i] = t.storage().allocator();
            numbers[2 * i] = t.rawShape();
            numbers[2 * i + 1] = t.rawStrides();
        }
        numbers[2 * n] = sharing(arguments);
        return new PlanKey(dtypes, devices, numbers);
    }

    /**
     * {@return which arguments alias the same memory, and their distance: a plan addresses one relative to the other}
     */
    private static long[] sharing(List<Tensor> in) {
        var shared = new ArrayList<Long>(0);
        for (int i = 1; i < in.size(); i++) {
            int first = 0;
            while (in.get(first).storage() != in.get(i).storage()) {
                first++;
            }
            if (first < i) {
                shared.add((long) i);
                shared.add((long) first);
                shared.add(in.get(i).dataAddress() - in.get(first).dataAddress());
            }
        }
        return shared.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof PlanKey k
                && k.hash == hash
                && k.gradients == gradients
                && k.precision == precision
                && Arrays.equals(k.dtypes, dtypes)
                && Arrays.equals(k.devices, devices)
                && Arrays.deepEquals(k.numbers, numbers);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
