/** Vector-matrix products, which read the matrix once, at memory or cache bandwidth. */
@NullMarked
package fathom.cpu.rowproduct;

import org.jspecify.annotations.NullMarked;
