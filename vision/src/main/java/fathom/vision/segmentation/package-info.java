/** Semantic segmentation: networks that give every pixel a class, their training, and pictures of their results. */
package fathom.vision.segmentation;
