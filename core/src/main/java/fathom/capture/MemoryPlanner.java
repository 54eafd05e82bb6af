package fathom.capture;

import fathom.capture.Instruction.Compute;
import fathom.primitive.Pointwise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Places temporaries in one block of memory: two that are never needed at the same time may lie in the same place. The
 * greatest are placed first, each in the tightest gap that those placed before leave it. A pointwise kernel writes over
 * an input that is not needed afterwards.
 */
final class Lifetimes {
    private static final long ALIGNMENT = 64;

    /** Neighbours of a size in whole pages begin in different places of a page, as caches like it. */
    private static final long PAGE = 4096;

    private static final long STAGGER = 5 * ALIGNMENT;

    /** A temporary, or several that take over one another's memory, with the first and the last instruction. */
    private static final class Span {
        final List<Buffer> buffers = new ArrayList<>();
        final long bytes;
        int first;
        int last;
        long position;

        Span(Buffer b, int first) {
            buffers.add(b);
            bytes = Math.max(ALIGNMENT, b.bytes + ALIGNMENT - 1 & -ALIGNMENT) + (b.bytes < PAGE ? 0 : STAGGER);
            this.first = first;
            this.last = first;
        }

        boolean meets(Span other) {
            return first <= other.last && other.first <= last;
        }
    }

    private final Map<Buffer, Span> spans = new IdentityHashMap<>();

    private Lifetimes() {}

    /**
     * Places all temporaries.
     *
     * @param results what is read at the end
     * @return the size of the block
     */
    static long place(List<Instruction> instructions, List<Place> results) {
        var l = new Lifetimes();
        l.measure(instructions, results);
        l.inherit(instructions);
        return l.pack();
    }

    private void measure(List<Instruction> instructions, List<Place> results) {
        for (int n = 0; n < instructions.size(); n++) {
            for (Place p : instructions.get(n).reads()) {
                use(p, n);
            }
            for (Place p : instructions.get(n).writes()) {
                use(p, n);
            }
        }
        for (Place p : results) {
            use(p, instructions.size());
        }
    }

    private void use(Place p, int at) {
        if (p.buffer().isTemporary()) {
            spans.computeIfAbsent(p.buffer(), b -> new Span(b, at)).last = at;
        }
    }

    /** Lets outputs of pointwise kernels take over the memory of inputs that end there. */
    private void inherit(List<Instruction> instructions) {
        for (int n = 0; n < instructions.size(); n++) {
            if (instructions.get(n) instanceof Compute c && c.primitive() instanceof Pointwise) {
                for (Place to : c.out()) {
                    Span heir = spans.get(to.buffer());
                    if (heir == null || heir.first != n || !to.coversBuffer()) {
                        continue;
                    }
                    for (Place from : c.in()) {
                        Span old = spans.get(from.buffer());
                        if (old != null && old != heir && old.last == n && old.first < n && fits(from, to, c)) {
                            old.buffers.addAll(heir.buffers);
                            old.last = heir.last;
                            heir.buffers.forEach(b -> spans.put(b, old));
                            break;
                        }
                    }
                }
            }
        }
    }

    /** Whether an output may be written over an input: both are the same elements, and no other operand sees them. */
    private static boolean fits(Place from, Place to, Compute c) {
        if (from.offset() != to.offset()
                || from.buffer().bytes != to.buffer().bytes
                || from.dtype().size() != to.dtype().size()
                || !from.sameSteps(to.strides())) {
            return false;
        }
        int readers = 0;
        for (Place p : c.in()) {
            readers += p.buffer() == from.buffer() ? 1 : 0;
        }
        return readers == 1;
    }

    private long pack() {
        var distinct = new ArrayList<Span>();
        for (Span s : spans.values()) {
            if (!distinct.contains(s)) {
                distinct.add(s);
            }
        }
        distinct.sort(Comparator.comparingLong((Span s) -> -s.bytes).thenComparingInt(s -> s.first));
        var placed = new ArrayList<Span>();
        long peak = 0;
        for (Span s : distinct) {
            s.position = gap(s, placed);
            s.buffers.forEach(b -> b.position = s.position);
            peak = Math.max(peak, s.position + s.bytes);
            placed.add(s);
        }
        return peak;
    }

    /** {@return where the tightest gap is among those that are needed at the same time} */
    private static long gap(Span s, List<Span> placed) {
        var others = new ArrayList<Span>();
        for (Span p : placed) {
            if (p.meets(s)) {
                others.add(p);
            }
        }
        others.sort(Comparator.comparingLong(p -> p.position));
        long best = -1;
        long least = Long.MAX_VALUE;
        long end = 0;
        for (Span p : others) {
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
