/** Tensors: creating them, computing with them, differentiating through them, keeping them in files. */
package fathom;
