package fathom.cpu.memory;

import fathom.DType;

/** Access to single floating-point numbers of any type. */
public final class Floats {
    private Floats() {}

    /** {@return the number at an address} */
    public static double get(DType type, long address) {
        return switch (type) {
            case FLOAT32 -> Memory.getFloat(address);
            case FLOAT64 -> Memory.getDouble(address);
            case BFLOAT16 -> Float.intBitsToFloat(Memory.getShort(address) << 16);
            case FLOAT16 -> Float.float16ToFloat(Memory.getShort(address));
            default -> throw new IllegalArgumentException("expected a floating type, got " + type);
        };
    }

    /** Writes a number to an address, rounded to the type. */
    public static void set(DType type, long address, double value) {
        switch (type) {
            case FLOAT32 -> Memory.setFloat(address, (float) value);
            case FLOAT64 -> Memory.setDouble(address, value);
            case BFLOAT16 -> Memory.setShort(address, Half.toBfloat16((float) value));
            case FLOAT16 -> Memory.setShort(address, Float.floatToFloat16((float) value));
            default -> throw new IllegalArgumentException("expected a floating type, got " + type);
        }
    }
}
