package fathom.testkit;

import fathom.DType;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.RowProgram.Kind;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Reduce;
import fathom.primitive.Rowwise;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** Row programs, one step after the other, each over all rows. */
final class NaiveRows {
    private static final NaiveBackend BACKEND = new NaiveBackend();

    private NaiveRows() {}

    static void run(Rowwise p, Operand[] in, Operand[] out) {
        var program = p.program();
        long[] shape = in[0].shape();
        long[] row = shape.clone();
        double count = 1;
        for (int d : p.dims()) {
            count *= shape[d];
            row[d] = 1;
        }
        var values = Arrays.copyOf(in, in.length + program.steps().size());
        try (var arena = Arena.ofConfined()) {
            for (int i = in.length; i < values.length; i++) {
                var step = program.step(i);
                boolean perRow = step.kind().isPerRow();
                var value = allocate(arena, step.type(), perRow ? row : shape);
                long[] at = step.kind() == Kind.ROW_MAP ? row : shape;
                var arguments = new Operand[step.arguments().length];
                for (int k = 0; k < arguments.length; k++) {
                    arguments[k] = expanded(values[step.arguments()[k]], at, p.dims());
                }
                switch (step.kind()) {
                    case MAP, ROW_MAP ->
                            BACKEND.run(new Pointwise(step.kernel(), p.scalars()), arguments, new Operand[] {value});
                    case FOLD, MEAN, VARIANCE -> {
                        var fold = new Reduce(step.op(), step.kernel(), p.scalars(), p.dims());
                        BACKEND.run(fold, arguments, new Operand[] {value});
                        if (step.kind() != Kind.FOLD) {
                            var mean = Exprs.div(Exprs.input(0, step.type()), Exprs.scalar(0, step.type()));
                            var operands = new Operand[] {value};
                            BACKEND.run(new Pointwise(Kernel.of(mean), count), operands, operands);
                        }
                    }
                }
                values[i] = value;
            }
            for (int i = 0; i < out.length; i++) {
                var copy = Kernel.of(Exprs.input(0, out[i].dtype()));
                BACKEND.run(new Pointwise(copy), new Operand[] {values[program.result(i)]}, new Operand[] {out[i]});
            }
        }
    }

    private static Operand allocate(Arena arena, DType type, long[] shape) {
        long bytes = type.size();
        for (long extent : shape) {
            bytes *= extent;
        }
        return new Operand(type, arena.allocate(Math.max(1, bytes), 64).address(), shape, Layouts.contiguous(shape));
    }

    /** Expands per-row values, or values constant along rows, to all elements. */
    private static Operand expanded(Operand o, long[] shape, int[] dims) {
        if (Arrays.equals(o.shape(), shape)) {
            return o;
        }
        long[] strides = o.strides().clone();
        for (int d : dims) {
            strides[d] = 0;
        }
        return new Operand(o.dtype(), o.address(), shape, strides);
    }
}
