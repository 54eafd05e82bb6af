/** Attention in tiles: scores, weights and their gradients exist for some queries and keys at a time only. */
@org.jspecify.annotations.NullMarked
package fathom.cpu.attention;
