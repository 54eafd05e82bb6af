package fathom.cpu.codegen;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The schedule of a graph: the nodes to compute, in topological order, with the loop level of each (once per call,
 * {@link #CALL}; per row, {@link #ROW}; per element, {@link #ELEMENT}), and which of them need a local variable.
 */
final class Schedule {
    static final int CALL = 0;
    static final int ROW = 1;
    static final int ELEMENT = 2;

    private final boolean vector;
    private final @Nullable BitSet uniform;
    private final Map<Node, Integer> levels = new HashMap<>();
    private final Map<Node, Integer> uses = new HashMap<>();
    private final Map<Node, Boolean> keptForLater = new HashMap<>();
    private final List<Node> order = new ArrayList<>();

    /**
     * @param vector whether to schedule for vector code, which excludes the rare branches of guards
     * @param uniform the inputs whose element is constant along a row; null if none is
     */
    Schedule(List<Lowering.Root> roots, boolean vector, @Nullable BitSet uniform) {
        this.vector = vector;
        this.uniform = uniform;
        for (var root : roots) {
            visit(root.value());
            use(root.value(), ELEMENT);
        }
        order.sort(Comparator.comparingInt(n -> n.id));
    }

    /** {@return the arguments that scalar or vector code evaluates} */
    Node[] args(Node n) {
        return vector && n.op == Op.GUARD ? new Node[] {n.args[0], n.args[2]} : n.args;
    }

    private int visit(Node n) {
        var known = levels.get(n);
        if (known != null) {
            return known;
        }
        int level =
                switch (n.op) {
                    case LOAD -> uniform != null && uniform.get((int) (n.bits >> 8)) ? ROW : ELEMENT;
                    default -> CALL;
                };
        for (var arg : args(n)) {
            level = Math.max(level, visit(arg));
        }
        for (var arg : args(n)) {
            use(arg, level);
        }
        levels.put(n, level);
        order.add(n);
        return level;
    }

    private void use(Node n, int byLevel) {
        uses.merge(n, 1, Integer::sum);
        if (level(n) < byLevel) {
            keptForLater.put(n, true);
        }
    }

    int level(Node n) {
        return Objects.requireNonNull(levels.get(n));
    }

    /** {@return all nodes in topological order} */
    List<Node> order() {
        return order;
    }

    /** {@return the nodes of a level that need a variable, in order} */
    List<Node> variables(int level) {
        return order.stream()
                .filter(n -> level(n) == level)
                .filter(n ->
                        uses.getOrDefault(n, 0) > 1 && !isTrivial(n) || keptForLater.containsKey(n) && !isTrivial(n))
                .toList();
    }

    /** Scalar constants are as cheap to rematerialise as to read from a variable. */
    private boolean isTrivial(Node n) {
        return !vector && n.isConst();
    }

    /** {@return whether every node can be vectorised} */
    boolean isVectorizable() {
        for (var n : order) {
            boolean scalarOnly =
                    switch (n.op) {
                        case CALL, REM -> true;
                        case DIV -> !n.lane.isFloating();
                        default -> false;
                    };
            if (scalarOnly) {
                return false;
            }
        }
        return true;
    }

    /** {@return whether 64-bit lanes occur} */
    boolean isWide() {
        return order.stream().anyMatch(n -> n.lane.is64());
    }
}
