/** {@code ./fathom bench gpu}: kernels and training steps on a GPU, beside PyTorch on the same card. */
@NullMarked
package fathom.bench.gpu;

import org.jspecify.annotations.NullMarked;
