/** A model that many clients ask at once: throughput, latency and memory under different options of the JVM. */
@NullMarked
package fathom.bench.server;

import org.jspecify.annotations.NullMarked;
