package fathom.cuda;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Work;
import fathom.cuda.kernels.PointwiseKernels;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The backend of GPUs. Each primitive is computed by the first family of kernels that has one for its operands, else on
 * the host.
 */
public final class CudaBackend implements Backend {
    private static final Map<Class<?>, List<KernelFamily>> FAMILIES = families(List.of(new PointwiseKernels()));

    private final int index;

    /** For the service loader. */
    public CudaBackend() {
        this(0);
    }

    private CudaBackend(int index) {
        this.index = index;
    }

    private static Map<Class<?>, List<KernelFamily>> families(List<KernelFamily> all) {
        Map<Class<?>, List<KernelFamily>> byPrimitive = new HashMap<>();
        for (KernelFamily family : all) {
            for (Class<?> primitive : family.primitives()) {
                byPrimitive.merge(
                        primitive,
                        List.of(family),
                        (a, b) -> java.util.stream.Stream.concat(a.stream(), b.stream()).toList());
            }
        }
        return byPrimitive;
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public String deviceType() {
        return "cuda";
    }

    @Override
    public Backend on(int device) {
        return device == index ? this : new CudaBackend(device);
    }

    @Override
    public boolean isAvailable() {
        return Gpus.count() > 0;
    }

    @Override
    public String status() {
        return Gpus.status();
    }

    @Override
    public @Nullable String slowIn(DType type) {
        return null;
    }

    @Override
    public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return primitive instanceof Computed;
    }

    private Work prepare(Primitive primitive, Operand[] in, Operand[] out) {
        Gpu gpu = Gpus.get(index);
        for (KernelFamily family : FAMILIES.getOrDefault(primitive.getClass(), List.of())) {
            Work work = family.prepare(gpu, (Computed) primitive, in, out);
            if (work != null) {
                return work;
            }
        }
        return HostFallback.prepare(gpu, (Computed) primitive, in, out);
    }

    @Override
    public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        prepare(primitive, inputs, outputs).submit();
    }

    @Override
    public Runnable bind(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        Work work = prepare(primitive, inputs, outputs);
        return work::submit;
    }
}
