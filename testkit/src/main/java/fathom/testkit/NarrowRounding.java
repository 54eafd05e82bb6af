package fathom.testkit;

/** Rounding to 16-bit floating types: to nearest, ties to even. */
final class NarrowRounding {
    private NarrowRounding() {}

    static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    static short toBfloat16(float value) {
        if (Float.isNaN(value)) {
            return (short) 0x7FC0;
        }
        int bits = Float.floatToRawIntBits(value);
        int half = 0x7FFF + ((bits >>> 16) & 1);
        return (short) ((bits + half) >>> 16);
    }

    static float roundBfloat16(float value) {
        return fromBfloat16(toBfloat16(value));
    }

    static float roundFloat16(float value) {
        return Float.float16ToFloat(Float.floatToFloat16(value));
    }
}
