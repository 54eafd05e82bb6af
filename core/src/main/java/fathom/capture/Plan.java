package fathom.capture;

import fathom.memory.Pins;
import fathom.memory.Storage;
import fathom.probe.Probe;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * A compiled step: a list of tasks whose operands have fixed addresses. Replaying it allocates nothing, infers no
 * shapes and selects no backends.
 */
public final class Plan {
    /** Results of at least this many bytes are not copied. */
    private static final long MIN_DIRECT_RESULT_BYTES = 1 << 15;

    private static final boolean FUSION_ENABLED = !"false".equals(System.getProperty("fathom.capture.fusion"));

    private final List<Instruction> instructions;
    private final List<BufferOperand> results;
    private final Task[] tasks;

    /** The tasks, of which some are submitted together. */
    private Task[] steps = {};

    private final Arena arena;
    private final long peak;
    private final long[] keys;
    private final Buffer[] inputs;
    private final Storage[] external;
    private final Storage[] written;
    private final Set<Buffer> writtenInputs = Collections.newSetFromMap(new IdentityHashMap<>());
    private final int traced;
    private int relocations = -1;

    private final List<Long> fresh = new ArrayList<>();

    private Plan(Trace trace, List<BufferOperand> ends, int given, BackendSelector backends) {
        arena = trace.arena();
        traced = trace.instructions().size();
        results = new ArrayList<>(ends);
        List<Instruction> list = DeadCode.removed(trace.instructions(), results);
        list = SsaRename.named(list, results, arena);
        list = CopyElimination.removed(list, results);
        list = FUSION_ENABLED ? Fusion.fused(list, results) : list;
        list = writingLargeResults(list, given);
        instructions = list;
        peak = MemoryPlanner.place(list, results);
        keys = new long[trace.draws()];
        tasks = list.stream().map(i -> Task.of(i, backends)).toArray(Task[]::new);

        Set<Buffer> in = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Storage> out = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Storage> changed = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Instruction i : list) {
            i.reads().forEach(p -> addTo(p.buffer(), in, out));
            for (BufferOperand p : i.writes()) {
                p.buffer().isWritten = true;
                addTo(p.buffer(), in, out);
                if (p.buffer().kind == Buffer.Kind.EXTERNAL && p.buffer().storage != null) {
                    changed.add(p.buffer().storage);
                } else if (p.buffer().kind == Buffer.Kind.INPUT) {
                    writtenInputs.add(p.buffer());
                }
            }
        }
        results.forEach(p -> addTo(p.buffer(), in, out));
        inputs = in.toArray(Buffer[]::new);
        external = out.toArray(Storage[]::new);
        written = changed.toArray(Storage[]::new);
    }

    /** Writes large results where they stay: their memory is allocated before each run. */
    private List<Instruction> writingLargeResults(List<Instruction> list, int given) {
        List<Instruction> changed = new ArrayList<>(list);
        for (BufferOperand p : List.copyOf(results)) {
            Buffer from = p.buffer();
            if (from.isTemporary()
                    && p.coversBuffer()
                    && from.bytes >= MIN_DIRECT_RESULT_BYTES
                    && results.contains(p)) {
                Buffer to = Buffer.result(given + fresh.size(), from.bytes);
                fresh.add(from.bytes);
                changed.replaceAll(i -> Rewrite.buffers(i, q -> q.buffer() == from ? q.in(to) : q));
                results.replaceAll(q -> q.buffer() == from ? q.in(to) : q);
            }
        }
        return changed;
    }

    private static void addTo(Buffer b, Set<Buffer> inputs, Set<Storage> external) {
        switch (b.kind) {
            case INPUT -> inputs.add(b);
            case EXTERNAL -> {
                if (b.storage != null) {
                    external.add(b.storage);
                }
            }
            case TEMPORARY -> {}
        }
    }

    /**
     * {@return the plan that replays a trace}
     *
     * @param results the operands requested at the end
     * @param given the number of inputs
     */
    public static Plan of(Trace trace, List<BufferOperand> results, int given, BackendSelector backends) {
        return new Plan(trace, results, given, backends);
    }

    /** {@return whether all external memory used by the plan is still alive} */
    public boolean isAlive() {
        for (Storage s : external) {
            if (s.isReleased()) {
                return false;
            }
        }
        return true;
    }

    /** {@return {@code pins} extended by all external memory used by the plan} */
    public Pins pinned(Pins pins) {
        for (Storage s : external) {
            pins = pins.and(s);
        }
        return pins;
    }

    /** {@return the sizes of the buffers to be allocated before a run: they are the inputs after those given} */
    public List<Long> fresh() {
        return fresh;
    }

    /** {@return the indices of the inputs used by the plan} */
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
     * Replays the plan.
     *
     * @param addresses the address of the first element of each input, by index
     * @param random supplies the keys of random numbers
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
        for (Task t : Probe.isOn() ? tasks : steps) {
            t.run(keys);
        }
        for (Storage s : written) {
            s.bumpVersion();
        }
    }

    private void bind(boolean moved) {
        arena.reserve(peak);
        boolean all = relocations != arena.relocations();
        if (all || moved) {
            relocations = -1; // remains if binding fails
            for (Task t : tasks) {
                if (all || t.hasInputs) {
                    t.bind();
                }
            }
            if (all) {
                steps = Task.sequences(tasks);
            }
            relocations = arena.relocations();
        }
    }

    /** {@return the results after a run} */
    public List<BufferOperand> results() {
        return results;
    }

    /** {@return the size of the temporaries' memory block in bytes} */
    public long peak() {
        return peak;
    }

    @Override
    public String toString() {
        return PlanText.of(instructions, traced, peak);
    }
}
