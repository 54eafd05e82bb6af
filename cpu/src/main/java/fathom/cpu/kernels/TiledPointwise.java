package fathom.cpu.kernels;

import fathom.cpu.codegen.Code;
import fathom.cpu.codegen.Parameters;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.Operand;

/**
 * A pointwise kernel over operands that are not all contiguous. Operands that are strided within a tile are gathered
 * into scratch memory before the generated code runs, and scattered from it afterwards.
 */
final class TiledPointwise {
    /** The scratch slot for gathered tiles. */
    static final int SCRATCH_SLOT = 7;

    private final int inputs;
    private final Tiling tiling;
    private final long[] template;
    private final TileInputs sources;
    private final Packing[] targets;
    private final Code code;
    private final long bytes;
    private final long grain;

    TiledPointwise(Compiled compiled, Number[] scalars, Operand[] operands, int outputs) {
        this.inputs = operands.length - outputs;
        var sizes = new int[operands.length];
        for (int k = 0; k < sizes.length; k++) {
            sizes[k] = operands[k].dtype().size();
        }
        this.tiling = Tiling.pointwise(new LoopNest(operands, inputs), sizes, PointwiseKernels.TILE);
        this.template = PointwiseKernels.block(operands, scalars);
        this.sources = new TileInputs(tiling, operands, inputs);
        this.targets = new Packing[outputs];
        long offset = sources.bytes();
        for (int i = 0; i < outputs; i++) {
            targets[i] = new Packing(tiling, inputs + i, sizes[inputs + i], offset, false);
            offset += targets[i].bytes();
        }
        this.bytes = offset;
        this.code = compiled.pointwise(sources.uniform());
        this.grain = Math.max(1, compiled.grain() / tiling.size);
    }

    void run() {
        try (var _ = Scratch.open()) {
            Parallel.forRange(tiling.count, grain, this::runTiles);
        }
    }

    private void runTiles(long from, long to) {
        var block = template.clone();
        var cursor = tiling.new Cursor();
        long work = bytes == 0 ? 0 : Scratch.address(SCRATCH_SLOT, bytes);
        var reader = sources.new Reader(work);
        for (long tile = from; tile < to; tile++) {
            cursor.seek(tile);
            reader.read(cursor, block);
            for (int i = 0; i < targets.length; i++) {
                int k = inputs + i;
                var target = targets[i];
                block[Parameters.rowStride(k)] = target.rowStride(cursor);
                block[Parameters.address(k)] = target.isPacked() ? work + target.offset() : cursor.address(k);
            }
            code.run(block);
            for (int i = 0; i < targets.length; i++) {
                if (targets[i].isPacked()) {
                    targets[i].scatter(cursor, cursor.address(inputs + i), work + targets[i].offset());
                }
            }
        }
    }
}
