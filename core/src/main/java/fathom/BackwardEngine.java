package fathom;

import fathom.memory.Storage;
import fathom.memory.StorageScope;
import fathom.primitive.View;
import fathom.probe.Probe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One backward pass: runs nodes in descending order of their sequence numbers, without recursion, so that graphs may
 * have any depth. Intermediate gradients are released as soon as they have been consumed, unless a graph of the
 * gradients is requested.
 */
final class BackwardEngine {
    private final boolean createGraph;
    private final boolean retainGraph;
    private final PriorityQueue<Node> ready =
            new PriorityQueue<>(Comparator.comparingLong((Node n) -> n.sequence).reversed());
    private final Map<Node, @Nullable Tensor[]> pending = new IdentityHashMap<>();

    /** Per storage, the number of pending gradients that reference it. */
    private final Map<Storage, int[]> uses = new IdentityHashMap<>();

    /** Gradients requested by {@link Autograd#grad}; null if leaves accumulate. */
    private final @Nullable Map<Tensor, @Nullable Tensor> captured;

    /** Per node, the outputs whose gradients were requested. */
    private final Map<Node, List<Tensor>> capturing = new IdentityHashMap<>();

    /** Leaves with hooks, which receive the sum of all gradients of the leaf. */
    private final Map<Tensor, Tensor> awaiting = new LinkedHashMap<>();

    /** Leaves with hooks after accumulation: the number of their uses whose gradient is still to come. */
    private final Map<Tensor, int[]> outstanding = new IdentityHashMap<>();

