package fathom.capture;

import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.RandomBits;
import fathom.probe.Probe;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** An instruction bound to its operands' addresses, ready to run. */
abstract sealed class Task {
    /** Fewer calls are not submitted together. */
    private static final int MIN_SEQUENCE = 2;

    /** Whether an operand is an input, so that its address may change between calls. */
    final boolean hasInputs;

    private Task() {
        hasInputs = false;
    }

    private Task(Instruction i) {
        hasInputs =
                i.reads().stream().anyMatch(p -> p.buffer().kind == Buffer.Kind.INPUT)
                        || i.writes().stream().anyMatch(p -> p.buffer().kind == Buffer.Kind.INPUT);
    }

    /** Binds the operands' current addresses. */
    abstract void bind();

    /**
     * Runs the instruction.
     *
     * @param keys the random keys drawn for this run
     */
    abstract void run(long[] keys);

    static Task of(Instruction i, BackendSelector backends) {
        return switch (i) {
            case Instruction.Compute c when c.draw() >= 0 -> new Random(c, backends);
            case Instruction.Compute c -> new Compute(c, backends);
            case Instruction.Update u -> new Update(u, backends);
            case Instruction.Check c -> new Java(c, c.value(), c.check());
            case Instruction.Feed f -> new Java(f, f.value(), f.write());
        };
    }

    /**
     * {@return bound tasks, with those in one where their backend submits sequences: neighbours whose addresses stay
     * the same}
     */
    static Task[] sequences(Task[] tasks) {
        var steps = new ArrayList<Task>();
        for (int i = 0; i < tasks.length; ) {
            Backend by = fixed(tasks[i]);
            int end = i + 1;
            while (by != null && end < tasks.length && fixed(tasks[end]) == by) {
                end++;
            }
            if (by == null || end - i < MIN_SEQUENCE) {
                steps.addAll(Arrays.asList(tasks).subList(i, end));
            } else {
                var calls = new ArrayList<Runnable>();
                for (int k = i; k < end; k++) {
                    calls.add(((Compute) tasks[k]).bound);
                }
                steps.add(new Sequence(by.sequence(calls)));
            }
            i = end;
        }
        return steps.toArray(Task[]::new);
    }

    /** {@return the backend of a task that may be part of a sequence, else null} */
    private static @Nullable Backend fixed(Task t) {
        return t instanceof Compute c && !c.hasInputs && c.chosen != null && c.chosen.hasSequences() ? c.chosen : null;
    }

    /** Tasks that are submitted together. */
    private static final class Sequence extends Task {
        private final Runnable calls;

        Sequence(Runnable calls) {
            this.calls = calls;
        }

        @Override
        void bind() {
            throw new IllegalStateException("its tasks are bound");
        }

        @Override
        void run(long[] keys) {
            calls.run();
        }
    }

    private static final class Compute extends Task {
        private final Instruction.Compute what;
        private final BackendSelector backends;
        private Runnable bound = () -> {};
        private @Nullable Backend chosen;
        private String backend = "";
        private Operand[] in = {};
        private Operand[] out = {};

        Compute(Instruction.Compute what, BackendSelector backends) {
            super(what);
            this.what = what;
            this.backends = backends;
        }

        @Override
        void bind() {
            in = BufferOperand.operands(what.in());
            out = BufferOperand.operands(what.out());
            Backend by = backends.choose(what.primitive(), in, out);
            chosen = by;
            backend = by.name();
            bound = by.bind(what.primitive(), in, out);
        }

        @Override
        void run(long[] keys) {
            if (Probe.isOn()) {
                Probe.run(backend, what.primitive(), in, out, bound);
            } else {
                bound.run();
            }
        }
    }

    private static final class Random extends Task {
        private final Instruction.Compute what;
        private final BackendSelector backends;
        private Operand[] in = {};
        private Operand[] out = {};

        Random(Instruction.Compute what, BackendSelector backends) {
            super(what);
            this.what = what;
            this.backends = backends;
        }

        @Override
        void bind() {
            in = BufferOperand.operands(what.in());
            out = BufferOperand.operands(what.out());
        }

        @Override
        void run(long[] keys) {
            var bits = ((RandomBits) what.primitive()).withKey(keys[what.draw()]);
            Backend backend = backends.choose(bits, in, out);
            if (Probe.isOn()) {
                Probe.run(backend, bits, in, out);
            } else {
                backend.run(bits, in, out);
            }
        }
    }

    private static final class Update extends Task {
        private final Instruction.Update what;
        private final BackendSelector backends;

        /** Sets of operands grouped by backend; nearly always one group. */
        private final List<Backend> by = new ArrayList<>();

        private final List<Operand[][]> in = new ArrayList<>();
        private final List<Operand[][]> out = new ArrayList<>();

        Update(Instruction.Update what, BackendSelector backends) {
            super(what);
            this.what = what;
            this.backends = backends;
        }

        @Override
        void bind() {
            by.clear();
            in.clear();
            out.clear();
            int n = what.in().length;
            var numbers = new Number[what.kernel().scalarCount()];
            Arrays.fill(numbers, 0);
            Computed primitive = new Pointwise(what.kernel(), numbers, false);
            var chosen = new Backend[n];
            for (int i = 0; i < n; i++) {
                chosen[i] =
                        backends.choose(
                                primitive, BufferOperand.operands(what.in()[i]), BufferOperand.operands(what.out()[i]));
                if (!by.contains(chosen[i])) {
                    by.add(chosen[i]);
                }
            }
            for (Backend b : by) {
                var ins = new ArrayList<Operand[]>();
                var outs = new ArrayList<Operand[]>();
                for (int i = 0; i < n; i++) {
                    if (chosen[i] == b) {
                        ins.add(BufferOperand.operands(what.in()[i]));
                        outs.add(BufferOperand.operands(what.out()[i]));
                    }
                }
                in.add(ins.toArray(Operand[][]::new));
                out.add(outs.toArray(Operand[][]::new));
            }
        }

        @Override
        void run(long[] keys) {
            var primitive = new Pointwise(what.kernel(), what.scalars().next(), false);
            for (int i = 0; i < by.size(); i++) {
                Probe.runEach(by.get(i), primitive, in.get(i), out.get(i));
            }
        }
    }

    /** Java code that checks or supplies a number. */
    private static final class Java extends Task {
        private final BufferOperand value;
        private final LongConsumer what;
        private long address;

        Java(Instruction i, BufferOperand value, LongConsumer what) {
            super(i);
            this.value = value;
            this.what = what;
        }

        @Override
        void bind() {
            address = value.operand().address();
        }

        @Override
        void run(long[] keys) {
            what.accept(address);
        }
    }
}
