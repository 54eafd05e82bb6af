package fathom.distributed.parallel;

/** Conversions between float and bfloat16. */
final class Bfloat16 {
    private Bfloat16() {}

    static float toFloat(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Rounds to the nearest, ties to even; NaN stays NaN. */
    static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? (short) (bits >>> 16 | 0x40) : (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
