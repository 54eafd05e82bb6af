/** Layers that apply a function to each element, or along a dimension (softmax). */
@NullMarked
package fathom.nn.activation;

import org.jspecify.annotations.NullMarked;
