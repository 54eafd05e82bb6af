package fathom;

import fathom.dispatch.Dims;
import fathom.dispatch.HostAccess;
import fathom.ir.Kernel;
import fathom.memory.Allocator;
import fathom.memory.Pins;
import fathom.memory.Storage;
import fathom.primitive.Backend;
import fathom.primitive.Broadcasting;
import fathom.primitive.Composed;
import fathom.primitive.Computed;
import fathom.primitive.Dispatcher;
import fathom.primitive.Dispatchers;
import fathom.primitive.Operand;
import fathom.primitive.OperationKind;
import fathom.primitive.OperationListener;
import fathom.primitive.Pointwise;
import fathom.primitive.Primitive;
import fathom.primitive.Reduce;
import fathom.primitive.Rowwise;
import fathom.primitive.ScalarSource;
import fathom.primitive.Spec;
import fathom.primitive.View;
import fathom.primitive.Views;
import fathom.probe.Probe;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.function.DoubleSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The dispatcher of all operations: infers, runs on a backend, records for backward. */
final class Dispatch {
    private Dispatch() {}

    private static final Dispatcher DISPATCHER =
            new Dispatcher() {
                @Override
                public Tensor[] apply(Primitive primitive, Tensor[] inputs) {
                    return Dispatch.apply(primitive, inputs);
                }

                @Override
                public Spec[] infer(Primitive primitive, Spec[] inputs) {
                    return Dispatch.infer(primitive, inputs);
                }

                @Override
                public Tensor applyInPlace(Primitive primitive, Tensor self, Tensor[] inputs) {
                    return Dispatch.applyInPlace(primitive, self, inputs);
                }

                @Override
                public void update(Kernel kernel, ScalarSource scalars, List<Tensor[]> inputs, List<Tensor[]> outputs) {
                    Dispatch.update(kernel, scalars, inputs, outputs);
                }

                @Override
                public void check(Tensor number, DoubleConsumer reject) {
                    Dispatch.check(number, reject);
                }

                @Override
                public void announce(Class<? extends Primitive> operation, long[] weight) {
                    Device.current().backends().announce(operation, weight);
                }

                @Override
                public boolean isTracing() {
                    return Handlers.isRecording();
                }

                @Override
                public <T> T listen(OperationListener listener, Supplier<T> body) {
                    return Listening.during(listener, body);
                }

                @Override
                public void guard(BooleanSupplier condition, String name) {
                    OperationHandler handler = Handlers.current();
                    if (handler != null) {
                        handler.guard(condition, name);
                    }
                }

                @Override
                public void recordUse(Object owner) {
                    OperationHandler handler = Handlers.current();
                    if (handler != null) {
                        handler.using(owner);
                    }
                }

                @Override
                public void recordCreation(Object owner) {
                    OperationHandler handler = Handlers.current();
                    if (handler != null) {
                        handler.made(owner);
                    }
                }

                @Override
                public void reportSideEffect(String what) {
                    OperationHandler handler = Handlers.current();
                    if (handler != null) {
                        handler.changing(what);
                    }
                }

                @Override
                public @Nullable Tensor gradient(Tensor leaf) {
                    return leaf.borrowedGrad();
                }

                @Override
                public long[] shape(Tensor t) {
                    return t.rawShape();
                }

                @Override
                public long[] strides(Tensor t) {
                    return t.rawStrides();
                }

                @Override
                public Tensor cast(OperationKind kind, Tensor t) {
                    return Dispatch.cast(kind, t);
                }

                @Override
                public DType cast(OperationKind kind, DType t) {
                    return Dispatch.cast(kind, t);
                }

                @Override
                public Tensor make(Spec spec) {
                    return Dispatch.make(spec);
                }

                @Override
                public Tensor allocate(Spec spec) {
                    return Dispatch.allocate(spec);
                }

                @Override
                public Tensor allocate(Spec spec, Allocator memory) {
                    return Dispatch.allocate(spec, memory);
                }

                @Override
                public Allocator memory(Device device) {
                    return device.memory();
                }

                @Override
                public <T> T at(Tensor tensor, Supplier<T> body) {
                    return Device.at(tensor, body);
                }

                @Override
                public Autograd.@Nullable Setting enter(Tensor tensor) {
                    return Device.enter(tensor);
                }

                @Override
                public void leave(Autograd.@Nullable Setting entered) {
                    Device.leave(entered);
                }

                @Override
                public Primitive deviceCopy(Device from, Device to, boolean nonBlocking) {
                    return new DeviceCopy(from, to, nonBlocking);
                }

                @Override
                public IllegalArgumentException differentDevices(String operation, Device one, Device other) {
                    return Devices.differentDevices(operation, one, other);
                }

                @Override
                public Tensor view(Storage storage, long offset, Spec spec) {
                    return new Tensor(storage, offset, spec, null);
                }

                @Override
                public Storage storage(Tensor t) {
                    return t.storage();
                }

                @Override
                public View.Geometry geometry(Tensor t) {
                    return t.geometry();
                }

                @Override
                public long address(Tensor t) {
                    return t.address();
                }

                @Override
                public Autograd.Setting gradients(boolean enabled) {
                    return GradMode.set(enabled);
                }
            };

