/**
 * Convolutions in plain Java: blocks of patches that fit into the cache are packed as the left operand of the matrix
 * product's micro-kernel.
 */
package fathom.cpu.conv;
