/** Recipes of image classifiers: the data sets of the course as the trainer and the command line use them. */
package fathom.vision.recipe;
