package fathom.cuda.reduction;

import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Work;
import fathom.ir.RowProgram;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Rowwise;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Row programs: softmax, norms, cross-entropy. */
public final class RowwiseKernels implements KernelFamily {
    private final ConcurrentMap<RowProgram, FoldProgram> programs = new ConcurrentHashMap<>();

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(Rowwise.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        var p = (Rowwise) primitive;
        FoldProgram program = programs.computeIfAbsent(p.program(), FoldProgram::of);
        List<Operand> operands = new ArrayList<>(out.length + in.length);
        var perRow = new boolean[out.length + in.length];
        for (int i = 0; i < out.length; i++) {
            operands.add(out[i]);
            perRow[i] = program.isPerRow(program.results()[i]);
        }
        for (int i = 0; i < in.length; i++) {
            operands.add(in[i]);
            perRow[out.length + i] = program.isRowInput(i);
        }
        var layout = RowLayout.of(in[0].shape(), p.dims(), operands, perRow);
        return new RowLauncher(gpu, p.program(), program, layout, operands, p.scalars(), "rowwise").prepare();
    }
}
