/** Indexed reads and writes, sorting, scans and random numbers. */
package fathom.cpu.indexing;
