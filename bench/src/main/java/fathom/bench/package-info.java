/** Measurements of kernels and of training steps. */
package fathom.bench;
