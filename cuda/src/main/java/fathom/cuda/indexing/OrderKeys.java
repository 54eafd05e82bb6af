package fathom.cuda.indexing;

import fathom.DType;

/** Unsigned keys in the order of elements: zeros of both signs are equal, NaN is the largest. */
final class OrderKeys {
    private OrderKeys() {}

    /** {@return the bits of a key that differ} */
    static int bits(DType type) {
        return type == DType.BOOL ? 1 : 8 * type.size();
    }

    /** {@return whether keys take 64 bits, not 32} */
    static boolean isWide(DType type) {
        return type.size() == 8;
    }

    /** {@return the device function {@code Key order_key(Stored x)}, and the type {@code Key}} */
    static String code(DType type, boolean isDescending) {
        String key = isWide(type) ? "u64" : "u32";
        String all = isWide(type) ? "0xffffffffffffffffULL" : "0x" + Long.toHexString((1L << bits(type)) - 1) + "u";
        String body =
                switch (type) {
                    case FLOAT64 -> real("u64", "as_bits(x)", "x != x", "0x8000000000000000ULL", all);
                    case FLOAT32 -> real("u32", "as_bits(x)", "x != x", "0x80000000u", all);
                    case BFLOAT16 -> real("u32", "x.bits", "(x.bits & 0x7fffu) > 0x7f80u", "0x8000u", all);
                    case FLOAT16 -> real("u32", "x.bits", "(x.bits & 0x7fffu) > 0x7c00u", "0x8000u", all);
                    case INT64 -> "    const u64 k = (u64) x ^ 0x8000000000000000ULL;\n";
                    case INT32 -> "    const u32 k = (u32) x ^ 0x80000000u;\n";
                    case INT16 -> "    const u32 k = ((u32) x ^ 0x8000u) & 0xffffu;\n";
                    case INT8 -> "    const u32 k = ((u32) x ^ 0x80u) & 0xffu;\n";
                    case UINT8 -> "    const u32 k = x;\n";
                    case BOOL -> "    const u32 k = x != 0;\n";
                };
        return "typedef "
                + key
                + " Key;\nFATHOM_FN Key order_key(Stored x) {\n"
                + body
                + "    return k"
                + (isDescending ? " ^ " + all : "")
                + ";\n}\n";
    }

    private static String real(String key, String bits, String isNan, String sign, String all) {
        return """
            %1$s b = %2$s;
            if (b == %4$s) b = 0;
            const %1$s k = %3$s ? %5$s : b & %4$s ? ~b & %5$s : b | %4$s;
        """
                .formatted(key, bits, isNan, sign, all);
    }
}
