/** The trainer, with metrics, callbacks, checkpoints, progress display and plots. */
package fathom.train;
