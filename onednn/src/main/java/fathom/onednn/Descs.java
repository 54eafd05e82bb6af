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

    /** Memory in whatever layout the primitive likes best. */
    long any(int type, long[] shape) {
        return own(Dnnl.createAnyDesc(type, shape));
    }

    /** Channels-last memory without gaps, of a logical {@code [N, C, H, W]}. */
    long channelsLast(int type, long n, long c, long h, long w) {
        return strided(type, new long[] {n, c, h, w}, new long[] {h * w * c, 1, w * c, c});
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
