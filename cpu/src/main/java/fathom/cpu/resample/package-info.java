/** Resampling of sequences, images and volumes along their axes, by sparse weights; and sampling at given places. */
package fathom.cpu.resample;
