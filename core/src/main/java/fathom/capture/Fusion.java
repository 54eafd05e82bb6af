package fathom.capture;

import fathom.capture.Instruction.Compute;
import fathom.primitive.Pointwise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fuses a pointwise kernel into the pointwise kernel or reduction that reads its output. A value that has other readers
 * becomes a second output. Results are bitwise identical: reductions only absorb maps whose operands have the same
 * strides, because their summation order depends on them.
 */
final class Fusion {
    private final List<@Nullable Instruction> list;
    private final List<BufferOperand> results;
    private final Map<Buffer, List<Integer>> readers = new IdentityHashMap<>();
    private final Map<Buffer, List<Integer>> writers = new IdentityHashMap<>();

    private Fusion(List<Instruction> instructions, List<BufferOperand> results) {
        this.list = new ArrayList<>(instructions);
        this.results = results;
    }

    /**
     * {@return fewer instructions with the same effect}
     *
     * @param results the operands read at the end
     */
    static List<Instruction> fused(List<Instruction> instructions, List<BufferOperand> results) {
        return new Fusion(instructions, results).run();
    }

    private List<Instruction> run() {
        index();
        for (int j = 0; j < list.size(); j++) {
            while (fuseOneProducer(j)) {
                index();
            }
        }
        var out = new ArrayList<Instruction>();
        for (Instruction i : list) {
            if (i != null) {
                out.add(i);
            }
        }
        return out;
    }

    private void index() {
        readers.clear();
        writers.clear();
        for (int n = 0; n < list.size(); n++) {
            Instruction i = list.get(n);
            if (i != null) {
                for (BufferOperand p : i.reads()) {
                    addTo(readers, p.buffer(), n);
                }
                for (BufferOperand p : i.writes()) {
                    addTo(writers, p.buffer(), n);
                }
            }
        }
        for (BufferOperand p : results) {
            addTo(readers, p.buffer(), list.size());
        }
    }

    private static void addTo(Map<Buffer, List<Integer>> at, Buffer b, int n) {
        List<Integer> known = at.computeIfAbsent(b, k -> new ArrayList<>(2));
        if (known.isEmpty() || known.getLast() != n) {
            known.add(n);
        }
    }

    private static List<Integer> in(Map<Buffer, List<Integer>> at, Buffer b) {
        return at.getOrDefault(b, List.of());
    }

    /** Fuses a producer of one input of instruction {@code j} into it, if there is one. */
    private boolean fuseOneProducer(int j) {
        if (!(list.get(j) instanceof Compute c) || !FusedKernel.isFusable(c)) {
            return false;
        }
        for (int k = 0; k < c.in().length; k++) {
            BufferOperand read = c.in()[k];
            List<Integer> made = in(writers, read.buffer());
            if (!read.buffer().isTemporary() || made.size() != 1 || made.getFirst() >= j) {
                continue;
            }
            int i = made.getFirst();
            if (list.get(i) instanceof Compute p && p.primitive() instanceof Pointwise && canMove(p, i, c, j)) {
                Compute one = FusedKernel.of(p, c, b -> in(readers, b).stream().anyMatch(n -> n != j));
                if (one != null) {
                    list.set(i, null);
                    list.set(j, one);
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether instruction i may be moved to j: its outputs are not read before, and its inputs not written. */
    private boolean canMove(Compute p, int i, Compute c, int j) {
        for (BufferOperand out : p.out()) {
            if (!out.buffer().isTemporary()
                    || in(writers, out.buffer()).size() != 1
                    || !out.coversBuffer()
                    || in(readers, out.buffer()).stream().anyMatch(n -> n < j)) {
                return false;
            }
        }
        for (BufferOperand read : p.in()) {
            for (int n : in(writers, read.buffer())) {
                if (n > i && n < j) {
                    return false;
                }
                // the reader itself may write over it, if both access each element at the same time
                if (n == j && !(c.primitive() instanceof Pointwise && writesExactly(c, read, p))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean writesExactly(Compute c, BufferOperand read, Compute p) {
        for (BufferOperand out : c.out()) {
            if (out.buffer() == read.buffer()
                    && !(out.offset() == read.offset()
                            && out.dtype() == read.dtype()
                            && Arrays.equals(out.shape(), read.shape())
                            && out.sameStrides(read.strides())
                            && Arrays.equals(p.out()[0].shape(), read.shape()))) {
                return false;
            }
        }
        return true;
    }
}
