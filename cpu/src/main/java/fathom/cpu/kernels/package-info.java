/**
 * Runs generated kernels over tensors of any layout: puts the dimensions in order, cuts the work into tiles, gathers
 * strided operands into contiguous working memory, and spreads the tiles over threads.
 */
package fathom.cpu.kernels;
