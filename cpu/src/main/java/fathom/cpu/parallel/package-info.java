/** Parallel loops, and scratch memory. */
package fathom.cpu.parallel;
