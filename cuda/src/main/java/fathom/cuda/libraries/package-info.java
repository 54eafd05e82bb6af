/** NVIDIA's libraries, where the machine has them: cuBLASLt and cuDNN. */
@NullMarked
package fathom.cuda.libraries;

import org.jspecify.annotations.NullMarked;
