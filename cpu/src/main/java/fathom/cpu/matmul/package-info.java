/**
 * Matrix products in plain Java: a generated register-blocked micro-kernel, packing, and a partition of the result for
 * the threads.
 */
package fathom.cpu.matmul;
