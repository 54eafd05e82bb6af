package fathom.capture;

import fathom.memory.Pins;
import fathom.memory.Storage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * A step as a list of tasks whose operands have fixed addresses: replaying it allocates nothing, infers nothing, and
 * chooses nothing.
 */
public final class Plan {
    /** Results of so many bytes are not copied. */
    private static final long LARGE = 1 << 15;

    private static final boolean FUSES = !"false".equals(System.getProperty("fathom.capture.fusion"));

    private final List<Instruction> instructions;
    private final List<Place> results;
    private final Task[] tasks;
    private final Arena arena;
    private final long peak;
    private final long[] keys;
    private final Buffer[] inputs;
    private final Storage[] outside;
    private final Storage[] written;
    private final Set<Buffer> writtenInputs = Collections.newSetFromMap(new IdentityHashMap<>());
    private final int traced;
    private int moves = -1;

    private final List<Long> fresh = new ArrayList<>();

    private Plan(Trace trace, List<Place> ends, int given, Chooser backends) {
        arena = trace.arena();
        traced = trace.instructions().size();
        results = new ArrayList<>(ends);
        List<Instruction> list = DeadCode.removed(trace.instructions(), results);
        list = Versions.named(list, results, arena);
        list = Copies.removed(list, results);
        list = FUSES ? Fusion.fused(list, results) : list;
        list = writingLargeResults(list, given);
        instructions = list;
        peak = Lifetimes.place(list, results);
        keys = new long[trace.draws()];
        tasks = list.stream().map(i -> Task.of(i, backends)).toArray(Task[]::new);

        Set<Buffer> in = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Storage> out = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Storage> changed = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Instruction i : list) {
            i.reads().forEach(p -> note(p.buffer(), in, out));
            for (Place p : i.writes()) {
                p.buffer().isWritten = true;
                note(p.buffer(), in, out);
                if (p.buffer().kind == Buffer.Kind.EXTERNAL && p.buffer().storage != null) {
                    changed.add(p.buffer().storage);
                } else if (p.buffer().kind == Buffer.Kind.INPUT) {
                    writtenInputs.add(p.buffer());
                }
            }
        }
        results.forEach(p -> note(p.buffer(), in, out));
        inputs = in.toArray(Buffer[]::new);
        outside = out.toArray(Storage[]::new);
        written = changed.toArray(Storage[]::new);
    }

    /** Large results are written where they are to stay: they get memory of their own before each run. */
    private List<Instruction> writingLargeResults(List<Instruction> list, int given) {
        List<Instruction> changed = new ArrayList<>(list);
        for (Place p : List.copyOf(results)) {
            Buffer from = p.buffer();
            if (from.isTemporary() && p.coversBuffer() && from.bytes >= LARGE && results.contains(p)) {
                Buffer to = Buffer.result(given + fresh.size(), from.bytes);
                fresh.add(from.bytes);
                changed.replaceAll(i -> Rewrite.buffers(i, q -> q.buffer() == from ? q.in(to) : q));
                results.replaceAll(q -> q.buffer() == from ? q.in(to) : q);
            }
        }
        return changed;
    }

    private static void note(Buffer b, Set<Buffer> inputs, Set<Storage> outside) {
        switch (b.kind) {
            case INPUT -> inputs.add(b);
            case EXTERNAL -> {
                if (b.storage != null) {
                    outside.add(b.storage);
                }
            }
            case TEMPORARY -> {}
        }
    }

    /**
     * {@return what the trace did, as a plan}
     *
     * @param results what is wanted of it in the end
     * @param given how many inputs there are
     */
    public static Plan of(Trace trace, List<Place> results, int given, Chooser backends) {
        return new Plan(trace, results, given, backends);
    }

    /** {@return whether all memory outside that the plan uses is still there} */
    public boolean isAlive() {
        for (Storage s : outside) {
            if (s.isReleased()) {
                return false;
            }
        }
        return true;
    }

    /** {@return pins with those of all memory outside that the plan uses} */
    public Pins pinned(Pins pins) {
        for (Storage s : outside) {
            pins = pins.and(s);
        }
        return pins;
    }

    /** {@return the sizes of the pieces of memory that are to be allocated before a run: inputs after those given} */
    public List<Long> fresh() {
        return fresh;
    }

    /** {@return the numbers of the inputs that the plan uses} */
    public int[] inputs() {
        var numbers = new int[inputs.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = inputs[i].input;
        }
        return numbers;
    }

    /** {@return whether the plan writes into input {@code i}} */
    public boolean writesInput(int i) {
        return writtenInputs.stream().anyMatch(b -> b.input == i);
    }

    /**
     * Runs it.
     *
     * @param addresses by an input's number, where its first element is
     * @param random where the random numbers' keys are drawn
     */
    public void run(long[] addresses, LongSupplier random) {
        boolean moved = false;
        for (Buffer b : inputs) {
            if (b.position != addresses[b.input]) {
                b.position = addresses[b.input];
                moved = true;
            }
        }
        bind(moved);
        for (int i = 0; i < keys.length; i++) {
            keys[i] = random.getAsLong();
        }
        for (Task t : tasks) {
            t.run(keys);
        }
        for (Storage s : written) {
            s.bumpVersion();
        }
    }

    private void bind(boolean moved) {
        arena.reserve(peak);
        boolean all = moves != arena.moves();
        if (all || moved) {
            moves = -1; // stays so where binding fails
            for (Task t : tasks) {
                if (all || t.moves) {
                    t.bind();
                }
            }
            moves = arena.moves();
        }
    }

    /** {@return where the results are after a run} */
    public List<Place> results() {
        return results;
    }

    /** {@return the bytes of the block that the temporaries lie in} */
    public long peak() {
        return peak;
    }

    @Override
    public String toString() {
        return PlanText.of(instructions, traced, peak);
    }
}
