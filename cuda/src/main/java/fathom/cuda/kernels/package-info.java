/** Element-wise kernels and copies. */
@NullMarked
package fathom.cuda.kernels;

import org.jspecify.annotations.NullMarked;
