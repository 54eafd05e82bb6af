package fathom.onednn;

import fathom.DType;
import fathom.cpu.parallel.DeviceBackend;
import fathom.cpu.parallel.Scratch;
import fathom.memory.Allocator;
import fathom.primitive.Backend;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.AttentionGrad;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.OneDimensional;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products and convolutions by <a href="https://github.com/uxlfoundation/oneDNN">oneDNN</a>, if its library is
 * found and has an optimised implementation; otherwise {@link #supports} returns false and the next backend is asked.
 *
 * <p>Types are float32 and bfloat16. oneDNN runs single-threaded; Fathom's own workers run the tasks, whose partition
 * depends on the shapes alone, so that results have the same bits for any number of threads.
 */
public final class OneDnnBackend implements Backend {
    /**
     * Native memory per primitive, which contains descriptions of all kernels that it may run; measured for products.
     */
    private static final long PRIMITIVE_BYTES = 600_000;

    /** Plans may use this fraction (1 / n) of the memory limit: 4,000 primitives for 24 GB. */
    private static final long MEMORY_FRACTION = 8;

    /**
     * Number of primitives that are always kept: training a network takes dozens, or thousands with plans for 200
     * sequence lengths.
     */
    private static final int MIN_PRIMITIVES = 512;

    private static final int MAX_PLANS = 1 << 16;

    /** Shared by the process, like the library. */
    private static final PlanCache PLANS =
            new PlanCache(
                    MAX_PLANS,
                    MIN_PRIMITIVES,
                    (int) Math.max(MIN_PRIMITIVES, Allocator.usage().limit() / MEMORY_FRACTION / PRIMITIVE_BYTES),
                    Prepared::live);

    private final PlanCache plans;

    /** Called by the service loader. */
    public OneDnnBackend() {
        this(PLANS);
    }

    /** Creates a backend with a plan cache of its own. */
    OneDnnBackend(PlanCache plans) {
        this.plans = plans;
    }

    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public int priority() {
        return 10;
    }

    /** {@return whether the library is probably available; it is loaded, which may still fail, at the first call} */
    @Override
    public boolean isAvailable() {
        return NativeLibrary.isExpected();
    }

    @Override
    public Backend on(int index) {
        return DeviceBackend.of(this, index);
    }

    @Override
    public void announce(Class<? extends Primitive> operation, long[] weight) {
        if (operation == MatMul.class || operation == Convolution.class) {
            NativeLibrary.announce();
        }
    }

    @Override
    public String status() {
        return NativeLibrary.usable().status();
    }

    @Override
    public @Nullable String slowIn(DType type) {
        var library = NativeLibrary.usable();
        if (!library.present()) {
            return library.status();
        }
        return type == DType.FLOAT32 || type == DType.BFLOAT16 && Processor.multipliesBfloat16()
                ? null
                : "oneDNN has no instructions for %s on this processor (AVX512_BF16 or AMX; it has %s)"
                        .formatted(type, Processor.name());
    }

    @Override
    public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return mayRun(primitive, inputs) && find(primitive, inputs, outputs).plan() != Plan.UNSUPPORTED;
    }

    private static boolean mayRun(Primitive primitive, Operand[] inputs) {
        boolean ours =
                switch (primitive) {
                    case MatMul _,
                            Convolution _,
                            ConvolutionInputGrad _,
                            ConvolutionWeightGrad _,
                            Attention _,
                            AttentionGrad _ ->
                            true;
                    default -> false;
                };
        return ours && Types.of(inputs[0].dtype()) >= 0 && NativeLibrary.usable().present();
    }

    @Override
    public @Nullable Backend select(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        if (!mayRun(primitive, inputs)) {
            return null;
        }
        var entry = find(primitive, inputs, outputs);
        return entry.plan() == Plan.UNSUPPORTED ? null : new Selected(entry);
    }

    @Override
    public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        run(find(primitive, inputs, outputs), primitive, inputs, outputs);
    }

    /** Runs a plan; {@return its entry in the cache, a new one if it was evicted meanwhile} */
    private PlanCache.Entry run(PlanCache.Entry entry, Primitive primitive, Operand[] inputs, Operand[] outputs) {
        while (!entry.plan().acquire()) {
            entry = find(primitive, inputs, outputs);
        }
        try (var _ = Scratch.open()) {
            entry.plan().run(inputs, outputs);
        } finally {
            entry.plan().release();
        }
        return entry;
    }

    private PlanCache.Entry find(Primitive primitive, Operand[] in, Operand[] out) {
        return plans.find(new Signature(primitive, in, out), () -> make(primitive, in, out));
    }

    /** This backend with the plan for a call. */
    private final class Selected implements Backend {
        private volatile PlanCache.Entry entry;

        Selected(PlanCache.Entry entry) {
            this.entry = entry;
        }

        @Override
        public String name() {
            return OneDnnBackend.this.name();
        }

        @Override
        public int priority() {
            return OneDnnBackend.this.priority();
        }

        @Override
        public String status() {
            return OneDnnBackend.this.status();
        }

        @Override
        public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
            return OneDnnBackend.this.supports(primitive, inputs, outputs);
        }

        @Override
        public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
            var known = entry;
            var used = OneDnnBackend.this.run(known, primitive, inputs, outputs);
            if (used != known) {
                entry = used;
            }
        }

        @Override
        public Runnable bind(Primitive primitive, Operand[] inputs, Operand[] outputs) {
            return () -> {
                entry.touch();
                run(primitive, inputs, outputs);
            };
        }
    }

    private static Plan make(Primitive primitive, Operand[] in, Operand[] out) {
        return NativeStack.call(() -> compile(primitive, in, out));
    }

    private static Plan compile(Primitive primitive, Operand[] in, Operand[] out) {
        int threads = OpenMp.enter();
        try {
            if (OneDimensional.matches(primitive)) {
                return SequencePlan.of(primitive, in, out);
            }
            return switch (primitive) {
                case MatMul p -> MatMulPlan.of(p, in, out);
                case Convolution _, ConvolutionInputGrad _, ConvolutionWeightGrad _ ->
                        ConvolutionTable.plan(primitive, in, out);
                case Attention p -> AttentionPlan.of(p, in, out);
                case AttentionGrad p -> AttentionPlan.of(p, in, out);
                default -> Plan.UNSUPPORTED;
            };
        } finally {
            OpenMp.leave(threads);
        }
    }
}
