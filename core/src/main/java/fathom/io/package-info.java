/** Files of tensors: NumPy's npy, safetensors, PyTorch's. */
@NullMarked
package fathom.io;

import org.jspecify.annotations.NullMarked;
