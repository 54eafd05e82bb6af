/** Convolutions with few channels, where vectors over channels would be mostly empty: the lanes are images instead. */
package fathom.cpu.smallchannels;
