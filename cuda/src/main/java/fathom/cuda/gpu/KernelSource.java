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
 */
public record KernelSource(String name, String text) {}
