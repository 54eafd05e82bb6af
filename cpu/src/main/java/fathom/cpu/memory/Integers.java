package fathom.cpu.memory;

import fathom.DType;

/** Access to single integers of any type. */
public final class Integers {
    private Integers() {}

    /** {@return the integer at an address} */
    public static long get(DType type, long address) {
        return switch (type) {
            case INT64 -> Memory.getLong(address);
            case INT32 -> Memory.getInt(address);
            case INT16 -> Memory.getShort(address);
            case INT8 -> Memory.getByte(address);
            case UINT8, BOOL -> Memory.getByte(address) & 0xFF;
            default -> throw new IllegalArgumentException("expected an integer type, got " + type);
        };
    }

    /** Writes the low bits of an integer to an address. */
    public static void set(DType type, long address, long value) {
        switch (type) {
            case INT64 -> Memory.setLong(address, value);
            case INT32 -> Memory.setInt(address, (int) value);
            case INT16 -> Memory.setShort(address, (short) value);
            case INT8, UINT8, BOOL -> Memory.setByte(address, (byte) value);
            default -> throw new IllegalArgumentException("expected an integer type, got " + type);
        }
    }
}
