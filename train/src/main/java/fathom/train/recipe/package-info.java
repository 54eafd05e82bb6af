/**
 * Recipes: a model with its data, loss, hyper-parameters, and how results are tested and shown. They are found as
 * services, and the command line works through them.
 */
package fathom.train.recipe;
