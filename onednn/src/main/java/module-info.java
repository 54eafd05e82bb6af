import org.jspecify.annotations.NullMarked;

/** The oneDNN backend, which calls oneDNN through java.lang.foreign if its library is found. */
@NullMarked
module fathom.onednn {
    requires static org.jspecify;
    requires fathom.core;
    requires fathom.cpu;

    exports fathom.onednn to
            fathom.bench;

    provides fathom.primitive.Backend with
            fathom.onednn.OneDnnBackend;
}
