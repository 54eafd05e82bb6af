package fathom.capture;

import fathom.capture.Instruction.Compute;
import fathom.primitive.Pointwise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory planner: assigns temporaries to one memory block, in which those that are never live at the same time may
 * overlap. The largest are placed first, each in the tightest gap between those placed before. A pointwise kernel
 * writes in place over an input that dies there.
 */
final class MemoryPlanner {
    private static final long ALIGNMENT = 64;

    /** Offsets of buffers of whole pages are staggered, to avoid cache set conflicts. */
    private static final long PAGE = 4096;

    private static final long STAGGER = 5 * ALIGNMENT;

    /**
     * The live range of a temporary, or of several that share memory by in-place writes: first and last instruction.
     */
    private static final class LiveRange {
        final List<Buffer> buffers = new ArrayList<>();
        final long bytes;
        int first;
        int last;
        long position;

        LiveRange(Buffer b, int first) {
            buffers.add(b);
            bytes = Math.max(ALIGNMENT, b.bytes + ALIGNMENT - 1 & -ALIGNMENT) + (b.bytes < PAGE ? 0 : STAGGER);
            this.first = first;
            this.last = first;
        }

        boolean meets(LiveRange other) {
            return first <= other.last && other.first <= last;
        }
    }

    private final Map<Buffer, LiveRange> liveRanges = new IdentityHashMap<>();

    private MemoryPlanner() {}

    /**
     * Assigns an offset to every temporary.
     *
     * @param results the operands read at the end
     * @return the size of the block
     */
    static long place(List<Instruction> instructions, List<BufferOperand> results) {
        var l = new MemoryPlanner();
        l.measure(instructions, results);
        l.shareInPlace(instructions);
        return l.pack();
    }

    private void measure(List<Instruction> instructions, List<BufferOperand> results) {
        for (int n = 0; n < instructions.size(); n++) {
            for (BufferOperand p : instructions.get(n).reads()) {
                use(p, n);
            }
            for (BufferOperand p : instructions.get(n).writes()) {
                use(p, n);
            }
        }
        for (BufferOperand p : results) {
            use(p, instructions.size());
        }
    }

    private void use(BufferOperand p, int at) {
        if (p.buffer().isTemporary()) {
            liveRanges.computeIfAbsent(p.buffer(), b -> new LiveRange(b, at)).last = at;
        }
    }

    /** Lets outputs of pointwise kernels reuse the memory of inputs whose live range ends there. */
    private void shareInPlace(List<Instruction> instructions) {
        for (int n = 0; n < instructions.size(); n++) {
            if (instructions.get(n) instanceof Compute c && c.primitive() instanceof Pointwise) {
                for (BufferOperand to : c.out()) {
                    LiveRange heir = liveRanges.get(to.buffer());
                    if (heir == null || heir.first != n || !to.coversBuffer()) {
                        continue;
                    }
                    for (BufferOperand from : c.in()) {
                        LiveRange old = liveRanges.get(from.buffer());
                        if (old != null && old != heir && old.last == n && old.first < n && fits(from, to, c)) {
                            old.buffers.addAll(heir.buffers);
                            old.last = heir.last;
                            heir.buffers.forEach(b -> liveRanges.put(b, old));
                            break;
                        }
                    }
                }
            }
        }
    }

    /**
     * Whether an output may be written over an input: both denote the same elements, and no other operand aliases them.
     */
    private static boolean fits(BufferOperand from, BufferOperand to, Compute c) {
        if (from.offset() != to.offset()
                || from.buffer().bytes != to.buffer().bytes
                || from.dtype().size() != to.dtype().size()
                || !from.sameStrides(to.strides())) {
            return false;
        }
        int readers = 0;
        for (BufferOperand p : c.in()) {
            readers += p.buffer() == from.buffer() ? 1 : 0;
        }
        return readers == 1;
    }

    private long pack() {
        var distinct = new ArrayList<LiveRange>();
        for (LiveRange s : liveRanges.values()) {
            if (!distinct.contains(s)) {
                distinct.add(s);
            }
        }
        distinct.sort(Comparator.comparingLong((LiveRange s) -> -s.bytes).thenComparingInt(s -> s.first));
        var placed = new ArrayList<LiveRange>();
        long peak = 0;
        for (LiveRange s : distinct) {
            s.position = gap(s, placed);
            s.buffers.forEach(b -> b.position = s.position);
            peak = Math.max(peak, s.position + s.bytes);
            placed.add(s);
        }
        return peak;
    }

    /** {@return the offset of the tightest gap between the ranges live at the same time} */
    private static long gap(LiveRange s, List<LiveRange> placed) {
        var others = new ArrayList<LiveRange>();
        for (LiveRange p : placed) {
            if (p.meets(s)) {
                others.add(p);
            }
        }
        others.sort(Comparator.comparingLong(p -> p.position));
        long best = -1;
        long least = Long.MAX_VALUE;
        long end = 0;
        for (LiveRange p : others) {
            long room = p.position - end;
            if (room >= s.bytes && room < least) {
                best = end;
                least = room;
            }
            end = Math.max(end, p.position + p.bytes);
        }
        return best >= 0 ? best : end;
    }
}
