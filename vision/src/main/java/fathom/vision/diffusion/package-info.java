/** Denoising diffusion models of images: the noise schedule, the U-Net, training and sampling. */
package fathom.vision.diffusion;
