/** Layers that several vision models share, as in {@code torchvision.ops}. */
package fathom.vision.layers;
