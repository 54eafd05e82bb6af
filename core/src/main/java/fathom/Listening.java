package fathom;

import fathom.ir.Kernel;
import fathom.memory.Storage;
import fathom.primitive.Composed;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.OperationListener;
import fathom.primitive.Primitive;
import fathom.primitive.ScalarSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Passes the operations of a thread on to an {@link OperationListener}. */
final class Listening implements OperationHandler {
    private static final AtomicLong COUNT = new AtomicLong();

    private final OperationListener listener;

    /** Negative, so that it differs from the numbers of captures. */
    private final long number = -COUNT.incrementAndGet();

    private Listening(OperationListener listener) {
        this.listener = listener;
    }

    /**
     * Runs {@code body}, whose operations the listener observes.
     *
     * @return the result of {@code body}
     * @throws IllegalStateException if a step is being captured on this thread, or another listener is active
     */
    static <T> T during(OperationListener listener, Supplier<T> body) {
        if (Handlers.current() != null) {
            throw new IllegalStateException("the operations of this thread are being recorded already");
        }
        Handlers.begin(new Listening(listener));
        try {
            return body.get();
        } finally {
            Handlers.end();
        }
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public boolean enters(Composed primitive) {
        return listener.enters(primitive);
    }

    @Override
    public void applied(Primitive primitive, Tensor[] inputs, Tensor[] outputs) {
        listener.applied(primitive, inputs, outputs);
    }

    @Override
    public void writing(Primitive primitive, Tensor self, Tensor[] inputs) {
        listener.writing(primitive, self, inputs);
    }

    @Override
    public void using(Tensor tensor) {}

    @Override
    public void allocated(Storage storage) {}

    @Override
    public void computing(Computed primitive, Operand[] in, Tensor[] inputs, Operand[] out, Tensor[] outputs) {}

    @Override
    public void updating(
            Kernel kernel,
            ScalarSource scalars,
            List<Operand[]> in,
            List<Tensor[]> inputs,
            List<Operand[]> out,
            List<Tensor[]> outputs) {
        listener.refused("updates several tensors by one kernel, as optimisers do");
    }

    @Override
    public void checking(Tensor tested, Operand operand, LongConsumer check) {}

    @Override
    public void feeding(Tensor scalar, Operand operand, LongConsumer write) {}

    @Override
    public void exposing(Storage storage) {
        listener.accessing(storage);
    }

    @Override
    public void copying(Device from, Device to) {
        listener.refused("copies a tensor from %s to %s".formatted(from, to));
    }

    @Override
    public void keeping(Tensor tensor) {}

    @Override
    public void changing(Tensor tensor, String how) {}

    @Override
    public void changing(String what) {}

    @Override
    public boolean readingGradient(Tensor leaf, @Nullable Tensor gradient) {
        return false;
    }

    @Override
    public void replacingGradient(Tensor leaf, @Nullable Tensor gradient) {}

    @Override
    public void drawn(long key, Generator.@Nullable Opening open, Generator generator) {
        listener.refused("draws random numbers");
    }

    @Override
    public void usingGenerator(String what) {
        listener.refused(what);
    }

    @Override
    public void guard(BooleanSupplier condition, String name) {}

    @Override
    public void using(Object owner) {}

    @Override
    public void made(Object owner) {}
}
