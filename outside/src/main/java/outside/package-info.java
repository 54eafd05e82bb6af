/** One of each thing that a user may add to Fathom, in one training step. */
package outside;
