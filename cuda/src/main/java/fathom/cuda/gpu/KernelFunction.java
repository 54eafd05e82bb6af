package fathom.cuda.gpu;

/** A compiled kernel on one GPU. */
public interface KernelFunction {

    /** {@return the name of its source} */
    String name();
}
