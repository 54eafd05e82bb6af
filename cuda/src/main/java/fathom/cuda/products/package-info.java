/** Matrix products by kernels of our own: tiles, tensor cores, and products with a few rows. */
@NullMarked
package fathom.cuda.products;

import org.jspecify.annotations.NullMarked;
