/** Pooling in plain Java: vectorised over the channels if these are contiguous, scalar otherwise. */
package fathom.cpu.pool;
