package fathom.cpu.kernels;

import fathom.cpu.codegen.Parameters;
import fathom.primitive.Operand;

/** The inputs of a tiled kernel: which are uniform, which are gathered, and their addresses for each tile. */
final class TileInputs {
    private final Tiling tiling;
    private final Packing[] packings;
    private final long uniform;
    private final long bytes;

    /**
     * @param operands the operands of the tiling's nest
     * @param count the number of inputs, which come first
     */
    TileInputs(Tiling tiling, Operand[] operands, int count) {
        this.tiling = tiling;
        this.packings = new Packing[count];
        long bits = 0;
        long offset = 0;
        for (int k = 0; k < count; k++) {
            var packing = new Packing(tiling, k, operands[k].dtype().size(), offset, k < Compiled.MAX_UNIFORM);
            packings[k] = packing;
            offset += packing.bytes();
            if (packing.isUniform()) {
                bits |= 1L << k;
            }
        }
        this.uniform = bits;
        this.bytes = offset;
    }

    /** {@return the bit set of the inputs that are uniform along the columns} */
    long uniform() {
        return uniform;
    }

    /** {@return the bytes of scratch memory for gathered inputs} */
    long bytes() {
        return bytes;
    }

    /** Reads one thread's tiles; it tracks the contents of its scratch memory, to gather nothing twice. */
    final class Reader {
        private final long work;
        private final long[] held = new long[packings.length];
        private final long[] heldColumns = new long[packings.length];

        /**
         * @param work address of the scratch memory
         */
        Reader(long work) {
            this.work = work;
        }

        /**
         * Writes the extents, addresses and row strides of a tile to a parameter block, after gathering strided inputs.
         */
        void read(Tiling.Cursor cursor, long[] block) {
            long columns = cursor.columns();
            block[Parameters.N] = columns;
            block[Parameters.ROWS] = cursor.rows();
            for (int k = 0; k < packings.length; k++) {
                var packing = packings[k];
                long address = cursor.address(k);
                block[Parameters.rowStride(k)] = packing.rowStride(cursor);
                if (packing.isPacked()) {
                    long buffer = work + packing.offset();
                    if (tiling.rowDim >= 0 || held[k] != address || heldColumns[k] != columns) {
                        packing.gather(cursor, address, buffer);
                        held[k] = address;
                        heldColumns[k] = columns;
                    }
                    address = buffer;
                }
                block[Parameters.address(k)] = address;
            }
        }
    }
}
