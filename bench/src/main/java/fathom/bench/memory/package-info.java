/** Programs that test memory management, each run in its own JVM. */
@org.jspecify.annotations.NullMarked
package fathom.bench.memory;
