package fathom.cuda.attention;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.gpu.KernelFiles;
import fathom.cuda.gpu.KernelSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the source of a kernel of attention is determined by.
 *
 * @param gradient the type of gradients
 * @param mask the mask's type; null without one
 * @param rank the number of dimensions of the batch
 * @param columns the columns of a result in a block
 * @param isDense whether the last dimensions are dense and rows aligned to 16 bytes
 */
record AttentionSource(
        Kind kind,
        DType type,
        DType gradient,
        @Nullable DType mask,
        boolean causal,
        boolean drops,
        int rank,
        int columns,
        boolean isDense) {

    enum Kind {
        PLAIN_FORWARD,
        PLAIN_QUERIES,
        PLAIN_KEYS,
        DELTA,
        TENSOR_FORWARD,
        TENSOR_QUERIES,
        TENSOR_KEYS;

        boolean isPlain() {
            return name().startsWith("PLAIN");
        }

        boolean isTensor() {
            return name().startsWith("TENSOR");
        }
    }

    KernelSource make() {
        var s = new StringBuilder();
        define(s, "T", ElementType.stored(type));
        define(s, "GRAD", ElementType.stored(gradient));
        define(s, "MASK", mask == null ? "float" : ElementType.stored(mask));
        define(s, "LOAD(x)", ElementType.load(type, "(x)"));
        define(s, "LOAD_MASK(x)", mask == null ? "0" : "(float) " + ElementType.load(mask, "(x)"));
        define(s, "STORE_T(x)", ElementType.store(type, "x"));
        define(s, "STORE_GRAD(x)", ElementType.store(gradient, "x"));
        define(s, "RANK", rank);
        define(s, "CAUSAL", causal ? 1 : 0);
        define(s, "MASKED", mask == null ? 0 : mask == DType.BOOL ? 1 : 2);
        define(s, "DROPS", drops ? 1 : 0);
        define(s, "TV", columns / 16);
        define(s, "WIDTH", columns);
        define(s, "DENSE", isDense ? 1 : 0);
        if (kind.isTensor()) {
            define(s, "MMA", type == DType.BFLOAT16 ? "fathom_mma_bf16" : "fathom_mma_f16");
            define(s, "TO_T", type == DType.BFLOAT16 ? "to_bf16" : "to_f16");
        }
        s.append(text("attention.cuh"));
        if (kind.isPlain()) {
            s.append(text("plain.cuh"));
        } else if (kind.isTensor()) {
            s.append(text("tensor.cuh"));
        }
        String name = kind.name().toLowerCase(Locale.ROOT);
        return new KernelSource("attention_" + name, s + text(name + ".cu")).contracting();
    }

    private static void define(StringBuilder s, String name, Object value) {
        s.append("#define ").append(name).append(' ').append(value).append('\n');
    }

    private static String text(String name) {
        return KernelFiles.resource("attention/" + name);
    }
}
