package fathom.primitive.indexing;

import fathom.AutogradFunction;
import fathom.Tensor;
import fathom.primitive.Ops;
import java.util.ArrayList;
import java.util.Collections;
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
        return rows == null ? List.of() : List.copyOf(rows);
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
            Tensor gradient = gradients[0].detach().contiguous();
            if (!Ops.isTracing()) { // a captured step has the update too, which is before its scope ends
                index.keep();
                gradient.keep();
            }
            ALL.computeIfAbsent(table, t -> new ArrayList<>()).add(new Rows(index, gradient));
            return new @Nullable Tensor[] {null};
        }
    }
}
