package fathom.capture;

import fathom.capture.Instruction.Compute;
import fathom.primitive.Pointwise;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * SSA renaming: a temporary that a pointwise kernel overwrites entirely (an in-place update) gets a new name from there
 * on, so that each is written once. Whether two names share memory is decided by {@link MemoryPlanner}.
 */
final class SsaRename {
    private final Map<Buffer, Buffer> current = new IdentityHashMap<>();
    private final Map<Buffer, Boolean> written = new IdentityHashMap<>();
    private final List<Instruction> out = new ArrayList<>();

    private SsaRename() {}

    /**
     * {@return the renamed instructions}
     *
     * @param results the operands read at the end; renamed as well
     */
    static List<Instruction> named(List<Instruction> instructions, List<BufferOperand> results, Arena arena) {
        var v = new SsaRename();
        for (Instruction i : instructions) {
            v.add(i, arena);
        }
        results.replaceAll(v::now);
        return v.out;
    }

    private BufferOperand now(BufferOperand p) {
        Buffer b = current.get(p.buffer());
        return b == null ? p : p.in(b);
    }

    private void add(Instruction i, Arena arena) {
        if (i instanceof Compute c && c.primitive() instanceof Pointwise) {
            BufferOperand[] in = Rewrite.map(c.in(), this::now);
            BufferOperand[] to =
                    Rewrite.map(
                            c.out(),
                            p ->
                                    written.containsKey(p.buffer()) && p.buffer().isTemporary() && p.coversBuffer()
                                            ? renamed(p, arena)
                                            : now(p));
            out.add(new Compute(c.primitive(), in, to, c.draw(), c.fused()));
        } else {
            out.add(Rewrite.buffers(i, this::now));
        }
        i.writes().forEach(p -> written.put(p.buffer(), true));
    }

    private BufferOperand renamed(BufferOperand p, Arena arena) {
        Buffer next = Buffer.temporary(p.buffer().bytes, arena);
        current.put(p.buffer(), next);
        return p.in(next);
    }
}
