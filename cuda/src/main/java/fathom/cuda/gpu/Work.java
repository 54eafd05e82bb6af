package fathom.cuda.gpu;

/** A call of a primitive with fixed addresses, prepared to be submitted any number of times. */
@FunctionalInterface
public interface Work {

    /** Submits the work. */
    void submit();

    /** {@return whether it can be part of a graph: it submits launches and copies within the memory only} */
    default boolean isCapturable() {
        return true;
    }
}
