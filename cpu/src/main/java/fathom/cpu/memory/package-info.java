/** Plain access to native memory by absolute address, for the kernels written by hand. */
package fathom.cpu.memory;
