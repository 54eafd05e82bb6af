/** Micro-benchmarks of kernels, on JMH. */
package fathom.bench.jmh;
