/** Convolutions with few channels, vectorised over the batch, because vectors over channels would be mostly empty. */
package fathom.cpu.smallchannels;
