/**
 * Runs generated kernels over tensors of any layout: sorts the dimensions, tiles the loops, gathers strided operands
 * into contiguous scratch memory, and distributes the tiles over threads.
 */
package fathom.cpu.kernels;
