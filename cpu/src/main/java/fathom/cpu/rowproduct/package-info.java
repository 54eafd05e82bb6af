/** Products of one row: a vector times a matrix, which is read once, at the speed of the memory or the cache. */
@NullMarked
package fathom.cpu.rowproduct;

import org.jspecify.annotations.NullMarked;