    /** Of these, the leaves that have received a gradient in this pass. */
    private final Set<Tensor> reached = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Actions at the end of the pass; see {@link Autograd#whenBackwardEnds}. */
    private final List<Runnable> finishing = new ArrayList<>();

    /** The pass that runs on this thread. */
    private static final ThreadLocal<@Nullable BackwardEngine> RUNNING = new ThreadLocal<>();

    /** The leaves that accumulate; null for all. */
    private @Nullable Set<Tensor> leaves;

    private @Nullable StorageScope scope;

    BackwardEngine(boolean createGraph, boolean retainGraph, @Nullable List<Tensor> inputs) {
        this.createGraph = createGraph;
        this.retainGraph = retainGraph;
        if (inputs == null) {
            captured = null;
        } else {
            captured = new IdentityHashMap<>();
            for (Tensor t : inputs) {
                captured.put(t, null);
                Node node = t.node();
                if (node != null) {
                    capturing.computeIfAbsent(node, k -> new ArrayList<>()).add(t);
                }
            }
        }
    }

    /** Restricts the leaves into which gradients are accumulated. */
    void accumulateOnlyInto(List<Tensor> inputs) {
        leaves = Collections.newSetFromMap(new IdentityHashMap<>());
        leaves.addAll(inputs);
    }

    /** Runs from the roots to the leaves, then releases memory needed only for that. */
    void run(List<Tensor> roots, List<Tensor> gradients) {
        BackwardEngine outer = RUNNING.get();
        RUNNING.set(this);
        try (var mode = GradMode.set(createGraph);
                var types = Precision.FLOAT32.set()) {
            if (createGraph) {
                propagate(roots, gradients);
                return;
            }
            scope = StorageScope.open();
            try {
                propagate(roots, gradients);
            } finally {
                scope.close("backward had used it");
            }
        } finally {
            if (outer == null) {
                RUNNING.remove();
            } else {
                RUNNING.set(outer);
            }
        }
    }

    /** {@return whether a pass runs on this thread, which will perform {@code action} at its end} */
    static boolean whenEnded(Runnable action) {
        BackwardEngine running = RUNNING.get();
        if (running == null) {
            return false;
        }
        running.finishing.add(action);
        return true;
    }

    /** Counts the uses of leaves whose hooks run as soon as their gradient is complete. */
    private void countUses(List<Tensor> roots) {
        var seen = Collections.<Node>newSetFromMap(new IdentityHashMap<>());
        var open = new ArrayDeque<Node>();
        for (Tensor root : roots) {
            Node node = root.node();
            if (node != null && seen.add(node)) {
                open.add(node);
            }
        }
        for (Node node = open.poll(); node != null; node = open.poll()) {
            for (int i = 0; i < node.from.length; i++) {
                Node from = node.from[i];
                Tensor leaf = node.leaf[i];
                if (from != null && node.needsGrad(i)) {
                    if (seen.add(from)) {
                        open.add(from);
                    }
                } else if (leaf != null && leaf.accumulationHooks != null) {
                    outstanding.computeIfAbsent(leaf, l -> new int[1])[0]++;
                }
            }
        }
    }

    /** Notes that one use of a leaf has been dealt with; after the last its hooks run. */
    private void used(Tensor leaf) {
        int[] count = outstanding.get(leaf);
        if (count != null && --count[0] == 0) {
            complete(leaf);
        }
    }

    private void complete(Tensor leaf) {
        outstanding.remove(leaf);
        Tensor awaited = awaiting.remove(leaf);
        if (awaited != null) {
            settleHooked(leaf, awaited);
        }
        List<Consumer<Tensor>> after = leaf.accumulationHooks;
        if (after != null && reached.contains(leaf)) {
            after.forEach(hook -> hook.accept(leaf));
        }
    }

    private void settleHooked(Tensor leaf, Tensor g) {
        Tensor seen = hooked(leaf.hooks, g);
        if (seen != null) {
            settle(leaf, seen, false);
        }
    }

    private void propagate(List<Tensor> roots, List<Tensor> gradients) {
        if (captured == null && Tensor.hasAccumulationHooks) {
            countUses(roots);
        }
        for (int i = 0; i < roots.size(); i++) {
            Tensor root = roots.get(i);
            Node node = root.node();
            if (node == null) {
                deliver(root, gradients.get(i), false);
            } else {
                add(node, root.nodeOutput, gradients.get(i));
            }
        }
        for (Node node = ready.poll(); node != null; node = ready.poll()) {
            step(node);
        }
        // uses that no gradient reached
        List.copyOf(outstanding.keySet()).forEach(this::complete);
        awaiting.forEach(this::settleHooked);
        for (int i = 0; i < finishing.size(); i++) {
            finishing.get(i).run();
        }
    }

    private void step(Node node) {
        @Nullable Tensor[] gradOutputs = Objects.requireNonNull(pending.remove(node));
        for (int i = 0; i < gradOutputs.length; i++) {
            gradOutputs[i] = hooked(node.hooks(i), gradOutputs[i]);
        }
        retain(node, gradOutputs);
        @Nullable Tensor[] grads =
                node.written == null ? gradients(node, gradOutputs) : gradientsOfViewWrite(node, gradOutputs);
        for (int i = 0; i < grads.length; i++) {
            Tensor g = grads[i];
            Node from = node.from[i];
            Tensor leaf = node.leaf[i];
            if (g != null && node.needsGrad(i)) {
                if (from != null) {
                    add(from, node.fromOutput[i], g);
                } else if (leaf != null) {
                    deliver(leaf, g, isFresh(g, i, grads, gradOutputs, node));
                }
            }
            if (from == null && leaf != null) {
                used(leaf);
            }
        }
        if (!retainGraph) {
            node.release();
        }
        for (Tensor g : gradOutputs) {
            if (g != null) {
                drop(g);
            }
        }
    }

    private @Nullable Tensor[] gradients(Node node, @Nullable Tensor[] gradOutputs) {
        long start = Probe.beginSection();
        var at = enter(gradOutputs); // the rule's tensors must be created on the gradients' device
        try {
            @Nullable Tensor[] grads = node.primitive.gradient(node, gradOutputs);
            if (start != 0) {
                Probe.endSection(node.toString(), "gradient", start);
            }
            return grads;
        } finally {
            Device.leave(at);
        }
    }

    private static Autograd.@Nullable Setting enter(@Nullable Tensor[] gradients) {
        for (Tensor g : gradients) {
            if (g != null) {
                return Device.enter(g);
            }
        }
        return null;
    }

    /** The gradient of the written part of the base passes through the operation; that of the rest bypasses it. */
    private @Nullable Tensor[] gradientsOfViewWrite(Node node, @Nullable Tensor[] gradOutputs) {
        View.Geometry w = node.written;
        Tensor g = gradOutputs[0];
        if (g == null || w == null) {
            return new @Nullable Tensor[node.inputCount()];
        }
        Tensor whole = g.contiguous();
        whole = whole == g ? g.clone() : whole;
        Tensor part = whole.asStrided(w.shape(), w.strides(), w.offset());
        // the operation's rule receives the part's gradient; the gradient that it returns for its receiver replaces the
        // part
        @Nullable Tensor[] grads = gradients(node, new @Nullable Tensor[] {part.clone()});
        Tensor forReceiver = grads[0];
        if (forReceiver == null) {
            part.zero_();
        } else {
            part.copy_(forReceiver);
        }
        grads[0] = whole;
        return grads;
    }

    /** Adds to the gradient of an output of a node that is still to run. */
    private void add(Node node, int output, Tensor g) {
        @Nullable Tensor[] slots = pending.get(node);
        if (slots == null) {
            slots = new @Nullable Tensor[node.outputCount];
            pending.put(node, slots);
            ready.add(node);
        }
        Tensor before = slots[output];
        if (before == null) {
            slots[output] = g;
            use(g);
        } else {
            Tensor sum = before.add(g);
            slots[output] = sum;
            use(sum);
            drop(before);
        }
    }

    private void use(Tensor g) {
        uses.computeIfAbsent(g.storage(), k -> new int[1])[0]++;
    }

    private void drop(Tensor g) {
        Storage s = g.storage();
        int[] count = uses.get(s);
        if (count != null && --count[0] == 0) {
            uses.remove(s);
            if (scope != null && !s.isKept() && scope.owns(s)) {
                s.release("backward had used it");
            }
        }
    }

    private static @Nullable Tensor hooked(@Nullable List<UnaryOperator<Tensor>> hooks, @Nullable Tensor g) {
        if (hooks == null || g == null) {
            return g;
        }
        Tensor out = kept(g);
        for (var hook : List.copyOf(hooks)) {
            Tensor next = hook.apply(out);
            out = next == null ? out : kept(next);
        }
        return out;
    }

    private static Tensor kept(Tensor t) {
        t.storage().keep();
        return t;
    }

    /** A result of this pass, which belongs to the enclosing scope, as those of other operations do. */
    private Tensor moveToOuterScope(Tensor t) {
        if (scope != null) {
            scope.pass(t.storage());
        }
        return t;
    }

    private void retain(Node node, @Nullable Tensor[] gradOutputs) {
        for (Tensor t : node.retainGrad) {
            Tensor g = gradOutputs[t.nodeOutput];
            if (t.retainsGrad && g != null) {
                accumulate(t, g, false);
            }
        }
        List<Tensor> wanted = capturing.get(node);
        if (wanted != null && captured != null) {
            for (Tensor t : wanted) {
                Tensor g = gradOutputs[t.nodeOutput];
                if (g != null) {
                    captured.put(t, moveToOuterScope(g));
                }
            }
        }
    }

    private void deliver(Tensor leaf, Tensor gradient, boolean fresh) {
        if (leaves != null && !leaves.contains(leaf)) {
            return;
        }
        if (leaf.accumulationHooks != null) {
            reached.add(leaf);
        }
        if (leaf.hooks == null) {
            settle(leaf, gradient, fresh);
            return;
        }
        Tensor before = awaiting.get(leaf);
        Tensor sum = before == null ? gradient : before.add(gradient);
        use(sum);
        awaiting.put(leaf, sum);
        if (before != null) {
            drop(before);
        }
    }

    private void settle(Tensor leaf, Tensor g, boolean fresh) {
        if (captured != null) {
            if (captured.containsKey(leaf)) {
                Tensor before = captured.get(leaf);
                captured.put(leaf, moveToOuterScope(before == null ? g : before.add(g)));
            }
            return;
        }
        accumulate(leaf, g, fresh);
    }

    private void accumulate(Tensor leaf, Tensor g, boolean fresh) {
        // several threads may run backward into the same leaf: none of their gradients may be lost
        synchronized (leaf) {
            Tensor before = leaf.borrowedGrad();
            if (before == null && createGraph) {
                leaf.setGrad(g);
            } else if (before == null) {
                leaf.setOwnGrad(fresh ? g : g.clone());
            } else if (createGraph) {
                leaf.setGrad(before.add(g));
            } else {
                before.add_(g);
            }
        }
    }

    /** Whether nothing else references a gradient's memory, so that a leaf may take it without a copy. */
    private boolean isFresh(Tensor g, int i, @Nullable Tensor[] grads, @Nullable Tensor[] gradOutputs, Node node) {
        Storage s = g.storage();
        if (scope == null || !scope.owns(s) || s.isKept() || s.bytes() != g.numel() * g.dtype().size()) {
            return false;
        }
        // the incoming gradient may be passed on, through a view or a cast, if nothing else waits for it
        int own = 0;
        for (Tensor out : gradOutputs) {
            own += out != null && out.storage() == s ? 1 : 0;
        }
        int[] pendingUses = uses.get(s);
        if (own > 1 || pendingUses != null && pendingUses[0] > own) {
            return false;
        }
        for (int k = 0; k < grads.length; k++) {
            Tensor other = grads[k];
            if (k != i && other != null && other.storage() == s) {
                return false;
            }
        }
        return !node.savesStorage(s);
    }

    /** {@return the gradient of a requested tensor; null if it has no influence} */
    @Nullable Tensor captured(Tensor t) {
        return captured == null ? null : captured.get(t);
    }

    /** {@return the requested tensors} */
    Set<Tensor> inputs() {
        return captured == null ? Set.of() : captured.keySet();
    }
}
