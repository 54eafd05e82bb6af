package fathom.cuda.gpu;

/**
 * A kernel in CUDA C++, without the prelude ({@code prelude.cuh}) that every kernel is compiled with.
 *
 * <p>The text defines {@code struct Arguments}, whose fields all take 8 bytes (pointers, {@code long long}, {@code
 * double}), and {@code extern "C" __global__ void kernel(const Arguments a)}. Shared memory whose size is chosen at the
 * launch is declared by the prelude's {@code DYNAMIC_SHARED(type, name)}.
 *
 * @param name what the kernel is called in profiles and messages
 * @param text the source
 * @param contracts whether a product and the sum that it is added to may be rounded once (fused multiply-add); not in
 *     kernels of expressions, whose results would depend on what was fused into them
 */
public record KernelSource(String name, String text, boolean contracts) {
    /** A kernel in which every operation is rounded. */
    public KernelSource(String name, String text) {
        this(name, text, false);
    }

    /** {@return this kernel with fused multiply-adds} */
    public KernelSource contracting() {
        return new KernelSource(name, text, true);
    }
}
