import org.jspecify.annotations.NullMarked;

/** Benchmarks: comparison with libtorch, memory over many steps, micro-benchmarks. */
@NullMarked
module fathom.bench {
    requires static org.jspecify;
    requires fathom;
    requires com.microsoft.onnxruntime;
    requires fathom.cpu;
    requires info.picocli;
    requires java.management;
    requires jmh.core;
    requires tools.jackson.databind;
}
