package fathom.cuda.window;

import java.util.Arrays;

/** Collects the fields of a kernel's {@code Arguments}. */
final class Arguments {
    private long[] values = new long[64];
    private int count;

    Arguments add(long... more) {
        if (count + more.length > values.length) {
            values = Arrays.copyOf(values, 2 * (count + more.length));
        }
        System.arraycopy(more, 0, values, count, more.length);
        count += more.length;
        return this;
    }

    long[] toArray() {
        return Arrays.copyOf(values, count);
    }
}
