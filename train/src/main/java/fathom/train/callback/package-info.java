/**
 * Callbacks of the trainer: averages of weights, monitors, early stopping, the best checkpoints, a time limit. Their
 * state is part of the checkpoint.
 */
package fathom.train.callback;
