package fathom.cpu.parallel;

import fathom.DType;
import fathom.primitive.Backend;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import org.jspecify.annotations.Nullable;

/** A backend whose loops run on the threads of a CPU device other than {@code cpu:0}. */
public final class DeviceBackend implements Backend {
    private final Backend backend;
    private final int index;

    private DeviceBackend(Backend backend, int index) {
        this.backend = backend;
        this.index = index;
    }

    /** {@return the backend of a CPU device; {@code backend} itself for {@code cpu:0}} */
    public static Backend of(Backend backend, int index) {
        return index == 0 ? backend : new DeviceBackend(backend, index);
    }

    private void run(Runnable body) {
        int before = Parallel.enter(index);
        try {
            body.run();
        } finally {
            Parallel.enter(before);
        }
    }

    @Override
    public String name() {
        return backend.name();
    }

    @Override
    public int priority() {
        return backend.priority();
    }

    @Override
    public String status() {
        return backend.status();
    }

    @Override
    public int threads() {
        return Parallel.threads(index);
    }

    @Override
    public void setThreads(int threads) {
        Parallel.setThreads(index, threads);
    }

    @Override
    public @Nullable String slowIn(DType type) {
        return backend.slowIn(type);
    }

    @Override
    public void announce(Class<? extends Primitive> operation, long[] weight) {
        backend.announce(operation, weight);
    }

    @Override
    public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return backend.supports(primitive, inputs, outputs);
    }

    @Override
    public @Nullable Backend select(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        Backend selected = backend.select(primitive, inputs, outputs);
        return selected == null ? null : selected == backend ? this : new DeviceBackend(selected, index);
    }

    @Override
    public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        run(() -> backend.run(primitive, inputs, outputs));
    }

    @Override
    public Runnable bind(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        Runnable bound = backend.bind(primitive, inputs, outputs);
        return () -> run(bound);
    }

    @Override
    public void runEach(Primitive primitive, Operand[][] inputs, Operand[][] outputs) {
        run(() -> backend.runEach(primitive, inputs, outputs));
    }
}
