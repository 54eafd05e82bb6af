/** Reductions, programs over rows, and scans: kernels in which threads combine what they computed. */
@NullMarked
package fathom.cuda.reduction;

import org.jspecify.annotations.NullMarked;
