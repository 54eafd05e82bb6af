/** Tiled attention: scores, weights and their gradients exist for one tile of queries and keys at a time. */
@org.jspecify.annotations.NullMarked
package fathom.cpu.attention;
