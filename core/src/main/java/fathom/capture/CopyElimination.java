package fathom.capture;

import fathom.capture.Instruction.Compute;
import fathom.ir.Expr;
import fathom.primitive.Pointwise;
import java.util.ArrayList;
import java.util.List;

/**
 * Copy elimination: removes copies of temporaries that have the layout of the copy, such as that of a gradient for its
 * leaf; the producer of the temporary writes the copy instead.
 */
final class CopyElimination {
    private List<Instruction> list;
    private final List<BufferOperand> results;

    private CopyElimination(List<Instruction> list, List<BufferOperand> results) {
        this.list = list;
        this.results = results;
    }

    /**
     * {@return the instructions without such copies}
     *
     * @param results the operands read at the end; renamed as well
     */
    static List<Instruction> removed(List<Instruction> instructions, List<BufferOperand> results) {
        return new CopyElimination(new ArrayList<>(instructions), results).run();
    }

    private List<Instruction> run() {
        for (int j = 0; j < list.size(); j++) {
            if (list.get(j) instanceof Compute c
                    && isCopy(c)
                    && mayWriteThere(c.in()[0].buffer(), c.out()[0].buffer(), j)) {
                Buffer from = c.in()[0].buffer();
                Buffer to = c.out()[0].buffer();
                list.remove(j--);
                list.replaceAll(i -> Rewrite.buffers(i, p -> p.buffer() == from ? p.in(to) : p));
                results.replaceAll(p -> p.buffer() == from ? p.in(to) : p);
            }
        }
        return list;
    }

    private static boolean isCopy(Compute c) {
        if (!(c.primitive() instanceof Pointwise p)
                || c.in().length != 1
                || c.out().length != 1
                || !(p.kernel().body() instanceof Expr.Input)) {
            return false;
        }
        BufferOperand from = c.in()[0];
        BufferOperand to = c.out()[0];
        return from.dtype() == to.dtype()
                && from.coversBuffer()
                && to.coversBuffer()
                && from.sameStrides(to.strides())
                && from.buffer().isTemporary()
                && (to.buffer().isTemporary() || to.buffer().escaped);
    }

    /**
     * Whether what one instruction writes to {@code from}, and instruction j copies, may be written to {@code to}
     * directly.
     */
    private boolean mayWriteThere(Buffer from, Buffer to, int j) {
        int written = 0;
        boolean readLater = false;
        boolean changedLater = false;
        for (int n = 0; n < list.size(); n++) {
            boolean writes = list.get(n).writes().stream().anyMatch(p -> p.buffer() == from);
            written += writes ? 1 : 0;
            readLater |= n > j && list.get(n).reads().stream().anyMatch(p -> p.buffer() == from);
            boolean changes = list.get(n).writes().stream().anyMatch(p -> p.buffer() == to);
            boolean sees = list.get(n).reads().stream().anyMatch(p -> p.buffer() == to);
            if (n < j && (changes || sees)) {
                return false;
            }
            changedLater |= n > j && changes;
        }
        readLater |= results.stream().anyMatch(p -> p.buffer() == from);
        return written == 1 && !(readLater && changedLater);
    }
}
