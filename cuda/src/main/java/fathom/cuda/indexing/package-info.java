/** Kernels that select, add, sort and search by index, and random bits. */
@NullMarked
package fathom.cuda.indexing;

import org.jspecify.annotations.NullMarked;
