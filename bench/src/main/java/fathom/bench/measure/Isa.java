package fathom.bench.measure;

import java.util.List;
import java.util.Map;

/** The vector instructions that the sides may use: how the JVM and each library are told. */
public enum Isa {
    /** All that the processor has. */
    NATIVE(List.of(), Map.of()),

    /** 256 bits, as most people's processors have. */
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

    /** {@return options for Fathom's JVM} */
    List<String> jvm() {
        return jvm;
    }

    /** {@return variables for oneDNN, which both sides use, and for libtorch and its libraries} */
    Map<String, String> environment() {
        return environment;
    }
}
