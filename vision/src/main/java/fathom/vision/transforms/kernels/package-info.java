/** The arithmetic of image transforms: loops over bytes, and operations on floating-point tensors. */
package fathom.vision.transforms.kernels;
