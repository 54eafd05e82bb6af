/** Looking inside: where time and memory traffic go. */
package fathom.profile;
