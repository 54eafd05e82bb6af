/**
 * Winograd's minimal filtering for kernels of 3 x 3 with a stride of 1: patches of 4 x 4 pixels, kernels and results of
 * 2 x 2 pixels are transformed so that 16 products take the place of 36 (Lavin and Gray, Fast Algorithms for
 * Convolutional Neural Networks, 2016). Here are the transforms; the products are a backend's.
 */
package fathom.cpu.winograd;
