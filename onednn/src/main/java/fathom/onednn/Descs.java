package fathom.onednn;

import java.util.ArrayList;
import java.util.List;

/** Memory descriptions made while a plan is being made, released together at its end. */
final class Descs implements AutoCloseable {
    private final List<Long> all = new ArrayList<>();

    /** Strided memory; strides in elements. */
    long strided(int type, long[] shape, long[] strides) {
        return own(Dnnl.createDesc(type, shape, strides));
    }

    /**
     * {@return the steps of a matrix as oneDNN is to be told them, from row to row and from column to column: the
     * stride of a dimension of one element means nothing, but oneDNN looks at it to tell layouts apart}
     */
    static long[] steps(long rows, long columns, long rowStep, long columnStep) {
        return new long[] {
            rows == 1 && columnStep == 1 ? columns : rowStep, columns == 1 && rowStep == 1 ? rows : columnStep
        };
    }

    /** Memory in whatever layout the primitive likes best. */
    long any(int type, long[] shape) {
        return own(Dnnl.createAnyDesc(type, shape));
    }

    /** Channels-last memory without gaps, of a logical {@code [N, C, ..., W]}. */
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
