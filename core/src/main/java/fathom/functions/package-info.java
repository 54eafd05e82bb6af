/**
 * Functions that create, join and compute tensors: factories, random numbers, Fourier transforms, special functions,
 * linear algebra, statistics.
 */
@NullMarked
package fathom.functions;

import org.jspecify.annotations.NullMarked;
