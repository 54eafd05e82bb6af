package fathom.cpu.matmul;

import fathom.cpu.memory.Memory;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The element types the micro-kernels compute in, with the sizes that follow from this machine's vectors. */
public enum Elem {
    FLOAT(Float.BYTES, FloatVector.SPECIES_PREFERRED),
    DOUBLE(Double.BYTES, DoubleVector.SPECIES_PREFERRED);

    /** Steps of the inner dimension that are done at a time, so that the panels in use stay in the nearest caches. */
    public static final int DEPTH = 256;

    /** Vectors across a tile. */
    static final int TILE_VECTORS = 2;

    private final int size;
    private final VectorSpecies<?> species;

    Elem(int size, VectorSpecies<?> species) {
        this.size = size;
        this.species = species;
    }

    /** Bytes per element. */
    public int size() {
        return size;
    }

    /** Elements per vector. */
    public int lanes() {
        return species.length();
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
        boolean manyRegisters = species.vectorBitSize() == 512 || System.getProperty("os.arch").equals("aarch64");
        return manyRegisters ? 12 : 6;
    }

    VectorSpecies<?> species() {
        return species;
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
