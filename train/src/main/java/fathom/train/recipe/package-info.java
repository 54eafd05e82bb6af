/**
 * Recipes: a model with its data, loss and hyper-parameters, its evaluation and the presentation of its results. They
 * are loaded as services, and the command line uses them.
 */
package fathom.train.recipe;
