package fathom.cuda;

import fathom.DType;
import fathom.cuda.attention.AttentionKernels;
import fathom.cuda.fourier.FourierKernels;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Work;
import fathom.cuda.indexing.GatherKernels;
import fathom.cuda.indexing.NonzeroKernels;
import fathom.cuda.indexing.RandomKernels;
import fathom.cuda.indexing.ScatterKernels;
import fathom.cuda.indexing.SearchKernels;
import fathom.cuda.indexing.SortKernels;
import fathom.cuda.kernels.EachPointwise;
import fathom.cuda.kernels.PointwiseKernels;
import fathom.cuda.kernels.TiledPointwise;
import fathom.cuda.libraries.CublasLtProducts;
import fathom.cuda.libraries.CudnnConvolutions;
import fathom.cuda.products.MatMulKernels;
import fathom.cuda.reduction.ReduceKernels;
import fathom.cuda.reduction.RowwiseKernels;
import fathom.cuda.reduction.ScanKernels;
import fathom.cuda.window.ConvolutionKernels;
import fathom.cuda.window.CtcKernels;
import fathom.cuda.window.GridSampleKernels;
import fathom.cuda.window.PoolKernels;
import fathom.cuda.window.ResampleKernels;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Primitive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The backend of GPUs. Each primitive is computed by the first family of kernels that has one for its operands, else on
 * the host.
 */
public final class CudaBackend implements Backend {
    private static final Map<Class<?>, List<KernelFamily>> FAMILIES =
            families(
                    List.of(
                            new CublasLtProducts(),
                            new MatMulKernels(),
                            new CudnnConvolutions(),
                            new ConvolutionKernels(),
                            new PoolKernels(),
                            new ResampleKernels(),
                            new GridSampleKernels(),
                            new AttentionKernels(),
                            new GatherKernels(),
                            new ScatterKernels(),
                            new RandomKernels(),
                            new ReduceKernels(),
                            new RowwiseKernels(),
                            new ScanKernels(),
                            new SortKernels(),
                            new SearchKernels(),
                            new NonzeroKernels(),
                            new FourierKernels(),
                            new CtcKernels(),
                            new TiledPointwise(),
                            new PointwiseKernels()));

    /**
     * Whether {@link #run} waits, so that an index out of bounds is an exception of the operation itself. By default
     * only where the processor plays the GPU.
     */
    private static final boolean IS_BLOCKING =
            Boolean.parseBoolean(System.getProperty("fathom.cuda.blocking", String.valueOf(Gpus.isHost())));

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

    /** {@return the work by kernels of our own, without NVIDIA's libraries; null if there are none} */
    @Nullable Work ownKernels(Computed primitive, Operand[] in, Operand[] out) {
        Gpu gpu = Gpus.get(index);
        for (KernelFamily family : FAMILIES.getOrDefault(primitive.getClass(), List.of())) {
            if (!family.getClass().getPackageName().equals(CublasLtProducts.class.getPackageName())) {
                Work work = family.prepare(gpu, primitive, in, out);
                if (work != null) {
                    return work;
                }
            }
        }
        return null;
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
        if (IS_BLOCKING) {
            Gpus.get(index).faults().synchronize();
        }
    }

    @Override
    public void runEach(Primitive primitive, Operand[][] inputs, Operand[][] outputs) {
        if (primitive instanceof Pointwise p) {
            for (int i : EachPointwise.submit(Gpus.get(index), p, inputs, outputs)) {
                run(primitive, inputs[i], outputs[i]);
            }
        } else {
            Backend.super.runEach(primitive, inputs, outputs);
        }
    }

    /** A bound call. */
    private record Bound(Work work) implements Runnable {
        @Override
        public void run() {
            work.submit();
        }
    }

    @Override
    public Runnable bind(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return new Bound(prepare(primitive, inputs, outputs));
    }

    @Override
    public boolean hasSequences() {
        return true;
    }

    /** {@return graphs of the calls that can be part of one, and the others one by one} */
    @Override
    public Runnable sequence(List<Runnable> bound) {
        Gpu gpu = Gpus.get(index);
        List<Runnable> parts = new ArrayList<>();
        for (int i = 0; i < bound.size(); ) {
            int end = i;
            while (end < bound.size() && ((Bound) bound.get(end)).work.isCapturable()) {
                end++;
            }
            if (end - i > 1) {
                List<Runnable> part = List.copyOf(bound.subList(i, end));
                parts.add(gpu.graph(() -> part.forEach(Runnable::run)));
            } else {
                end = Math.max(end, i + 1);
                parts.addAll(bound.subList(i, end));
            }
            i = end;
        }
        return () -> parts.forEach(Runnable::run);
    }
}
