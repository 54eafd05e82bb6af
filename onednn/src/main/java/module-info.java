import org.jspecify.annotations.NullMarked;

/** The oneDNN backend, called through java.lang.foreign where its library is found. */
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
