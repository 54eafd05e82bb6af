/** Sums over alignments of sequences. */
package fathom.cpu.sequence;
