/** Access to native memory by absolute address, conversions, and support of vector code. */
package fathom.cpu.memory;
