/** The parts of kernels' sources: element types, expressions, index arithmetic. */
@NullMarked
package fathom.cuda.code;

import org.jspecify.annotations.NullMarked;
