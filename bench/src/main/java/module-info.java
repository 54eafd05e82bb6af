import org.jspecify.annotations.NullMarked;

/** Measurements of kernels and of training steps. */
@NullMarked
module fathom.bench {
    requires static org.jspecify;
    requires fathom;
    requires fathom.cpu;
    requires fathom.onednn;
    requires jmh.core;
}
