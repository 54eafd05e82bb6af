package fathom.onednn;

import java.util.Locale;

/** What oneDNN makes of this processor. */
final class Processor {
    /** The bit of {@code dnnl_cpu_isa_t} that products of bfloat16 in AVX-512, and all sets above, have. */
    private static final int AVX512_BF16 = 0x80;

    private static final String ARCHITECTURE = System.getProperty("os.arch").toLowerCase(Locale.ROOT);

    private Processor() {}

    /** Whether products of bfloat16 are faster than those of float32; only of x86 processors is it known. */
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
