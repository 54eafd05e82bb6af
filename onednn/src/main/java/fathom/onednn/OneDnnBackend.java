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

    private static final int MOST_PLANS = 1 << 16;

    /** Found once per process, as the library is. */
    private static final PlanCache PLANS =
            new PlanCache(
                    MOST_PLANS,
                    MANY_PRIMITIVES,
                    (int) Math.max(MANY_PRIMITIVES, Allocator.usage().limit() / SHARE / BYTES_OF_A_PRIMITIVE),
                    Prepared::live);

    /** What {@link #supports} has found, for the {@link #run} that follows it. */
    private static final class Found {
        Operand @Nullable [] in;
        Plan plan = Plan.UNSUPPORTED;
    }

    private static final ThreadLocal<Found> FOUND = ThreadLocal.withInitial(Found::new);

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
    public void expect(Class<? extends Primitive> operation, long[] weight) {
        if (operation == MatMul.class || operation == Convolution.class) {
            NativeLibrary.expect();
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
        if (!ours || Types.of(inputs[0].dtype()) < 0 || !NativeLibrary.usable().present()) {
            return false;
        }
        var plan = plan(primitive, inputs, outputs);
        var found = FOUND.get();
        found.in = inputs;
        found.plan = plan;
        return plan != Plan.UNSUPPORTED;
    }

    @Override
    public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        var found = FOUND.get();
        var plan = found.in == inputs ? found.plan : plan(primitive, inputs, outputs);
        found.in = null;
        while (!plan.acquire()) { // dropped from the cache meanwhile
            plan = plan(primitive, inputs, outputs);
        }
        try (var _ = Scratch.open()) {
            plan.run(inputs, outputs);
        } finally {
            plan.release();
        }
    }

    private Plan plan(Primitive primitive, Operand[] in, Operand[] out) {
        return plans.get(new Signature(primitive, in, out), () -> make(primitive, in, out));
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
                case Convolution p -> ConvPlan.of(p, in, out);
                case ConvolutionInputGrad p -> ConvPlan.of(p, in, out);
                case ConvolutionWeightGrad p -> weightGradient(p, in, out);
                case Attention p -> AttentionPlan.of(p, in, out);
                case AttentionGrad p -> AttentionPlan.of(p, in, out);
                default -> Plan.UNSUPPORTED;
            };
        } finally {
            OpenMp.leave(threads);
        }
    }

    static Plan weightGradient(ConvolutionWeightGrad primitive, Operand[] in, Operand[] out) {
        var other =
                Plan.first(
                        () -> FoldedWeightsPlan.of(primitive, in, out),
                        () -> ColumnsPlan.of(primitive, in, out),
                        () -> WinogradWeightsPlan.of(primitive, in, out),
                        () -> SlicedWeightsPlan.of(primitive, in, out));
        return other != null ? other : ConvWeightsPlan.of(primitive, in, out);
    }
}
