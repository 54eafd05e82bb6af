package fathom.cuda;

import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Work;
import fathom.cuda.host.HostGpu;
import fathom.primitive.Backend;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import java.nio.file.Path;

/** Runs one family of kernels on a GPU that the processor plays; operands in the host's memory are in this GPU's. */
public final class KernelTesting implements Backend {
    private static final Path CACHE = Path.of(System.getProperty("java.io.tmpdir"), "fathom-cuda-host");

    private final Gpu gpu = new HostGpu(CACHE, "c++");
    private final KernelFamily family;

    /** Tests a family, which must have kernels for all that it is asked. */
    public KernelTesting(KernelFamily family) {
        this.family = family;
    }

    /** {@return the GPU} */
    public Gpu gpu() {
        return gpu;
    }

    @Override
    public String name() {
        return family.getClass().getSimpleName();
    }

    @Override
    public int priority() {
        return 0;
    }

    @Override
    public String status() {
        return "for tests";
    }

    @Override
    public boolean supports(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        return true;
    }

    @Override
    public void run(Primitive primitive, Operand[] inputs, Operand[] outputs) {
        Work work = family.prepare(gpu, (Computed) primitive, inputs, outputs);
        if (work == null) {
            throw new AssertionError("there is no kernel for " + primitive);
        }
        work.submit();
        gpu.faults().synchronize();
    }
}
