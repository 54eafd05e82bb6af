/** Files of tensors: NumPy's, safetensors, PyTorch's. */
@NullMarked
package fathom.io;

import org.jspecify.annotations.NullMarked;
