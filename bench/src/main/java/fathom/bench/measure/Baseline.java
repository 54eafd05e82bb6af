package fathom.bench.measure;

/**
 * A side that Fathom is compared with.
 *
 * @param name the name that distinguishes it from other baselines, such as {@code libtorch with MKL}
 * @param launcher the launcher of its process
 */
public record Baseline(String name, Launcher launcher) {}
