package fathom.cpu.matmul;

import fathom.cpu.memory.Memory;
import fathom.cpu.memory.VectorApi;

/** The element types the micro-kernels compute in, with the sizes that follow from this machine's vectors. */
public enum Elem {
    FLOAT(Float.BYTES),
    DOUBLE(Double.BYTES);

    /** Steps of the inner dimension that are done at a time, so that the panels in use stay in the nearest caches. */
    public static final int DEPTH = 256;

    /** Vectors across a tile. */
    static final int TILE_VECTORS = 2;

    private final int size;

    Elem(int size) {
        this.size = size;
    }

    /** Bytes per element. */
    public int size() {
        return size;
    }

    /** Elements per vector. */
    public int lanes() {
        return VectorApi.lanes(size);
    }

    /** Columns of a full tile. */
    public int tileColumns() {
        return TILE_VECTORS * lanes();
    }

    /**
     * Rows of a full tile: as many as the vector registers hold accumulators for. AVX-512 and NEON have 32 registers,
     * the other x86 sets 16.
     */
    public int tileRows() {
        boolean manyRegisters = VectorApi.BITS == 512 || System.getProperty("os.arch").equals("aarch64");
        return manyRegisters ? 12 : 6;
    }

    double get(long address) {
        return this == FLOAT ? Memory.getFloat(address) : Memory.getDouble(address);
    }

    void set(long address, double value) {
        if (this == FLOAT) {
            Memory.setFloat(address, (float) value);
        } else {
            Memory.setDouble(address, value);
        }
    }
}
