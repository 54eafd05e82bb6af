/** The backend itself: which family of kernels runs which primitive. */
package fathom.cpu;
