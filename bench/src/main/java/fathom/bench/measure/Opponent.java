package fathom.bench.measure;

/**
 * A side that Fathom is measured beside.
 *
 * @param name tells it from other opponents, as {@code libtorch with MKL}
 * @param launcher starts its process
 */
public record Opponent(String name, Launcher launcher) {}
