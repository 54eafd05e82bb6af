/**
 * Winograd's minimal filtering F(2 x 2, 3 x 3) for 3 x 3 kernels with stride 1: patches of 4 x 4 pixels, kernels and
 * results of 2 x 2 pixels are transformed so that 16 products replace 36 (Lavin and Gray, Fast Algorithms for
 * Convolutional Neural Networks, 2016). This package has the transforms; a backend computes the products.
 */
package fathom.cpu.winograd;
