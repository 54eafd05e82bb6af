package fathom.onednn;

import java.util.Locale;

/** The instruction sets that oneDNN uses on this processor. */
final class Processor {
    /** The bit of {@code dnnl_cpu_isa_t} set for AVX512_BF16 and all larger instruction sets. */
    private static final int AVX512_BF16 = 0x80;

    private static final String ARCHITECTURE = System.getProperty("os.arch").toLowerCase(Locale.ROOT);

    private Processor() {}

    /** {@return whether products of bfloat16 are faster than those of float32; false on unknown architectures} */
    static boolean multipliesBfloat16() {
        return multipliesBfloat16(ARCHITECTURE, Dnnl.effectiveIsa());
    }

    static boolean multipliesBfloat16(String architecture, int isa) {
        return (architecture.equals("amd64") || architecture.equals("x86_64")) && (isa & AVX512_BF16) != 0;
    }

    static String name() {
        return String.format(Locale.ROOT, "%s 0x%x", ARCHITECTURE, Dnnl.effectiveIsa());
    }
}
