/** Tensors: creation, computation, differentiation, files. */
package fathom;
