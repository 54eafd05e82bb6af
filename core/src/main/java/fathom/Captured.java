package fathom;

import fathom.capture.Arena;
import fathom.capture.Trace;
import fathom.memory.Scopes;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A step that is run as a plan: forward, backward and update, fused, with all memory laid out beforehand.
 *
 * {@snippet :
 * var step = Captured.of((x, y) -> {
 *     var loss = crossEntropy(net.forward(x), y);
 *     opt.zeroGrad();
 *     loss.backward();
 *     opt.step();
 *     return loss;
 * });
 * for (var batch : loader) {
 *     total += step.call(batch.x(), batch.y()).item();
 * }
 * }
 *
 * <p>The first calls run the step as it stands. Two of them are looked at; where both did the same, later calls with
 * arguments of the same shapes, types and strides replay what it did, with the same numbers as before but without the
 * step's Java code. So that code must depend on nothing that changes from call to call but: the arguments; values in
 * tensors; random numbers, which are drawn anew; the settings of optimisers of module {@code fathom.optim}, their
 * schedules and step counts; and whether layers are in training mode. Another shape, another mode, or gradients that
 * are there at one time and null at another make another plan.
 *
 * <p>Now and then a step that is replayed runs as it stands once more, and is compared: one that has changed meanwhile
 * is not replayed any longer, with a warning.
 *
 * <p>A step that reads values (item, toArray, print), or differs from run to run, runs as it stands for ever; the
 * reason is logged once and is in {@link #refusal}.
 *
 * <p>As within a {@link Scope}, what a call makes is given back at its end, except results, parameters and gradients.
 * Results have no history: backward belongs into the step. Calls from several threads go one after another.
 */
public final class Captured {
    /** What is run. */
    @FunctionalInterface
    private interface Step {
        List<Tensor> run(List<Tensor> arguments);
    }

    private static final System.Logger LOG = System.getLogger(Captured.class.getName());
    private static final boolean ENABLED = !"false".equals(System.getProperty("fathom.capture"));
    private static final int MOST_DIFFERENCES = 4;

    /** So many calls apart a step that is replayed runs as it stands once more, and is compared. */
    private static final int LONGEST_TRUST = 1024;

    private final Step step;
    private final ReentrantLock lock = new ReentrantLock();
    private final Arena arena = new Arena();
    private final Recordings recordings = new Recordings();

    private int differences;
    private Trace.@Nullable Doubt doubt;
    private @Nullable String refusal;
    private @Nullable Replay last;

    private Captured(Step step) {
        this.step = step;
        if (!ENABLED) {
            refusal = "fathom.capture is false";
        }
    }

    /** {@return a step without arguments, captured} */
    public static Captured of(Supplier<Tensor> step) {
        return new Captured(in -> List.of(step.get()));
    }

    /** {@return a step from one tensor to one, captured} */
    public static Captured of(UnaryOperator<Tensor> step) {
        return new Captured(in -> List.of(step.apply(argument(in, 0, 1))));
    }

    /** {@return a step from two tensors, such as examples and their targets, to one, captured} */
    public static Captured of(BinaryOperator<Tensor> step) {
        return new Captured(in -> List.of(step.apply(argument(in, 0, 2), in.get(1))));
    }

    /** {@return a step from any number of tensors to any number, captured} */
    public static Captured ofAll(Function<List<Tensor>, List<Tensor>> step) {
        return new Captured(step::apply);
    }

    private static Tensor argument(List<Tensor> in, int i, int count) {
        if (in.size() != count) {
            throw new IllegalArgumentException(
                    "call: this step takes %d tensors, given are %d".formatted(count, in.size()));
        }
        return in.get(i);
    }

    /**
     * Runs the step.
     *
     * @return its first result, without history
     * @throws IllegalArgumentException if there are more or fewer arguments than the step takes
     * @throws IllegalStateException if the step has no result
     */
    public Tensor call(Tensor... arguments) {
        List<Tensor> results = callAll(arguments);
        if (results.isEmpty()) {
            throw new IllegalStateException("call: this step has no result; use callAll");
        }
        return results.getFirst();
    }

    /** {@return all results of a run of the step, without history} */
    public List<Tensor> callAll(Tensor... arguments) {
        List<Tensor> in = List.of(arguments);
        if (Tracing.current() != null) {
            return step.run(in); // part of a greater step
        }
        lock.lock();
        try {
            return lock.getHoldCount() > 1 || refusal != null ? plain(in) : recorded(in);
        } finally {
            lock.unlock();
        }
    }

    private List<Tensor> recorded(List<Tensor> in) {
        for (Tensor t : in) {
            if (t.requiresGrad()) {
                refuse("an argument requires a gradient");
                return plain(in);
            }
        }
        Recordings.Recording r = recordings.find(PlanKey.of(in));
        if (r == null) {
            return plain(in);
        }
        if (r.plan == null || isDoubted(++r.calls)) {
            return traced(in, r);
        }
        last = r.plan;
        return r.plan.run(in);
    }

    private static boolean isDoubted(long calls) {
        return calls % LONGEST_TRUST == 0 || calls < LONGEST_TRUST && calls >= 32 && Long.bitCount(calls) == 1;
    }

    /** Runs the step as it stands; what it makes is given back in the end. */
    private List<Tensor> plain(List<Tensor> in) {
        Scopes scope = Scopes.open();
        try {
            return passed(step.run(in), scope);
        } finally {
            scope.close("the captured step that made it ended");
        }
    }

    private static List<Tensor> passed(List<Tensor> results, Scopes scope) {
        for (Tensor t : results) {
            scope.pass(t.storage());
        }
        return results.stream().map(Tensor::detach).toList();
    }

    /** Runs the step as it stands, and notes what it does. */
    private List<Tensor> traced(List<Tensor> arguments, Recordings.Recording r) {
        // apart from the same tensors as the step may know them by other ways: those stay, arguments are others next
        // time
        List<Tensor> in = arguments.stream().map(Tensor::detach).toList();
        var trace = new Trace(arena, doubt);
        Scopes scope = Scopes.open();
        try {
            Tracing tracing = Tracing.begin(trace, in);
            List<Tensor> results;
            Replay replay;
            try {
                results = step.run(in);
                replay = Replay.of(tracing, in, results);
            } finally {
                tracing.end();
            }
            trace.end();
            judge(trace, replay, r);
            if (r.plan != replay) {
                replay.forgetGradients();
            }
            return passed(results, scope);
        } finally {
            scope.close("the captured step that made it ended");
        }
    }

    private void judge(Trace trace, Replay now, Recordings.Recording r) {
        String why = trace.refusal();
        boolean always = why != null && trace.isRefusedForGood();
        if (why == null && r.traced != null) {
            why = now.difference(r.traced);
        }
        doubt = trace.found();
        if (why == null) {
            if (r.traced == null) {
                r.traced = now;
            } else if (r.plan == null) {
                now.prepare();
                r.traced = now;
                r.plan = now;
                last = now;
            }
        } else if (r.plan != null) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the step changed after {0} calls, and so it is no longer replayed; replays before this were of"
                            + " the step as it was",
                    r.calls);
            refuse(why);
        } else if (always || ++differences >= MOST_DIFFERENCES) {
            refuse(why);
        } else {
            r.traced = trace.refusal() == null ? now : null;
        }
    }

    private void refuse(String why) {
        refusal = why;
        recordings.clear();
        LOG.log(System.Logger.Level.INFO, "the step is not captured: {0}", why);
    }

    /** {@return why the step runs as it stands; null where it is, or may yet be, replayed} */
    public @Nullable String refusal() {
        return refusal;
    }

    /**
     * {@return the plan replayed last, as a table: kernels in order, what was fused in each, shapes, the bytes that it
     * reads and writes, and the greatest need of memory; before there is one, or where there will be none, why}
     */
    public String plan() {
        lock.lock();
        try {
            return last != null && refusal == null
                    ? last.toString()
                    : refusal != null
                            ? "not captured: " + refusal
                            : "no plan yet: a step is replayed from its fourth call with the same shapes on";
        } finally {
            lock.unlock();
        }
    }
}
