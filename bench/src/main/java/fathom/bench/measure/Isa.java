package fathom.bench.measure;

import java.util.List;
import java.util.Map;

/** The instruction sets that the sides may use, with the settings of the JVM and of each library. */
public enum Isa {
    /** All instructions of the processor. */
    NATIVE(List.of(), Map.of()),

    /** 256-bit vectors, as on most processors. */
    AVX2(
            List.of("-XX:UseAVX=2"),
            Map.of(
                    "ONEDNN_MAX_CPU_ISA", "AVX2",
                    "ATEN_CPU_CAPABILITY", "avx2",
                    "OPENBLAS_CORETYPE", "Haswell",
                    "MKL_ENABLE_INSTRUCTIONS", "AVX2"));

    private final List<String> jvm;
    private final Map<String, String> environment;

    Isa(List<String> jvm, Map<String, String> environment) {
        this.jvm = jvm;
        this.environment = environment;
    }

    /** {@return the options of Fathom's JVM} */
    List<String> jvm() {
        return jvm;
    }

    /** {@return the environment variables for oneDNN, which both sides use, and for libtorch and its libraries} */
    Map<String, String> environment() {
        return environment;
    }
}
