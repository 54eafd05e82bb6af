/**
 * Convolutions in plain Java: patches of the image are copied, a cache's worth at a time, to where the micro-kernel of
 * the matrix product reads its left factor.
 */
package fathom.cpu.conv;
