package fathom.cuda.gpu;

import fathom.primitive.Computed;
import fathom.primitive.Operand;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The kernels for some primitives. */
public interface KernelFamily {

    /** {@return the primitives that it has kernels for} */
    Set<Class<? extends Computed>> primitives();

    /**
     * Prepares a call. Must be fast once the kernel is compiled: it is called at each eager operation.
     *
     * @param in the inputs, at addresses of the GPU
     * @param out the outputs; shapes and types as inferred, layouts as they come
     * @return the work; null if the family has no kernel for such operands
     */
    @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out);
}
