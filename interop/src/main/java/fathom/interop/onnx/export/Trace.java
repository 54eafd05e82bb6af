package fathom.interop.onnx.export;

import fathom.DType;
import fathom.Tensor;
import fathom.io.TensorBytes;
import fathom.primitive.Composed;
import fathom.primitive.OperationListener;
import fathom.primitive.Ops;
import fathom.primitive.Primitive;
import fathom.primitive.View;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operations of one call of a network, as a graph without side effects: a write in place yields a new value of the
 * whole tensor, from which views that are read later are taken again.
 */
final class Trace implements OperationListener {
    /** What is known of a tensor. */
    private static final class Entry {
        final Tensor tensor;
        final @Nullable Entry parent;
        final @Nullable View view;
        TracedValue value;

        /** Of a root, the number of writes; of a view, that of the root when the value was taken. */
        int version;

        Entry(Tensor tensor, @Nullable Entry parent, @Nullable View view, TracedValue value) {
            this.tensor = tensor;
            this.parent = parent;
            this.view = view;
            this.value = value;
            this.version = root().version;
        }

        Entry root() {
            Entry e = this;
            while (e.parent != null) {
                e = e.parent;
            }
            return e;
        }
    }

    /** A constant whose elements have not been read yet. */
    private record Pending(TracedValue value, Tensor tensor) {}

    final List<TracedStep> steps = new ArrayList<>();
    final List<TracedValue> values = new ArrayList<>();
    private final Map<Tensor, Entry> entries = new IdentityHashMap<>();
    private final Map<Object, List<Entry>> byStorage = new IdentityHashMap<>();
    private final Set<Object> accessed = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Pending> pending = new ArrayList<>();

    /** Whether this object itself reads tensors. */
    private boolean isPaused;

    Trace(Map<String, Tensor> state, List<Tensor> inputs) {
        state.forEach((name, t) -> enter(t, null, null, value(t.dtype(), Ops.shape(t), false, name, -1)));
        for (int i = 0; i < inputs.size(); i++) {
            Tensor t = inputs.get(i);
            enter(t, null, null, value(t.dtype(), Ops.shape(t), false, null, i));
        }
    }

    private TracedValue value(DType type, long[] shape, boolean isConstant, @Nullable String state, int input) {
        var v = new TracedValue(values.size(), type, shape.clone(), isConstant, state, input);
        values.add(v);
        return v;
    }

    private TracedValue result(Tensor like, List<TracedValue> from) {
        boolean isConstant = from.stream().allMatch(v -> v.isConstant);
        return value(like.dtype(), Ops.shape(like), isConstant, null, -1);
    }

    private Entry enter(Tensor t, @Nullable Entry parent, @Nullable View view, TracedValue value) {
        var e = new Entry(t, parent, view, value);
        entries.put(t, e);
        byStorage.computeIfAbsent(Ops.storage(t), s -> new ArrayList<>()).add(e);
        return e;
    }

    @Override
    public boolean enters(Composed primitive) {
        return !Lowering.isWhole(primitive);
    }

    @Override
    public void applied(Primitive primitive, Tensor[] inputs, Tensor[] outputs) {
        if (isPaused || primitive instanceof Composed c && enters(c)) {
            return;
        }
        List<TracedValue> in = read(inputs);
        if (primitive instanceof View view) {
            TracedValue v = result(outputs[0], in);
            steps.add(TracedStep.of(view, in, List.of(v)));
            later(enter(outputs[0], entry(inputs[0]), view, v));
            return;
        }
        var out = new ArrayList<TracedValue>();
        for (Tensor t : outputs) {
            TracedValue v = result(t, in);
            out.add(v);
            later(enter(t, null, null, v));
        }
        steps.add(TracedStep.of(primitive, in, out));
    }

