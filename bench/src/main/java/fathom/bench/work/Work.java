package fathom.bench.work;

/**
 * What both sides of a row compute, described by shapes alone. The interface is sealed, so that a new kind of work does
 * not compile until each side can do it.
 */
public sealed interface Work permits KernelWork, LayerWork, ModelWork, ProcessWork {
    /**
     * {@return floating-point operations of one call in matrix products and convolutions; 0 if it is not about those}
     */
    default double flops() {
        return 0;
    }

    /** {@return bytes that one call has to read and write, each input and output once; 0 if it is not about those} */
    default double bytes() {
        return 0;
    }

    /** {@return examples that one call takes; 0 if it has none} */
    default int examples() {
        return 0;
    }
}
