/** Layers, losses and initialisers. */
package fathom.nn;