    @Override
    public void writing(Primitive primitive, Tensor self, Tensor[] inputs) {
        if (isPaused) {
            return;
        }
        List<TracedValue> in = read(inputs);
        Entry e = entry(self);
        Entry root = e.root();
        if (root.value.state != null) {
            throw refusal("changes the parameter or buffer " + root.value.state);
        }
        if (root.value.input >= 0) {
            throw refusal("changes its input in place");
        }
        read(e);
        settle(Ops.storage(self));
        accessed.add(Ops.storage(self));
        TracedValue v = result(self, in);
        steps.add(TracedStep.of(primitive, in, List.of(v)));
        root.version++;
        while (true) {
            e.value = v;
            e.version = root.version;
            later(e);
            Entry parent = e.parent;
            if (parent == null || e.view == null) {
                return;
            }
            TracedValue whole = parent.value;
            v = result(parent.tensor, List.of(whole, v));
            steps.add(TracedStep.writeBack(e.view, whole, e.value, v));
            e = parent;
        }
    }

    @Override
    public void accessing(Object storage) {
        if (isPaused) {
            return;
        }
        for (Entry e : byStorage.getOrDefault(storage, List.of())) {
            if (!e.root().value.isConstant && e.root().value.state == null) {
                throw refusal("reads values of a tensor, on which the exported graph could not depend");
            }
        }
        settle(storage);
        accessed.add(storage);
    }

    @Override
    public void refused(String what) {
        if (!isPaused) {
            throw refusal(what);
        }
    }

    private static UnsupportedOperationException refusal(String what) {
        return new UnsupportedOperationException("Onnx.export: the network cannot be exported, as it " + what);
    }

    private List<TracedValue> read(Tensor[] tensors) {
        return Arrays.stream(tensors).map(t -> read(entry(t))).toList();
    }

    /** {@return the tensor's value after all writes so far} */
    private TracedValue read(Entry e) {
        Entry root = e.root();
        if (e.parent != null && e.view != null && e.version != root.version) {
            TracedValue whole = read(e.parent);
            TracedValue v = result(e.tensor, List.of(whole));
            steps.add(TracedStep.of(e.view, List.of(whole), List.of(v)));
            e.value = v;
            e.version = root.version;
            later(e);
        }
        return e.value;
    }

    private Entry entry(Tensor t) {
        Entry known = entries.get(t);
        if (known != null) {
            return known;
        }
        List<Entry> others = byStorage.getOrDefault(Ops.storage(t), List.of());
        for (Entry e : others) { // such as a detached tensor
            if (e.tensor.dtype() == t.dtype()
                    && e.tensor.storageOffset() == t.storageOffset()
                    && Arrays.equals(Ops.shape(e.tensor), Ops.shape(t))
                    && Arrays.equals(Ops.strides(e.tensor), Ops.strides(t))) {
                entries.put(t, e);
                return e;
            }
        }
        for (Entry e : others) {
            if (!e.root().value.isConstant && e.root().value.state == null) {
                throw refusal("uses a view of shape %s that no operation made".formatted(t.shape()));
            }
        }
        Entry e = enter(t, null, null, value(t.dtype(), Ops.shape(t), true, null, -1));
        e.value.isUninitialised = !accessed.contains(Ops.storage(t));
        later(e);
        return e;
    }

    private void later(Entry e) {
        if (e.value.isConstant) {
            pending.add(new Pending(e.value, e.tensor));
        }
    }

    /** Reads the constants in a storage before it is written. */
    private void settle(Object storage) {
        pending.removeIf(p -> {
            if (Ops.storage(p.tensor) != storage) {
                return false;
            }
            take(p);
            return true;
        });
    }

    private void take(Pending p) {
        isPaused = true;
        try {
            var bytes = new ByteArrayOutputStream();
            TensorBytes.write(Channels.newChannel(bytes), p.tensor);
            p.value.elements = bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            isPaused = false;
        }
    }

    /** {@return the values of the results, after the elements of all constants were read} */
    List<TracedValue> finish(List<Tensor> results) {
        List<TracedValue> found = results.stream().map(t -> read(entry(t))).toList();
        pending.forEach(this::take);
        pending.clear();
        return found;
    }
}
