/** Shared test support: the naive scalar backend, which is the oracle of the others, and golden files. */
package fathom.testkit;
