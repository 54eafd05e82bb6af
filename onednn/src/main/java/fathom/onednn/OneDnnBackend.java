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
import fathom.primitive.window.Planar;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products and convolutions by <a href="https://github.com/uxlfoundation/oneDNN">oneDNN</a>, where its library
 * is found and does them well; otherwise {@link #supports} says no and another backend's turn comes.
 *
 * <p>float32 and bfloat16. oneDNN computes in single threads; the work is divided among Fathom's own workers in a way
 * that depends on shapes alone, so that results are the same bits whatever the number of threads.
 */
public final class OneDnnBackend implements Backend {
    /** What a primitive takes, which describes all the kernels that it may run; measured for products. */
    private static final long BYTES_OF_A_PRIMITIVE = 600_000;

    /** Plans may take this part of the memory that tensors may: 4,000 primitives where there are 24 GB. */
    private static final long SHARE = 8;

    /** Training a network takes some dozens; with a plan for each of 200 lengths of sequences, some thousands. */
    private static final int MANY_PRIMITIVES = 512;

    private static final int MAX_PLANS = 1 << 16;

    /** Found once per process, as the library is. */
    private static final PlanCache PLANS =
            new PlanCache(
                    MAX_PLANS,
                    MANY_PRIMITIVES,
                    (int) Math.max(MANY_PRIMITIVES, Allocator.usage().limit() / SHARE / BYTES_OF_A_PRIMITIVE),
                    Prepared::live);

    private final PlanCache plans;

    /** Made by the service loader. */
    public OneDnnBackend() {
        this(PLANS);
    }

    /** With plans of its own. */
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

    /** {@return whether the library seems to be here; it is opened, and may yet prove useless, at the first matrix} */
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
                : "oneDNN knows no instructions of this processor for %s (AVX512_BF16 or AMX; its set is %s)"
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

    /** Runs a plan; returns its entry in the cache, which is another one if it was dropped meanwhile. */
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

    /** This backend, with the plan for a call. */
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
            if (Planar.isSequence(primitive)) {
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