    static {
        Dispatchers.set(DISPATCHER);
        Allocator.listen(Probe::allocated);
    }

    /** {@return the outputs of the primitive} */
    static Tensor[] apply(Primitive primitive, Tensor... given) {
        Tensor[] inputs = onOneDevice(primitive, given);
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.using(inputs);
        }
        boolean record = GradMode.isEnabled() && primitive.isDifferentiable() && anyRequiresGrad(inputs);
        Tensor[] outputs =
                switch (primitive) {
                    case Computed c -> compute(c, inputs);
                    case View v -> new Tensor[] {view(v, inputs[0])};
                    case Composed c ->
                            handler == null || handler.enters(c)
                                    ? compose(c, inputs)
                                    : Handlers.without(() -> compose(c, inputs));
                };
        if (record) {
            record(primitive, inputs, outputs);
        }
        if (handler != null) {
            handler.applied(primitive, inputs, outputs);
        }
        return outputs;
    }

    private static Tensor[] compose(Composed primitive, Tensor[] inputs) {
        long start = Probe.beginSection();
        // tensors created inside are on the inputs' device
        var at = inputs.length == 0 ? null : Device.enter(home(inputs));
        try (var off = GradMode.set(false)) {
            return primitive.compute(inputs);
        } finally {
            Device.leave(at);
            if (start != 0) {
                Probe.endSection(primitive.name(), "operation", start);
            }
        }
    }

    private static void record(Primitive primitive, Tensor[] inputs, Tensor[] outputs) {
        var node = Node.of(primitive, inputs, outputs.length);
        for (int i = 0; i < outputs.length; i++) {
            if (outputs[i].dtype().isFloating()) {
                outputs[i].node = node;
                outputs[i].nodeOutput = i;
            }
        }
        node.saveOutputs(outputs);
    }

    /** {@return the operand cast to the type in which this kind of operation computes under autocast} */
    static Tensor cast(OperationKind kind, Tensor t) {
        return Precision.current() == Precision.FLOAT32 ? t : Autocast.operand(kind, t);
    }

    /** {@return the type in which this kind of operation computes under autocast} */
    static DType cast(OperationKind kind, DType t) {
        return Precision.current() == Precision.FLOAT32 ? t : Autocast.type(kind, t);
    }

    /** {@return the inputs on one device; those without values are compatible with any} */
    private static Tensor[] onOneDevice(Primitive primitive, Tensor[] inputs) {
        if (inputs.length > 1) {
            Allocator first = inputs[0].storage().allocator();
            for (int i = 1; i < inputs.length; i++) {
                if (inputs[i].storage().allocator() != first) {
                    return anyMeta(inputs) ? inputs : Devices.together(primitive, inputs);
                }
            }
        }
        return inputs;
    }

    /**
     * {@return the allocator of the outputs: that of {@link Device#META} if an input has no values}
     *
     * @param inputs checked by {@link #onOneDevice}: if their allocators differ, one of them has no values
     */
    private static Allocator home(Tensor[] inputs) {
        if (inputs.length == 0) {
            return Device.current().memory();
        }
        Allocator first = inputs[0].storage().allocator();
        for (int i = 1; i < inputs.length; i++) {
            if (inputs[i].storage().allocator() != first) {
                return Device.META.memory();
            }
        }
        return first;
    }

    private static boolean anyRequiresGrad(Tensor[] inputs) {
        for (Tensor t : inputs) {
            if (t.isTracked()) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyMeta(Tensor[] inputs) {
        for (Tensor t : inputs) {
            if (t.isMeta()) {
                return true;
            }
        }
        return false;
    }

    private static Tensor view(View v, Tensor in) {
        View.Geometry g = v.apply(in.geometry());
        return new Tensor(in.storage(), g.offset(), g.shape(), g.strides(), in.dtype(), in.base == null ? in : in.base);
    }

    private static Tensor[] compute(Computed primitive, Tensor[] inputs) {
        Spec[] specs = primitive.infer(specs(inputs));
        var outputs = new Tensor[specs.length];
        Allocator memory = home(inputs);
        for (int i = 0; i < specs.length; i++) {
            outputs[i] = allocate(specs[i], memory);
            outputs[i].storage().setProducer(primitive);
        }
        if (memory != Device.META.memory()) {
            run(primitive, inputs, outputs);
        }
        return outputs;
    }

    /**
     * {@return the specs of the outputs; for composed primitives inferred by running them on tensors without values}
     */
    private static Spec[] infer(Primitive primitive, Spec... inputs) {
        if (primitive instanceof Computed c) {
            return c.infer(inputs);
        }
        var without = new Tensor[inputs.length];
        Arrays.setAll(without, i -> meta(inputs[i]));
        try (var off = GradMode.set(false)) {
            return specs(Handlers.without(() -> apply(primitive, without)));
        }
    }

    private static Spec[] specs(Tensor[] tensors) {
        var specs = new Spec[tensors.length];
        for (int i = 0; i < specs.length; i++) {
            specs[i] = tensors[i].spec();
        }
        return specs;
    }

    /** {@return an uninitialised tensor on this thread's current device} */
    static Tensor make(Spec spec) {
        return allocate(spec, Device.current().memory());
    }

    private static Tensor meta(Spec spec) {
        return new Tensor(Storage.meta(Device.META.memory(), bytes(spec.shape(), spec.dtype())), 0, spec, null);
    }

    /**
     * {@return an uninitialised tensor for numbers from Java: on this thread's current device, or on the CPU if that
     * has no memory}
     */
    static Tensor allocate(Spec spec) {
        Device device = Device.current();
        return allocate(spec, device == Device.META ? Allocator.CPU : device.memory());
    }

    /** {@return an uninitialised tensor of an allocator's memory} */
    static Tensor allocate(Spec spec, Allocator memory) {
        if (memory == Device.META.memory()) {
            return meta(spec);
        }
        Storage storage = memory.allocate(bytes(spec.shape(), spec.dtype()));
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.allocated(storage);
        }
        return new Tensor(storage, 0, spec, null);
    }

    private static long bytes(long[] shape, DType dtype) {
        try {
            return Math.multiplyExact(Dims.numel(shape), (long) dtype.size());
        } catch (ArithmeticException e) {
            throw new OutOfMemoryError(
                    "a tensor of shape %s and type %s has more than 2^63 bytes"
                            .formatted(Arrays.toString(shape), dtype));
        }
    }

    private static void run(Computed primitive, Tensor[] inputs, Tensor[] outputs) {
        if (!(primitive instanceof Reduce) && allEmpty(outputs)) {
            return;
        }
        Pins pins = Pins.NONE;
        try {
            pins = pinned(pins, inputs);
            pins = pinned(pins, outputs);
            Operand[] in = operands(primitive, inputs, outputs);
            var out = new Operand[outputs.length];
            for (int i = 0; i < out.length; i++) {
                out[i] = operand(outputs[i], outputs[i].rawStrides(), outputs[i].rawShape());
            }
            OperationHandler handler = Handlers.current();
            if (handler != null) {
                handler.computing(primitive, in, inputs, out, outputs);
            }
            Backend backend = Device.of(outputs[0].storage()).backends().choose(primitive, in, out);
            if (Probe.isOn()) {
                Probe.run(backend, primitive, in, out);
            } else {
                backend.run(primitive, in, out);
            }
        } finally {
            pins.close();
            Reference.reachabilityFence(inputs);
            Reference.reachabilityFence(outputs);
        }
    }

    private static Pins pinned(Pins pins, Tensor[] tensors) {
        for (Tensor t : tensors) {
            pins = pins.and(t.storage());
        }
        return pins;
    }

    /** Checks a number, if it has a value. */
    static void check(Tensor number, DoubleConsumer reject) {
        if (number.isMeta()) {
            return;
        }
        DType t = number.dtype();
        Allocator memory = number.storage().allocator();
        LongConsumer look = address -> reject.accept(HostAccess.getDouble(memory, t, address));
        try (var pin = Pins.of(number.storage())) {
            Operand o = operand(number, number.rawStrides(), number.rawShape());
            OperationHandler handler = Handlers.current();
            if (handler != null) {
                handler.checking(number, o, look);
            }
            look.accept(o.address());
        }
        Reference.reachabilityFence(number);
    }

    /** {@return a scalar whose value is supplied now, and again at each replay of the step being captured} */
    static Tensor scalar(DoubleSupplier source) {
        Tensor t = allocate(Spec.of(DType.FLOAT64));
        Allocator memory = t.storage().allocator();
        LongConsumer write = address -> HostAccess.setDouble(memory, DType.FLOAT64, address, source.getAsDouble());
        Operand o = operand(t, t.rawStrides(), t.rawShape());
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.feeding(t, o, write);
        }
        Handlers.without(() -> {
            write.accept(o.address());
            return t;
        });
        return t;
    }

    private static boolean allEmpty(Tensor[] outputs) {
        for (Tensor t : outputs) {
            if (t.numel() != 0) {
                return false;
            }
        }
        return true;
    }

    private static Operand[] operands(Computed primitive, Tensor[] inputs, Tensor[] outputs) {
        var operands = new Operand[inputs.length];
        long[] common =
                switch (primitive) {
                    case Pointwise p -> outputs[0].rawShape();
                    case Reduce r -> Broadcasting.shape("reduce", inputs);
                    case Rowwise r -> Broadcasting.shape("rowwise", inputs);
                    default -> null;
                };
        for (int i = 0; i < operands.length; i++) {
            Tensor t = inputs[i];
            operands[i] =
                    common == null
                            ? operand(t, t.rawStrides(), t.rawShape())
                            : operand(t, Broadcasting.strides(t.rawShape(), t.rawStrides(), common), common);
        }
        return operands;
    }

    private static Operand operand(Tensor t, long[] strides, long[] shape) {
        Storage s = t.storage();
        return new Operand(t.dtype(), t.dataAddress(), shape, strides, s.isKept() ? s : null);
    }

    // ---- in place -------------------------------------------------------------------------------------------------

    /** Writes output 0 into the memory of {@code self}, and records that in the history of self or of its base. */
    static Tensor applyInPlace(Primitive primitive, Tensor self, Tensor... given) {
        Tensor[] inputs = onOneDevice(primitive, given);
        if (inputs.length > 0 && inputs[0].storage().allocator() != self.storage().allocator()) {
            throw Devices.differentDevices(primitive.name(), self.device(), inputs[0].device());
        }
        if (!(primitive instanceof Computed computed)) {
            throw new IllegalArgumentException(primitive.name() + " cannot write in place");
        }
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.using(self);
            handler.using(inputs);
            handler.writing(primitive, self, inputs);
        }
        boolean record =
                GradMode.isEnabled()
                        && primitive.isDifferentiable()
                        && (self.isTracked() || anyRequiresGrad(inputs))
                        && self.dtype().isFloating();
        if (record) {
            Tensor root = self.base == null ? self : self.base;
            if (root.isLeaf() && root.isTracked()) {
                throw new IllegalStateException(
                        "%s in place: a leaf that requires a gradient%s cannot be written while autograd records; use Autograd.noGrad()"
                                .formatted(primitive.name(), root == self ? "" : " (of which this is a view)"));
            }
        }
        self.storage().checkWritable();
        refuseSelfOverlap(primitive, self);
        check(computed, self, inputs);
        Tensor[] safe = apartFrom(self, inputs);
        Node node = null;
        if (record) {
            Tensor[] saved = safe.clone();
            for (int i = 0; i < saved.length; i++) {
                // values that the write overwrites and the gradient needs are copied first
                if (saved[i].storage() == self.storage() && primitive.savesInput(i, k -> true)) {
                    try (var off = GradMode.set(false)) {
                        Tensor copy = saved[i].clone();
                        copy.node = saved[i].node();
                        copy.nodeOutput = saved[i].nodeOutput;
                        saved[i] = copy;
                    }
                }
            }
            node =
                    self.base == null
                            ? Node.of(primitive, saved, 1)
                            : Node.onView(primitive, placeFirst(saved, inputs, self), self.base, self.geometry());
        }
        if (!self.isMeta()) {
            if (Device.current() == Device.META && anyMeta(safe)) {
                return self; // shape inference changes no values
            }
            run(computed, safe, new Tensor[] {self});
        }
        self.storage().bumpVersion();
        if (node != null) {
            if (self.base == null) {
                self.node = node;
                self.nodeOutput = 0;
                self.historyChanges++;
            } else {
                self.base.node = node;
                self.base.nodeOutput = 0;
                self.base.historyChanges++;
                renewViewHistory(self);
            }
            node.saveOutputs(self);
        }
        return self;
    }

    /**
     * An in-place operation on a view takes the view as input 0, whether it reads it or not: its history is the base's.
     */
    private static Tensor[] placeFirst(Tensor[] saved, Tensor[] inputs, Tensor self) {
        if (inputs.length > 0 && inputs[0] == self) {
            return saved;
        }
        throw new IllegalStateException("in-place operations take their receiver as input 0");
    }

    private static void check(Computed primitive, Tensor self, Tensor[] inputs) {
        Spec spec = primitive.infer(specs(inputs))[0];
        if (!Arrays.equals(spec.shape(), self.rawShape())) {
            throw new IllegalArgumentException(
                    "%s in place: the result has shape %s, which does not fit into %s"
                            .formatted(primitive.name(), Arrays.toString(spec.shape()), self.shape()));
        }
        if (spec.dtype() != self.dtype()) {
            throw new IllegalArgumentException(
                    "%s in place: the result is %s, which cannot be written into %s"
                            .formatted(primitive.name(), spec.dtype(), self.dtype()));
        }
    }

    private static void refuseSelfOverlap(Primitive primitive, Tensor self) {
        long[] shape = self.rawShape();
        long[] strides = self.rawStrides();
        for (int d = 0; d < shape.length; d++) {
            if (strides[d] == 0 && shape[d] > 1 && self.numel() > 0) {
                throw new IllegalStateException(
                        "%s in place: several indices of this tensor of shape %s share one element (it was expanded); clone() it first"
                                .formatted(primitive.name(), self.shape()));
            }
        }
    }

    /** Copies inputs that overlap the memory to be written, unless they coincide with it. */
    private static Tensor[] apartFrom(Tensor self, Tensor[] inputs) {
        Tensor[] out = inputs;
        for (int i = 0; i < inputs.length; i++) {
            Tensor t = inputs[i];
            if (t != self
                    && t.storage() == self.storage()
                    && !(t.storageOffset() == self.storageOffset()
                            && Arrays.equals(t.rawStrides(), self.rawStrides())
                            && Arrays.equals(t.rawShape(), self.rawShape()))) {
                out = out == inputs ? inputs.clone() : out;
                out[i] = t.clone();
            }
        }
        return out;
    }

    /** Replaces the node of a view whose base was written in place by that of viewing the base now. */
    static void renewViewHistory(Tensor view) {
        Tensor base = view.base;
        if (base == null) {
            return;
        }
        view.historyChanges = base.historyChanges;
        if (base.node != null) {
            var look = new Views.AsStrided(view.geometry(), base.geometry());
            view.node = Node.of(look, new Tensor[] {base}, 1);
            view.nodeOutput = 0;
        }
    }

    static void update(Kernel kernel, ScalarSource scalars, List<Tensor[]> inputs, List<Tensor[]> outputs) {
        if (!outputs.isEmpty() && anyMeta(outputs.getFirst())) {
            return;
        }
        Pins pins = Pins.NONE;
        try {
            for (int i = 0; i < inputs.size(); i++) {
                pins = pinned(pins, inputs.get(i));
                pins = pinned(pins, outputs.get(i));
            }
            updatePinned(kernel, scalars, inputs, outputs);
        } finally {
            pins.close();
            Reference.reachabilityFence(inputs);
            Reference.reachabilityFence(outputs);
        }
        for (Tensor[] written : outputs) {
            for (Tensor t : written) {
                t.storage().bumpVersion();
            }
        }
    }

    private static void updatePinned(
            Kernel kernel, ScalarSource scalars, List<Tensor[]> inputs, List<Tensor[]> outputs) {
        var in = new ArrayList<Operand[]>();
        var out = new ArrayList<Operand[]>();
        Allocator home = null;
        var from = new ArrayList<Tensor[]>();
        var to = new ArrayList<Tensor[]>();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor[] written = outputs.get(i);
            if (!allEmpty(written)) {
                home = home == null ? written[0].storage().allocator() : home;
                requireOn(home, inputs.get(i));
                requireOn(home, written);
                in.add(sameShape(inputs.get(i), written[0]));
                out.add(sameShape(written, written[0]));
                from.add(inputs.get(i));
                to.add(written);
            }
        }
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            inputs.forEach(handler::using);
            outputs.forEach(handler::using);
            handler.updating(kernel, scalars, in, from, out, to);
        }
        Backends backends = home == null ? Device.CPU.backends() : Device.of(home).backends();
        runEach(
                backends,
                new Pointwise(kernel, Handlers.without(scalars::next), false),
                in.toArray(Operand[][]::new),
                out.toArray(Operand[][]::new));
    }

    private static void requireOn(Allocator home, Tensor[] tensors) {
        for (Tensor t : tensors) {
            if (t.storage().allocator() != home) {
                throw Devices.differentDevices("update", Device.of(home), t.device());
            }
        }
    }

    /** Runs a kernel over many sets of operands, grouped by backend. */
    private static void runEach(Backends backends, Pointwise primitive, Operand[][] in, Operand[][] out) {
        Backend backend = null;
        int count = 0;
        for (int i = 0; i < in.length; i++) {
            Backend b = backends.choose(primitive, in[i], out[i]);
            if (backend == null || b == backend) {
                backend = b;
                in[count] = in[i];
                out[count++] = out[i];
            } else {
                Probe.runEach(b, primitive, new Operand[][] {in[i]}, new Operand[][] {out[i]});
            }
        }
        if (backend != null) {
            Probe.runEach(backend, primitive, Arrays.copyOf(in, count), Arrays.copyOf(out, count));
        }
    }

    private static Operand[] sameShape(Tensor[] tensors, Tensor like) {
        var operands = new Operand[tensors.length];
        for (int k = 0; k < operands.length; k++) {
            Tensor t = tensors[k];
            if (!Arrays.equals(t.rawShape(), like.rawShape())) {
                throw new IllegalArgumentException(
                        "update: shapes differ: %s and %s".formatted(t.shape(), like.shape()));
            }
            operands[k] = operand(t, t.rawStrides(), t.rawShape());
        }
        return operands;
    }
}
