package fathom.cuda.products;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.gpu.KernelFiles;
import fathom.cuda.gpu.KernelSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the source of a kernel of products is determined by.
 *
 * @param kind which kernel
 * @param out the type of the outputs; null for sums that are combined later
 * @param rank the number of dimensions of the batch
 * @param tile the size of the tile, or the number of rows
 * @param alongK whether a (bit 0) and b (bit 1) are loaded along k
 * @param widthA elements of a loaded at once
 * @param widthB elements of b loaded at once
 * @param wideC whether several elements of c are stored at once
 */
record ProductSource(
        Kind kind,
        DType in,
        @Nullable DType bias,
        @Nullable DType out,
        int rank,
        Tile tile,
        int alongK,
        int widthA,
        int widthB,
        boolean wideC) {

    enum Kind {
        TILED,
        TENSOR,
        DOTS,
        SUMS,
        COMBINE
    }

    /**
     * A tile.
     *
     * @param m its rows
     * @param n its columns
     * @param k the slice of k in shared memory; in a product with few rows, the warps of a column
     * @param threads the threads of a block
     * @param perThread rows and columns of a thread
     */
    record Tile(int m, int n, int k, int threads, int perThread) {}

    KernelSource make() {
        var s = new StringBuilder();
        boolean whole = !in.isFloating();
        String sum = in == DType.FLOAT64 ? "double" : whole ? "u64" : "float";
        boolean combine = kind == Kind.COMBINE;
        define(s, "IN", combine ? sum : ElementType.stored(in));
        define(s, "SUM", sum);
        define(s, "RANK", rank);
        define(s, "HAS_BIAS", bias == null ? 0 : 1);
        define(s, "BIAS", bias == null ? "float" : ElementType.stored(bias));
        define(s, "LOAD_BIAS(x)", bias == null ? "0" : load(bias));
        define(s, "OUT", out == null ? sum : ElementType.stored(out));
        define(s, "STORE(x)", out == null ? "(x)" : ElementType.store(out, "x"));
        define(s, "LOAD_IN(x)", load(in));
        define(s, "A_ALONG_K", alongK & 1);
        define(s, "B_ALONG_K", alongK >> 1);
        define(s, "WIDTH_A", widthA);
        define(s, "WIDTH_B", widthB);
        define(s, "WIDE_C", wideC ? 1 : 0);
        switch (kind) {
            case TILED -> {
                define(s, "BM", tile.m);
                define(s, "BN", tile.n);
                define(s, "BK", tile.k);
                define(s, "TM", tile.perThread);
                define(s, "TN", tile.perThread);
            }
            case TENSOR -> {
                define(s, "BM", tile.m);
                define(s, "BN", tile.n);
                define(s, "WM", tile.perThread);
                define(s, "WN", 32);
                define(s, "MMA", in == DType.BFLOAT16 ? "fathom_mma_bf16" : "fathom_mma_f16");
            }
            case DOTS -> {
                define(s, "M", tile.m);
                define(s, "WARPS", tile.k);
            }
            case SUMS -> define(s, "M", tile.m);
            case COMBINE -> {}
        }
        String name = kind.name().toLowerCase(Locale.ROOT);
        return new KernelSource("product_" + name, s + text("product.cuh") + text(name + ".cu")).contracting();
    }

    private static String load(DType type) {
        return type.isFloating() ? ElementType.load(type, "(x)") : "(u64) (i64) (x)";
    }

    private static void define(StringBuilder s, String name, Object value) {
        s.append("#define ").append(name).append(' ').append(value).append('\n');
    }

    private static String text(String name) {
        return KernelFiles.resource("products/" + name);
    }
}
