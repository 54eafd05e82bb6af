/** A model served to many concurrent clients: throughput, latency and memory with different JVM options. */
@NullMarked
package fathom.bench.server;

import org.jspecify.annotations.NullMarked;
