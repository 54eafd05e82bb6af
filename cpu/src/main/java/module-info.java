import org.jspecify.annotations.NullMarked;

/** The CPU backend: kernels generated at run time, and matrix products, convolutions and pooling in vectorised Java. */
@NullMarked
module fathom.cpu {
    requires static org.jspecify;
    requires fathom.core;
    requires jdk.incubator.vector;

    exports fathom.cpu to
            fathom.bench;
    exports fathom.cpu.attention to
            fathom.onednn;
    exports fathom.cpu.conv to
            fathom.onednn;
    exports fathom.cpu.memory to
            fathom.onednn;
    exports fathom.cpu.winograd to
            fathom.onednn;
    exports fathom.cpu.rowproduct to
            fathom.onednn;
    exports fathom.cpu.parallel to
            fathom.onednn;

    provides fathom.primitive.Backend with
            fathom.cpu.CpuBackend;
}
