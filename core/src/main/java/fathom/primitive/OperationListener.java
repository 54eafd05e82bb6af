package fathom.primitive;

import fathom.Tensor;

/**
 * Observes the operations that one thread computes, in order: an exporter, which writes them to a file. See {@link
 * Ops#listen}.
 */
public interface OperationListener {
    /** {@return whether to observe the parts of a composed primitive rather than the primitive itself} */
    boolean enters(Composed primitive);

    /** A primitive was computed. */
    void applied(Primitive primitive, Tensor[] inputs, Tensor[] outputs);

    /**
     * A primitive is about to write its output into the memory of {@code self}.
     *
     * @param self whose memory is written
     * @param inputs as they are before
     */
    void writing(Primitive primitive, Tensor self, Tensor[] inputs);

    /**
     * Java code is about to access memory by its address: it reads values, or fills a new tensor.
     *
     * @param storage identifies the memory, as {@link Ops#storage} does
     */
    void accessing(Object storage);

    /**
     * Something happens that is no operation on tensors.
     *
     * @param what completes "it ...": "draws random numbers"
     */
    void refused(String what);
}
