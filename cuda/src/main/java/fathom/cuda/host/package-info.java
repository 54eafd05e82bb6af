/**
 * A GPU played by the processor: kernels are compiled by the host's C++ compiler, so that they can be tested without a
 * card.
 */
@NullMarked
package fathom.cuda.host;

import org.jspecify.annotations.NullMarked;
