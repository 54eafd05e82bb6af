/**
 * Moving elements by numbers: selection, accumulation, orders, running sums; all by loops over typed or untyped cells.
 */
package fathom.cpu.indexing;
