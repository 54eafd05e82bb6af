/** An extension of each kind that a user may add to Fathom, in one training step. */
package outside;
