/** Fast Fourier transforms. */
package fathom.cpu.fourier;
