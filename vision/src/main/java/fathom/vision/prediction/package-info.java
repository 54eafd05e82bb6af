/** Predictions of image classifiers, as lines and as a page of images. */
package fathom.vision.prediction;
