package fathom.bench.work;

/**
 * A workload of both sides, described by shapes alone. The interface is sealed, so that a new kind of workload does not
 * compile until each side supports it.
 */
public sealed interface Work permits KernelWork, LayerWork, ModelWork, LanguageWork, ProcessWork {
    /**
     * {@return the floating-point operations of one call in matrix products and convolutions; 0 if it is not bound by
     * these}
     */
    default double flops() {
        return 0;
    }

    /**
     * {@return the bytes that one call must read and write, each input and output once; 0 if it is not bound by these}
     */
    default double bytes() {
        return 0;
    }

    /** {@return the number of examples per call; 0 if it has none} */
    default int examples() {
        return 0;
    }
}
