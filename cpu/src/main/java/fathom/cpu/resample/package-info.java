/** Resampling along axes with sparse weights, and sampling at grid points. */
package fathom.cpu.resample;
