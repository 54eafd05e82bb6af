package fathom.onednn;

import java.util.ArrayList;
import java.util.List;

/** The memory descriptors created while a plan is made, released together. */
final class Descs implements AutoCloseable {
    private final List<Long> all = new ArrayList<>();

    /** {@return a descriptor of strided memory; strides in elements} */
    long strided(int type, long[] shape, long[] strides) {
        return own(Dnnl.createDesc(type, shape, strides));
    }

    /**
     * {@return the row and column strides to pass to oneDNN, which derives the layout from them even for dimensions of
     * one element, whose stride is arbitrary}
     */
    static long[] steps(long rows, long columns, long rowStep, long columnStep) {
        return new long[] {
            rows == 1 && columnStep == 1 ? columns : rowStep, columns == 1 && rowStep == 1 ? rows : columnStep
        };
    }

    /** {@return a descriptor whose layout the primitive chooses} */
    long any(int type, long[] shape) {
        return own(Dnnl.createAnyDesc(type, shape));
    }

    /** {@return a descriptor of dense channels-last memory of a logical {@code [N, C, ..., W]}} */
    long channelsLast(int type, long n, long c, long... spatial) {
        var shape = new long[2 + spatial.length];
        var strides = new long[shape.length];
        shape[0] = n;
        shape[1] = c;
        strides[1] = 1;
        long step = c;
        for (int d = shape.length - 1; d >= 2; d--) {
            shape[d] = spatial[d - 2];
            strides[d] = step;
            step *= shape[d];
        }
        strides[0] = step;
        return strided(type, shape, strides);
    }

    private long own(long desc) {
        all.add(desc);
        return desc;
    }

    @Override
    public void close() {
        all.forEach(Dnnl::destroyDesc);
        all.clear();
    }
}
