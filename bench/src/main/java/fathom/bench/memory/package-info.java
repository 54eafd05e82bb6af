/** Programs that show what memory does, each run in a JVM of its own. */
@org.jspecify.annotations.NullMarked
package fathom.bench.memory;
