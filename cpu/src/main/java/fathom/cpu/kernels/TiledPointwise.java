package fathom.cpu.kernels;

import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.Parameters;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.Operand;

/**
 * A pointwise kernel over operands that do not all lie in one contiguous run. Operands that are strided within a tile
 * are gathered into working memory before the generated code runs, and scattered from it afterwards.
 */
final class TiledPointwise {
    private static final int SCRATCH_SLOT = 7;

    private final Compiled compiled;
    private final Operand[] operands;
    private final int inputs;
    private final Nest nest;
    private final Tiling tiling;
    private final long[] template;
    private final Packing[] packings;
    private final Code code;
    private final long scratchBytes;

    TiledPointwise(Compiled compiled, Number[] scalars, Operand[] operands, int outputs) {
        this.compiled = compiled;
        this.operands = operands;
        this.inputs = operands.length - outputs;
        this.nest = new Nest(operands, inputs, null);
        var sizes = new int[operands.length];
        for (int k = 0; k < sizes.length; k++) {
            sizes[k] = operands[k].dtype().size();
        }
        this.tiling = Tiling.pointwise(nest, sizes, PointwiseKernels.TILE);
        this.template = PointwiseKernels.block(operands, scalars);
        this.packings = new Packing[operands.length];
        long uniform = 0;
        long bytes = 0;
        for (int k = 0; k < operands.length; k++) {
            var packing = new Packing(tiling, k, sizes[k], bytes, k < inputs && k < Compiled.MAX_UNIFORM);
            packings[k] = packing;
            bytes += packing.bytes();
            if (packing.isUniform()) {
                uniform |= 1L << k;
            }
        }
        this.scratchBytes = bytes;
        this.code = compiled.pointwise(uniform);
    }

    void run() {
        long grain = Math.max(1, compiled.grain() / tiling.size);
        Parallel.forRange(tiling.count, grain, this::runTiles);
    }

    private void runTiles(long from, long to) {
        var block = template.clone();
        var cursor = tiling.new Cursor();
        long scratch = scratchBytes == 0 ? 0 : Scratch.address(SCRATCH_SLOT, scratchBytes);
        var packed = new long[operands.length]; // what lies in working memory already: the address it came from
        var packedColumns = new long[operands.length];
        for (long tile = from; tile < to; tile++) {
            cursor.seek(tile);
            block[Parameters.N] = cursor.columns();
            block[Parameters.ROWS] = cursor.rows();
            for (int k = 0; k < operands.length; k++) {
                var packing = packings[k];
                long address = cursor.address(k);
                long work = scratch + packing.offset();
                block[Parameters.rowStride(k)] = packing.rowStride(cursor);
                block[Parameters.address(k)] = packing.isPacked() ? work : address;
                if (packing.isPacked() && k < inputs) {
                    boolean there =
                            packing.isRepeated() && packed[k] == address && packedColumns[k] == cursor.columns();
                    if (!there) {
                        packing.gather(cursor, address, work);
                        packed[k] = address;
                        packedColumns[k] = cursor.columns();
                    }
                }
            }
            code.run(block);
            for (int k = inputs; k < operands.length; k++) {
                if (packings[k].isPacked()) {
                    packings[k].scatter(cursor, cursor.address(k), scratch + packings[k].offset());
                }
            }
        }
    }
}
