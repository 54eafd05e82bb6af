package fathom.primitive.indexing;

import fathom.AutogradFunction;
import fathom.Tensor;
import fathom.memory.Storage;
import fathom.primitive.Ops;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of tables of which only some rows were looked up: PyTorch's sparse gradients of embeddings. They are kept
 * beside {@code grad()}, which stays null, as row indices and a gradient for each, until they are cleared. A row that
 * was looked up several times occurs as often.
 */
public final class SparseGradients {
    private static final Map<Tensor, List<Rows>> ALL = Collections.synchronizedMap(new WeakHashMap<>());

    /** Tables that received rows in the step being captured on this thread: whether these rows were read in it. */
    private static final ThreadLocal<@Nullable Map<Tensor, Boolean>> TRACED = new ThreadLocal<>();

    private SparseGradients() {}

    /**
     * The gradients of one lookup.
     *
     * @param index the rows, int64 {@code [n]}
     * @param gradient {@code [n, D]}
     */
    public record Rows(Tensor index, Tensor gradient) {}

    /**
     * {@return rows of a table, whose gradient is kept as {@link Rows}}
     *
     * @param index int64 {@code [n]}
     * @param table a leaf, {@code [rows, D]}
     */
    public static Tensor lookup(Tensor index, Tensor table) {
        return new Lookup(index, table).apply(table);
    }

    /** {@return the gradients of a table since they were cleared} */
    public static List<Rows> of(Tensor table) {
        List<Rows> rows = ALL.get(table);
        if (rows == null) {
            return List.of();
        }
        if (Ops.isTracing()) {
            Map<Tensor, Boolean> traced = TRACED.get();
            if (traced == null || !traced.containsKey(table)) {
                refuseOlder();
            } else {
                traced.put(table, true);
            }
        }
        return List.copyOf(rows);
    }

    private static void refuseOlder() {
        Ops.reportSideEffect("a table by gradients of rows that were computed before it");
    }

    /**
     * Forgets the rows of a step whose capture on this thread ends, as replays leave none.
     *
     * @return whether an update was to come after the step: rows that nothing in it read are kept
     */
    public static boolean endCapture() {
        Map<Tensor, Boolean> traced = TRACED.get();
        if (traced == null) {
            return false;
        }
        TRACED.remove();
        boolean isUnread = false;
        for (var entry : traced.entrySet()) {
            if (entry.getValue()) {
                clear(entry.getKey());
            } else {
                isUnread |= ALL.containsKey(entry.getKey());
            }
        }
        return isUnread;
    }

    private static void add(Tensor table, Rows rows) {
        // not keep(): a step that keeps tensors is not captured
        keepMemory(rows.index());
        keepMemory(rows.gradient());
        if (Ops.isTracing()) {
            Map<Tensor, Boolean> traced = TRACED.get();
            if (traced == null) {
                traced = new IdentityHashMap<>();
                TRACED.set(traced);
            }
            if (!traced.containsKey(table) && ALL.containsKey(table)) {
                refuseOlder();
            }
            traced.put(table, false);
        }
        ALL.computeIfAbsent(table, t -> new ArrayList<>()).add(rows);
    }

    private static void keepMemory(Tensor t) {
        ((Storage) Ops.storage(t)).keep();
    }

    /** Clears the gradients of a table. */
    public static void clear(Tensor table) {
        ALL.remove(table);
    }

    private static final class Lookup extends AutogradFunction {
        private final Tensor index;
        private final Tensor table;

        Lookup(Tensor index, Tensor table) {
            this.index = index;
            this.table = table;
        }

        @Override
        protected Tensor forward(Context c, Tensor x) {
            return x.indexSelect(0, index);
        }

        @Override
        protected @Nullable Tensor[] backward(Context c, Tensor... gradients) {
            add(table, new Rows(index, gradients[0].detach().contiguous()));
            return new @Nullable Tensor[] {null};
        }
    }
}
