/** Recipes of image classifiers, with the course's data sets. */
package fathom.vision.recipe;
