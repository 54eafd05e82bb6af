/** The CTC loss: sums over alignments of sequences. */
package fathom.cpu.sequence;
