/** The trainer: metrics, callbacks, checkpoints, progress and plots. */
package fathom.train;
