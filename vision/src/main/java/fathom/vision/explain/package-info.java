/** Explanations of image classifiers: which pixels a class score depends on, and what a unit responds to. */
package fathom.vision.explain;
