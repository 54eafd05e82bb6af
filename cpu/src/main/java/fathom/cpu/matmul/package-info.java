/**
 * Matrix products in plain Java: a generated micro-kernel on vector registers, packing around it, and a plan that cuts
 * the result into tiles for the threads.
 */
package fathom.cpu.matmul;
