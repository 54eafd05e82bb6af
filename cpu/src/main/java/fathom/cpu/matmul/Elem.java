package fathom.cpu.matmul;

import fathom.cpu.memory.Memory;
import fathom.cpu.memory.VectorApi;

/** The element types of micro-kernels, with the tile sizes for this machine's vectors. */
public enum Elem {
    FLOAT(Float.BYTES),
    DOUBLE(Double.BYTES);

    /** Depth of a slab of the inner dimension, so that the panels in use stay in the L1 and L2 caches. */
    public static final int DEPTH = 256;

    /** Vectors per row of a tile. */
    static final int TILE_VECTORS = 2;

    private final int size;

    Elem(int size) {
        this.size = size;
    }

    /** {@return the bytes per element} */
    public int size() {
        return size;
    }

    /** {@return the elements per vector} */
    public int lanes() {
        return VectorApi.lanes(size);
    }

    /** {@return the columns of a full tile} */
    public int tileColumns() {
        return TILE_VECTORS * lanes();
    }

    /**
     * {@return the rows of a full tile: as many as there are registers for accumulators. AVX-512 and NEON have 32
     * vector registers, the other x86 instruction sets 16}
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
